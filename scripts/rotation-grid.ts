// Every fault at every request of a rotation, with and without repeating, every fault that lasts from a request on, and a death or a
// failing log at every commit and request: `npx tsx scripts/rotation-grid.ts [--only faults|outages|deaths]`. The tests try one in seven.
import { blowsOf, countsOf, operations, readyFor, tryOperation } from '../test/application/grid.js'
import { describeFault, everyFault, nth, outages } from '../test/application/trouble.js'

const at = process.argv.indexOf('--only')
const only = at < 0 ? null : process.argv[at + 1]
const isWanted = (part: string): boolean => only === null || only === part

const operation = operations.find(({ name }) => name === 'rotate')!
const began = performance.now()
const sums = { tries: 0, wrong: 0 }
const note = (where: string, problems: ReadonlyArray<string>): void => {
  sums.tries += 1
  sums.wrong += problems.length === 0 ? 0 : 1
  if (problems.length > 0) console.log(`${where}: ${problems.join('; ')}`)
}
const tell = (part: string): void =>
  console.log(`${part}: ${String(sums.tries)} tries, ${String(sums.wrong)} wrong, ${((performance.now() - began) / 1000).toFixed(0)} s`)

const ready = await readyFor(operation)
const counts = await countsOf(ready, operation)
const { requests, commits } = counts
console.log(`a rotation has ${String(requests)} requests and ${String(commits)} commits`)
let seed = 0

if (isWanted('faults')) {
  for (let request = 0; request < requests; request += 1) {
    for (const fault of everyFault) {
      for (const retryBudget of [0, 60_000]) {
        const problems = await tryOperation(ready, operation, { seed: ++seed, retryBudget }, { faults: nth(new Map([[request, fault]])) })
        note(`request ${String(request)}, ${describeFault(fault)}, budget ${String(retryBudget)}`, problems)
      }
    }
    tell(`request ${String(request)}`)
  }
}
if (isWanted('outages')) {
  for (let request = 0; request < requests; request += 1) {
    for (const fault of outages) {
      const script = { faults: (_world: unknown, _request: unknown, index: number) => (index >= request ? fault : null) }
      note(`from request ${String(request)} on ${describeFault(fault)}`, await tryOperation(ready, operation, { seed: ++seed, retryBudget: 20_000, several: true }, script))
    }
  }
  tell('outages')
}
if (isWanted('deaths')) {
  for (const { where, trouble } of blowsOf(counts)) {
    for (const seesTheDead of [false, true])
      note(`${where}, sees the dead: ${String(seesTheDead)}`, await tryOperation(ready, operation, { seed: ++seed, seesTheDead }, trouble))
  }
  tell('deaths')
}
tell('all')
process.exitCode = sums.wrong === 0 ? 0 : 1
