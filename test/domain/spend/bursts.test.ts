import { describe, expect, it } from 'vitest'

import { runs } from '../../support/fc-runs.js'
import { playBurst } from './burst-trial.js'
import { breaches } from './burst-world.js'

const timeout = 120_000
const seeds = (count: number): ReadonlyArray<number> => Array.from({ length: runs(count).numRuns }, (_, seed) => seed)

describe('a window that is spent in bursts', () => {
  it('goes no further beyond its limit than stated while all that is assumed holds, and is open again when it turned', { timeout }, () => {
    const trials = seeds(800).map((seed) => ({ seed, ...playBurst(seed) }))
    expect(trials.filter(({ problems }) => problems.length > 0).map(({ seed, problems }) => [seed, ...problems])).toEqual([])
    // Otherwise the bursts would be too tame to say anything.
    expect(Math.max(...trials.map(({ share }) => share))).toBeGreaterThan(0.9)
    expect(trials.filter(({ contained }) => contained > 0).length).toBeGreaterThan(trials.length / 4)
  })

  it.each(breaches)('that breaks an assumption on purpose (%s) and goes beyond the stated bound is told of', { timeout }, (breach) => {
    const trials = seeds(120).map((seed) => ({ seed, ...playBurst(seed, breach) }))
    expect(trials.filter(({ problems }) => problems.length > 0).map(({ seed, problems }) => [seed, ...problems])).toEqual([])
    expect(trials.filter(({ share }) => share > 1).length).toBeGreaterThan(trials.length / 10)
  })
})

describe('usage that comes later than is assumed, across a turn', () => {
  it.each([708, 949])('is told of, in burst %i too, where the last reading before the turn was once thinned out', (seed) => {
    expect(playBurst(seed, 'late').problems).toEqual([])
  })
})
