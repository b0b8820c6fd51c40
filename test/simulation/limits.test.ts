import { describe, expect, it } from 'vitest'

import type { Picodollars } from '../../src/domain/shared/picodollars.js'
import { limitsPlanOf } from './limits-plan.js'
import { isLooser, type Room } from './never-looser.js'
import { limitFaults } from './planted-limit-faults.js'
import { runPlan } from './run-plan.js'
import { shrink, tell } from './shrink.js'

const seeds = Number(process.env['SIM_LIMIT_SEEDS'] ?? 80)
const mostSeedsPerFault = 200

const room = (monthly: number | null, daily: number | null): Room => ({
  monthly: monthly === null ? null : (BigInt(monthly * 10) * 10n ** 11n as Picodollars),
  daily: daily === null ? null : (BigInt(daily * 10) * 10n ** 11n as Picodollars),
})

describe('looser than the old limits and the new ones', () => {
  it.each<readonly [Room, ReadonlyArray<Room>, boolean]>([
    [room(9, 1), [room(3, 1), room(9, 0.5)], true],
    [room(3, 0.5), [room(3, 1), room(9, 0.5)], false],
    [room(9, 0.5), [room(3, 1), room(9, 0.5)], false],
    [room(5, null), [room(5, 1)], true],
    [room(5, 5), [room(5, null)], false],
    [room(null, null), [room(5, null), room(null, 1)], true],
    [room(null, 5), [room(5, null)], true],
  ])('%# is judged at every spending', (remote, allowed, answer) => {
    expect(isLooser(remote, allowed)).toBe(answer)
  })
})

describe('the simulation with limits by day and by month that change', () => {
  it(
    `never lets a key spend more than under the old limits or the new ones, over ${String(seeds)} seeds`,
    async () => {
      let guarded = 0
      for (let seed = 1; seed <= seeds; seed += 1) {
        const result = await runPlan(limitsPlanOf(seed))
        if (result.problems.length > 0) expect.fail(tell(await shrink(result)))
        guarded += result.story.filter((line) => line.includes('/guardrails/') && line.includes('-> 200')).length
      }
      expect(guarded).toBeGreaterThan(seeds)
    },
    600_000,
  )

  it.each(limitFaults.map((fault) => [fault.name, fault] as const))(
    'catches a vault that %s',
    async (_name, fault) => {
      for (let seed = 1; seed <= mostSeedsPerFault; seed += 1) {
        const result = await runPlan(limitsPlanOf(seed), fault.tampering)
        if (result.problems.length > 0) return
      }
      expect.fail(`${String(mostSeedsPerFault)} seeds did not catch it`)
    },
    300_000,
  )
})
