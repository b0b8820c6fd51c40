import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { keyEventCodec } from '../../src/adapters/event-codec/event-codec.js'
import { fold } from '../../src/domain/decider.js'
import { keyDecider } from '../../src/domain/key/index.js'
import { keyArbitraries } from '../../src/testing/index.js'
import { runs } from '../support/fc-runs.js'
import { jsonLinesStore } from './json-lines-store.js'

const { commands, events, histories } = keyArbitraries(fc)

describe('the arbitraries of the kit', () => {
  it('are lives: each command is accepted where it stands, and gives the events that are told', () => {
    fc.assert(
      fc.property(histories, ({ turns, events: all }) => {
        let state = keyDecider.initial
        for (const { command, events: given } of turns) {
          expect(keyDecider.decide(command, state)).toEqual(E.right(given))
          state = fold(keyDecider, state, given)
        }
        expect(all).toEqual(turns.flatMap(({ events: given }) => given))
      }),
      runs(150),
    )
  })

  it('reach every stage, most kinds of commands and events, and more than one life', () => {
    const reached = { stages: new Set<string>(), commands: new Set<string>(), events: new Set<string>(), lives: 0, rotations: 0 }
    for (const { turns } of fc.sample(histories, { numRuns: 600, seed: 7 })) {
      let state = keyDecider.initial
      for (const { command, events: given } of turns) {
        state = fold(keyDecider, state, given)
        reached.stages.add(state.stage._tag)
        reached.commands.add(command._tag)
        for (const event of given) reached.events.add(event.type)
        reached.lives = Math.max(reached.lives, state.lineages)
        if (state.rotation !== null) reached.rotations += 1
      }
    }
    expect([reached.stages.size >= 11, reached.commands.size >= 20, reached.events.size >= 35, reached.lives >= 2, reached.rotations > 100], JSON.stringify([[...reached.stages], [...reached.commands], [...reached.events]])).toEqual([true, true, true, true, true])
  })

  it('give commands and events of such lives', () => {
    const types = new Set(fc.sample(events, { numRuns: 300, seed: 7 }).map(({ type }) => type))
    const tags = new Set(fc.sample(commands, { numRuns: 300, seed: 7 }).map(({ _tag }) => _tag))
    expect(types.size).toBeGreaterThan(15)
    expect(tags.size).toBeGreaterThan(10)
  })

  it('prove a store of somebody outside: every life is read back as it was kept, whatever was opened in between', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ({ turns }) => {
        const subject = await jsonLinesStore()()
        let version = 0
        for (const { events: given } of turns) {
          const [first, ...rest] = given.map((event) => keyEventCodec.encode(event))
          if (first === undefined) continue
          const { log } = await subject.open()
          expect(E.isRight(await log.commit({ appends: [{ stream: 'key/key', expectedVersion: version, records: [first, ...rest] }], seal: [] })())).toBe(true)
          version += given.length
        }
        const read = await (await subject.open()).log.read('key/key')()
        const told = E.isRight(read) ? read.right.map((record) => keyEventCodec.decode(record)) : []
        expect(told).toEqual(turns.flatMap(({ events: given }) => given).map((event) => E.right(event)))
        await subject.dispose()
      }),
      runs(15),
    )
  })

  it('and the rest of the kit load without fast-check, which only what uses it asks for', () => {
    const folder = join(import.meta.dirname, '../../src/testing')
    const loading = readdirSync(folder).filter((file) => /^import (?!type ).*'fast-check'/m.test(readFileSync(join(folder, file), 'utf8')))
    expect(loading).toEqual([])
  })
})
