import { describe, expect, it } from 'vitest'

import type { Fault } from '../../src/adapters/simulated-openrouter/fault.js'
import { makePrng } from '../simulation/prng.js'
import { runs } from '../support/fc-runs.js'
import { isChosen, type Operation, operations, readyFor, tryOperation } from './grid.js'
import { type Bench, openBench } from './harness.js'
import { describeFault, everyFault, nth, outages, pickFrom } from './trouble.js'

const timeout = 300_000

const budgets = [0, 60_000] as const

const countRequests = async (ready: Bench, operation: Operation): Promise<number> => {
  const bench = await openBench({ copyOf: ready, seed: 7 })
  await bench.run(operation.command)
  return bench.counted().requests
}

const expectations = { add: 3, remove: 15, suspend: 2, resume: 2, 'update-limits': 2, rotate: 23 }

describe.each(operations)('$name, whatever befalls one of its requests', (operation) => {
  it(`survives ${String(everyFault.length)} faults of each, with and without repeating`, { timeout }, async () => {
    const ready = await readyFor(operation)
    const requests = await countRequests(ready, operation)
    expect(requests).toBe(expectations[operation.name])
    const wrong: Array<string> = []
    let seed = 1000
    for (let request = 0; request < requests; request += 1) {
      for (const fault of everyFault) {
        for (const retryBudget of budgets) {
          if (!isChosen(operation, ++seed)) continue
          const problems = await tryOperation(ready, operation, { seed, retryBudget }, { faults: nth(new Map([[request, fault]])) })
          const where = `request ${String(request)}, ${describeFault(fault)}, budget ${String(retryBudget)}`
          wrong.push(...problems.map((problem) => `${where}: ${problem}`))
        }
      }
    }
    expect(wrong).toEqual([])
  })
})

const sample = runs(120).numRuns

describe('two or three faults at once', () => {
  it.each(operations)(`leave nothing wrong after $name, in ${String(sample)} seeded samples`, { timeout }, async (operation) => {
    const ready = await readyFor(operation)
    const requests = await countRequests(ready, operation)
    const wrong: Array<string> = []
    for (let seed = 1; seed <= sample; seed += 1) {
      if (!isChosen(operation, seed)) continue
      const prng = makePrng(seed)
      const count = 2 + prng.below(2)
      const faults = new Map<number, Fault>()
      while (faults.size < count) faults.set(prng.below(requests + 3), pickFrom(prng, everyFault))
      const retryBudget = pickFrom(prng, budgets)
      const problems = await tryOperation(ready, operation, { seed: 10_000 + seed, retryBudget, several: true }, { faults: nth(faults) })
      const where = [...faults].map(([request, fault]) => `${String(request)} ${describeFault(fault)}`).join(', ')
      wrong.push(...problems.map((problem) => `seed ${String(seed)}, budget ${String(retryBudget)}, ${where}: ${problem}`))
    }
    expect(wrong).toEqual([])
  })
})

describe('a fault that begins at one request and lasts', () => {
  it.each(operations)('leaves nothing wrong after $name', { timeout }, async (operation) => {
    const ready = await readyFor(operation)
    const requests = await countRequests(ready, operation)
    const wrong: Array<string> = []
    let seed = 5000
    for (let request = 0; request < requests; request += operation.name === 'remove' || operation.name === 'rotate' ? 2 : 1) {
      for (const fault of outages) {
        if (!isChosen(operation, ++seed)) continue
        const script = { faults: (_world: unknown, _request: unknown, index: number) => (index >= request ? fault : null) }
        const problems = await tryOperation(ready, operation, { seed, retryBudget: 20_000, several: true }, script)
        wrong.push(...problems.map((problem) => `from request ${String(request)} on ${describeFault(fault)}: ${problem}`))
      }
    }
    expect(wrong).toEqual([])
  })
})
