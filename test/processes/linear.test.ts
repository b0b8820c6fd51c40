import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type BuiltCli, copyBuiltCli } from './built-cli.js'
import { contradictions, type LinearRun, type Recorded, runTogether } from './linear-run.js'
import type { Asked, Seen, Told } from './linear-model.js'

// Here two processes for a few seconds; `npx tsx scripts/linear-test.ts` has two, eight and thirty-two for a minute each.
let cli: BuiltCli
beforeAll(() => {
  cli = copyBuiltCli()
})
afterAll(() => cli.remove())

const during = (start: number, end: number, asked: Asked, told: Told): Recorded => ({ asked, name: 'one', start: BigInt(start), end: BigInt(end), told })

const active: Seen = { state: 'active', born: 'a', limit: 5, tag: '', hash: 'h' }
const seen = (start: number, end: number, what: Seen | null): Recorded => during(start, end, { verb: 'show' }, { outcome: 'read', seen: what })
const adding = (start: number, end: number, outcome: string, born = 'a'): Recorded => during(start, end, { verb: 'add', born, limit: 5 }, { outcome })
const suspending = (start: number, end: number, outcome: string): Recorded => during(start, end, { verb: 'suspend' }, { outcome })
const removing = (start: number, end: number, outcome: string): Recorded => during(start, end, { verb: 'remove' }, { outcome })
const suspended: Seen = { ...active, state: 'suspended' }
const missing = { outcome: 'KeyNotFound' }

/** Histories that one vault can have told, each by two processes or more. */
const possible: Readonly<Record<string, ReadonlyArray<Recorded>>> = {
  'a read during a suspending sees either': [adding(0, 10, 'added'), suspending(20, 40, 'suspended'), seen(25, 30, suspended), seen(22, 35, active)],
  'of two adds one wins': [adding(0, 10, 'added'), adding(0, 11, 'NameTaken', 'b'), seen(12, 13, active)],
  'what was killed had happened': [adding(0, 10, 'added'), suspending(20, 40, 'killed'), seen(50, 60, suspended)],
  'what was killed had not happened': [adding(0, 10, 'added'), suspending(20, 40, 'killed'), seen(50, 60, active)],
  'a removal that was killed is finished by another': [adding(0, 10, 'added'), removing(20, 25, 'killed'), removing(30, 40, 'removed'), adding(50, 60, 'added', 'b')],
  'a change that a removal overtakes': [adding(0, 10, 'added'), suspending(20, 60, 'KeyBeingRemoved'), seen(30, 35, suspended), removing(40, 50, 'removed')],
  'somebody else is at it': [adding(0, 10, 'added'), suspending(5, 6, 'KeyBusy')],
  'nothing is there yet': [adding(0, 10, 'added'), during(1, 2, { verb: 'get' }, missing), during(3, 4, { verb: 'get' }, { outcome: 'KeyNotReady' })],
}

/** Histories that no vault may tell, whatever the order. */
const impossible: Readonly<Record<string, ReadonlyArray<Recorded>>> = {
  'a read that is behind': [adding(0, 10, 'added'), suspending(20, 40, 'suspended'), seen(41, 45, active)],
  'a change that is seen, and then is not': [adding(0, 10, 'added'), suspending(20, 60, 'suspended'), seen(25, 30, suspended), seen(31, 35, active)],
  'an add that is lost': [adding(0, 10, 'added'), seen(11, 12, null)],
  'two adds that both win': [adding(0, 10, 'added'), adding(0, 11, 'added', 'b')],
  'a refusal that did it all the same': [adding(0, 10, 'added'), suspending(20, 30, 'KeyBusy'), seen(40, 41, suspended)],
  'something that was killed and happened after its end': [adding(0, 10, 'added'), suspending(20, 30, 'killed'), seen(31, 32, active), seen(33, 34, suspended)],
  'a key that is there after its removal': [adding(0, 10, 'added'), removing(20, 30, 'removed'), seen(31, 32, active)],
  'a key of somebody else': [adding(0, 10, 'added'), seen(11, 12, { ...active, born: 'b' })],
  'one secret for two keys': [
    adding(0, 10, 'added'),
    seen(11, 12, active),
    removing(13, 20, 'removed'),
    adding(21, 30, 'added', 'b'),
    during(31, 32, { verb: 'get' }, { outcome: 'read', hash: 'h', isSuspended: false }),
  ],
  'an answer that is none': [adding(0, 10, 'Unexpected')],
}

describe('a history of one name', () => {
  it.each(Object.entries(possible))('%s: is explained', (_what, recorded) => {
    expect(contradictions(recorded)).toEqual([])
  })

  it.each(Object.entries(impossible))('%s: is caught', (_what, recorded) => {
    expect(contradictions(recorded)).toHaveLength(1)
  })
})

const told = ({ recorded, kills, problems }: LinearRun): string => `${recorded.length} operations, ${kills} kills, ${problems.length} problems`

describe('processes at one vault', { timeout: 120_000 }, () => {
  it('some of them killed, tell a history that is linearizable', async () => {
    const run = await runTogether(cli, { processes: 2, seconds: 4, names: 2, killEvery: 1500 })
    console.info(`two processes at once: ${told(run)}`)
    expect(run.problems).toEqual([])
    expect(run.kills).toBeGreaterThan(0)
    expect(run.recorded.filter(({ told: { outcome } }) => outcome === 'added').length).toBeGreaterThan(0)
  })

  it('of which each reads from a memory of its own, are caught', async () => {
    // A memory is only wrong where the other process wrote between two reads, which a busy machine may leave no room for in three seconds.
    const caught: Array<string> = []
    for (let tries = 0; tries < 5 && caught.length === 0; tries += 1) {
      const { problems } = await runTogether(cli, { processes: 2, seconds: 3, names: 1, killEvery: null, plant: 'stale-reads' })
      caught.push(...problems.filter((problem) => problem.includes('not linearizable')))
    }
    expect(caught).not.toEqual([])
  })
})
