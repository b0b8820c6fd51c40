import { describe, expect, it } from 'vitest'

import { keptPlans } from './kept-plans.js'
import { seedsFor } from './planted-faults.js'
import { rotationFaults } from './planted-rotation-faults.js'
import { rotationPlanOf } from './rotation-plan.js'
import { runPlan } from './run-plan.js'
import { shrink, tell } from './shrink.js'

const seeds = Number(process.env['SIM_ROTATION_SEEDS'] ?? 30)
const mostSeedsPerFault = 100

const recorded = (story: ReadonlyArray<string>, type: string): number => story.filter((line) => line.includes(` ${type} {`)).length

describe('the simulation with keys that are replaced', () => {
  it(
    `gives no budget twice, forgets no predecessor and hands out what works, over ${String(seeds)} seeds`,
    async () => {
      const seen = { BudgetSplit: 0, RotationSwitched: 0, RotationFinished: 0, WindowTurned: 0 }
      for (let seed = 1; seed <= seeds; seed += 1) {
        const result = await runPlan(rotationPlanOf(seed))
        if (result.problems.length > 0) expect.fail(tell(await shrink(result)))
        for (const type of ['BudgetSplit', 'RotationSwitched', 'RotationFinished', 'WindowTurned'] as const)
          seen[type] += recorded(result.story, type)
      }
      expect(seen.BudgetSplit).toBeGreaterThan(seeds)
      expect(seen.WindowTurned).toBeGreaterThan(seeds / 2)
      expect(seen.RotationFinished).toBe(seen.RotationSwitched)
    },
    600_000,
  )

  it.each(keptPlans())('holds every invariant for the kept plan %s, which once broke one', async (_name, plan) => {
    const result = await runPlan(plan)
    if (result.problems.length > 0) expect.fail(tell(result))
  })

  it.each(rotationFaults.map((fault) => [fault.name, fault] as const))(
    'catches a vault that %s',
    async (_name, fault) => {
      for (const seed of seedsFor(fault, mostSeedsPerFault)) {
        const result = await runPlan(rotationPlanOf(seed), fault.tampering)
        if (result.problems.length === 0) continue
        expect((await runPlan(result.plan)).problems).toStrictEqual([])
        return
      }
      expect.fail(`${String(mostSeedsPerFault)} seeds did not catch it`)
    },
    300_000,
  )

  it('shrinks to a story of a rotation that a person can read', async () => {
    const [fault] = rotationFaults
    if (fault === undefined) expect.fail('nothing is planted')
    for (let seed = 1; ; seed += 1) {
      const result = await runPlan(rotationPlanOf(seed), fault.tampering)
      if (result.problems.length === 0) continue
      const smallest = await shrink(result, fault.tampering)
      expect(smallest.plan.actions.map(({ action }) => action._tag).sort()).toStrictEqual(['add', 'rotate'])
      expect(smallest.plan.faults.length + smallest.plan.births.length + smallest.plan.spells.length).toBe(0)
      expect(tell(smallest)).toContain('BudgetSplit')
      return
    }
  }, 120_000)
})
