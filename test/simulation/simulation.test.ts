import { describe, expect, it } from 'vitest'

import { planOf } from './plan.js'
import { plantedFaults } from './planted-faults.js'
import { runPlan } from './run-plan.js'
import { shrink, tell } from './shrink.js'

const seeds = Number(process.env['SIM_SEEDS'] ?? 300)
const mostSeedsPerFault = 400

/** Seeds that once broke an invariant; they are run for ever. */
const regressions = [237, 270, 310, 322, 371, 503, 505, 750, 851, 948, 1026, 1164, 1252, 1283, 1342, 1346]

const expectClean = async (seed: number): Promise<number> => {
  const result = await runPlan(planOf(seed))
  if (result.problems.length > 0) expect.fail(tell(await shrink(result)))
  return result.steps
}

describe('the simulation of whole vaults', () => {
  it(
    `holds every invariant over ${String(seeds)} seeds`,
    async () => {
      let steps = 0
      for (let seed = 1; seed <= seeds; seed += 1) steps += await expectClean(seed)
      expect(steps).toBeGreaterThan(seeds * 100)
    },
    600_000,
  )

  it.each(regressions)(
    'holds every invariant for seed %i, which once broke one',
    async (seed) => {
      await expectClean(seed)
    },
    60_000,
  )

  it('replays a seed exactly', async () => {
    const [first, second] = [await runPlan(planOf(42)), await runPlan(planOf(42))]
    expect(second.story).toStrictEqual(first.story)
    expect(second.steps).toBe(first.steps)
    expect(first.story.length).toBeGreaterThan(50)
  })
})

describe('a planted protocol fault', () => {
  it.each(plantedFaults.map((fault) => [fault.name, fault] as const))(
    'is caught when the vault %s',
    async (_name, fault) => {
      for (let seed = 1; seed <= mostSeedsPerFault; seed += 1) {
        const result = await runPlan(planOf(seed), fault.tampering)
        if (result.problems.length === 0) continue
        expect((await runPlan(result.plan)).problems).toStrictEqual([])
        return
      }
      expect.fail(`${String(mostSeedsPerFault)} seeds did not catch it`)
    },
    300_000,
  )

  it('shrinks to a story that a person can read', async () => {
    const [fault] = plantedFaults
    for (let seed = 1; ; seed += 1) {
      const result = await runPlan(planOf(seed), fault.tampering)
      if (result.problems.length === 0) continue
      const smallest = await shrink(result, fault.tampering)
      expect(smallest.problems.length).toBeGreaterThan(0)
      expect(smallest.plan.actions.length).toBeLessThanOrEqual(2)
      expect(smallest.plan.faults.length + smallest.plan.births.length + smallest.plan.spells.length).toBeLessThanOrEqual(1)
      return
    }
  }, 120_000)
})
