import { describe, expect, it } from 'vitest'

import { tryRotations } from './rotation-trial.js'

describe('the budget of a key that is replaced', () => {
  it('is never given twice, however greedy both keys are, whatever crashes and whichever windows turn', async () => {
    const seeds = Array.from({ length: 3 }, (_, seed) => seed + 1)
    const trials = []
    for (const seed of seeds) trials.push(await tryRotations(seed))
    expect(trials.flatMap(({ problems }) => problems)).toEqual([])
    expect(trials.reduce((sum, { rotations }) => sum + rotations, 0)).toBeGreaterThan(20)
    expect(trials.reduce((sum, { charges }) => sum + charges, 0)).toBeGreaterThan(2_000)
  }, 120_000)
})
