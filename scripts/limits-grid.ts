import { countsOf, limitsChanges, readyForLimits, tryLimits } from '../test/application/limits-grid.js'
import { commitNumber, describeFault, everyFault, nth } from '../test/application/trouble.js'

/**
 * `npx tsx scripts/limits-grid.ts`: every fault at every request, and a death or a failing log at every commit, of making and changing
 * limits by month and by day, with and without repeating. The tests run a part of it.
 */
let tries = 0
let wrong = 0
const note = (where: string, problems: ReadonlyArray<string>): void => {
  tries += 1
  if (problems.length === 0) return
  wrong += 1
  console.log(`${where}: ${problems.join('; ')}`)
}
const began = performance.now()
let seed = 0
for (const change of limitsChanges) {
  const ready = await readyForLimits(change)
  const { requests, commits } = await countsOf(ready, change)
  console.log(`${change.name}: ${String(requests)} requests, ${String(commits)} commits`)
  for (const retryBudget of [0, 60_000]) {
    for (let request = 0; request < requests; request += 1) {
      for (const fault of everyFault) {
        const where = `${change.name}, request ${String(request)}, ${describeFault(fault)}, budget ${String(retryBudget)}`
        note(where, await tryLimits(ready, change, { seed: ++seed, retryBudget }, { faults: nth(new Map([[request, fault]])) }, fault))
      }
      for (const when of ['before', 'after'] as const)
        note(`${change.name}, killed ${when} request ${String(request)}`, await tryLimits(ready, change, { seed: ++seed, retryBudget }, { kill: { request, when } }))
    }
    for (let commit = 0; commit < commits; commit += 1)
      for (const what of ['crash-before', 'crash-after', 'fails', 'fails-after-writing'] as const)
        note(`${change.name}, commit ${String(commit)} ${what}`, await tryLimits(ready, change, { seed: ++seed, retryBudget }, { commits: commitNumber(commit, what) }))
  }
}
console.log(`${String(tries)} tries, ${String(wrong)} wrong, ${((performance.now() - began) / 1000).toFixed(1)} s`)
process.exitCode = wrong === 0 ? 0 : 1
