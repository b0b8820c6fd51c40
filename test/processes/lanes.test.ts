import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type BuiltCli, copyBuiltCli } from './built-cli.js'
import { changedOf, type Fact, lostOf } from './lanes-records.js'
import { manyLives } from './lanes-run.js'

// Here a few lives; `npm run kill-test -- --random 1000` goes on until every command was struck a thousand times.
let cli: BuiltCli
beforeAll(() => {
  cli = copyBuiltCli()
})
afterAll(() => cli.remove())

describe('what was acknowledged', () => {
  const told: ReadonlyArray<Fact> = [
    [3, 'ProvisioningRequested'],
    [4, 'Activated'],
    [7, 'PolicyObserved'],
  ]

  it('is found where it is', () => {
    expect(lostOf('k', told, new Map([...told, [8, 'Contained']]))).toEqual([])
  })

  it.each<readonly [string, ReadonlyArray<Fact>]>([
    ['its end is cut off', told.slice(0, 2)],
    ['one fact of it is left out', told.filter(([sequence]) => sequence !== 3)],
    ['another fact is in its place', [...told.slice(0, 2), [7, 'DriftObserved']]],
  ])('is missed where %s', (_what, found) => {
    expect(lostOf('k', told, new Map(found))).toHaveLength(1)
  })

  it('of a key is missed in its state, tag, limit and key', () => {
    const seen = { state: 'active', tag: '1', limit: 5, hash: 'h' }
    expect(changedOf('k', seen, { ...seen })).toEqual([])
    for (const other of [{ state: 'suspended' }, { tag: '' }, { limit: null }, { hash: null }]) expect(changedOf('k', seen, { ...seen, ...other })).toHaveLength(1)
  })
})

describe('processes that do a dozen things at once', { timeout: 120_000 }, () => {
  it('and are killed, again and again, lose nothing that they had said', async () => {
    const { lives, counts, audits, problems } = await manyLives(cli, { kills: 1, seconds: 5 })
    const struck = Object.values(counts).filter(({ kills }) => kills > 0).length
    const told = Object.values(counts).reduce((sum, { facts }) => sum + facts, 0)
    console.info(`${lives} processes killed at ${struck} commands, ${told} facts acknowledged, ${audits} audits, ${problems.length} problems`)
    expect(problems).toEqual([])
    expect(lives).toBeGreaterThan(7)
    expect(struck).toBeGreaterThan(18)
  })
})
