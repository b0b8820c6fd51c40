import { describe, expect, it } from 'vitest'

import { countsOf, limitsChanges, readyForLimits, tryLimits } from './limits-grid.js'
import { describeFault, everyFault, nth } from './trouble.js'

/** Every eighth fault of a request here, all of them and the deaths too in `scripts/limits-grid.ts`. */
const stride = 8

describe.each(limitsChanges.map((change) => [change.name, change] as const))('limits by month and by day: %s', (_name, change) => {
  it('is never looser than the old and the new, says the truth, and ends all old or all new', { timeout: 300_000 }, async () => {
    const ready = await readyForLimits(change)
    const { requests } = await countsOf(ready, change)
    const wrong: Array<string> = []
    let seed = 0
    for (let request = 0; request < requests; request += 1)
      for (const fault of everyFault.filter((_, n) => (n + request * 3) % stride === 0)) {
        const retryBudget = (seed += 1) % 2 === 0 ? 0 : 60_000
        const problems = await tryLimits(ready, change, { seed, retryBudget }, { faults: nth(new Map([[request, fault]])) }, fault)
        wrong.push(...problems.map((problem) => `request ${String(request)}, ${describeFault(fault)}, budget ${String(retryBudget)}: ${problem}`))
      }
    expect(wrong).toEqual([])
  })
})
