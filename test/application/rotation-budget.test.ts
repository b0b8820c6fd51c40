import { describe, expect, it } from 'vitest'

import type { KeyEvent } from '../../src/domain/key/event.js'
import { keyDecider } from '../../src/domain/key/index.js'
import type { KeyState } from '../../src/domain/key/state.js'
import { quickParts } from './quick-parts.js'
import { type RotationTrial, tryRotations } from './rotation-trial.js'

const trialsOf = async (seeds: ReadonlyArray<number>, parts = quickParts()): Promise<ReadonlyArray<RotationTrial>> => {
  const trials = []
  for (const seed of seeds) trials.push(await tryRotations(seed, parts))
  return trials
}

const seedsFrom = (from: number, count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, at) => from + at)
const sum = (trials: ReadonlyArray<RotationTrial>, what: 'rotations' | 'charges' | 'killed' | 'faults' | 'turns'): number =>
  trials.reduce((total, trial) => total + trial[what], 0)

type Evolve = (state: KeyState, event: KeyEvent) => KeyState

const wholeForBoth: Evolve = (state, event) =>
  keyDecider.evolve(state, event.type === 'BudgetSplit' ? { ...event, predecessor: event.left, successor: event.left } : event)

const forgetful: Evolve = (state, event) => {
  const next = keyDecider.evolve(state, event)
  return event.type === 'RotationSwitched' ? { ...next, rotation: null } : next
}

/** Believes what was read for a split however long ago that was. */
const credulous: Evolve = (state, event) => {
  const next = keyDecider.evolve(state, event)
  return event.type === 'BudgetSplit' && next.rotation?._tag === 'Staging' ? { ...next, rotation: { ...next.rotation, shrunk: true } } : next
}

describe('the budget of a key that is replaced', () => {
  it('is never given twice, and no predecessor is forgotten, however greedy both keys are, whatever crashes and whichever windows turn', async () => {
    const trials = await trialsOf(seedsFrom(1, 40))
    expect(trials.flatMap(({ problems }) => problems)).toEqual([])
    expect([sum(trials, 'rotations') > 60, sum(trials, 'charges') > 10_000, sum(trials, 'killed') > 20, sum(trials, 'faults') > 40, sum(trials, 'turns') > 40]).toEqual([true, true, true, true, true])
  }, 120_000)

  it.each([
    ['both keys get the whole budget', wholeForBoth, seedsFrom(1, 12), /in the (day|month) of/],
    ['the predecessor is forgotten unproven', forgetful, seedsFrom(1, 6), /lives and is forgotten/],
    ['a share is believed after a crash, a day later', credulous, [211], /in the day of/],
  ] as const)('would be seen to fail where %s', async (_what, evolve, seeds, expected) => {
    const trials = await trialsOf(seeds, quickParts(evolve))
    expect(trials.flatMap(({ problems }) => problems).join('; ')).toMatch(expected)
  })
})
