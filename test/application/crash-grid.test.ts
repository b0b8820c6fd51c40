import { isLeft } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import type { ChangeReport } from '../../src/application/reports.js'
import { publicState } from '../../src/domain/key/view.js'
import { makePrng } from '../simulation/prng.js'
import { runs } from '../support/fc-runs.js'
import { done, minute, quieten, stateOf } from './bench-views.js'
import { blowsOf, chosen, countsOf, isChosen, type Operation, operations, readyFor, tryOperation } from './grid.js'
import { type Bench, type Command, openBench } from './harness.js'
import { describeFault, everyFault, nth, pickFrom } from './trouble.js'

const timeout = 300_000

const again: Readonly<Record<Operation['name'], Command<ChangeReport>>> = {
  add: (vault) => vault.add('alpha', { monthlyLimit: '5', ifMissing: true }),
  remove: (vault) => vault.remove('alpha'),
  suspend: (vault) => vault.suspend('alpha'),
  resume: (vault) => vault.resume('alpha'),
  'update-limits': (vault) => vault.updateSpendLimits('alpha', { monthlyLimit: '3' }),
  rotate: (vault) => vault.rotate('alpha'),
}

/**
 * What is said to a second asking. A key that was deleted because the log seemed to refuse its secret is found gone when the
 * log took it after all: that is undone and said, and a third asking begins anew.
 */
const askAgain = async (bench: Bench, operation: Operation): Promise<string> => {
  if (operation.name === 'remove' && publicState(stateOf(bench, 'alpha')) === 'removed') return 'unchanged'
  const second = await bench.run(again[operation.name])
  const gone = operation.name === 'rotate' ? 401 : 404
  const wasLost = second !== null && isLeft(second) && second.left._tag === 'RemoteRefused' && second.left.status === gone
  return done(wasLost ? await bench.run(again[operation.name]) : second).outcome
}

describe.each(operations)('$name that dies, or whose log fails, at any point', (operation) => {
  it.each([false, true])('is settled by reconcile (sees that the other is dead: %s)', { timeout }, async (seesTheDead) => {
    const ready = await readyFor(operation)
    const wrong: Array<string> = []
    let seed = 20_000
    for (const { where, trouble } of chosen(operation, blowsOf(await countsOf(ready, operation)))) {
      const problems = await tryOperation(ready, operation, { seed: ++seed, seesTheDead }, trouble)
      wrong.push(...problems.map((problem) => `${where}: ${problem}`))
    }
    expect(wrong).toEqual([])
  })

  it('is finished by asking again once its claim is over', { timeout }, async () => {
    const ready = await readyFor(operation)
    const wrong: Array<string> = []
    let seed = 30_000
    for (const { where, trouble } of chosen(operation, blowsOf(await countsOf(ready, operation)))) {
      const bench = await openBench({ copyOf: ready, seed: ++seed })
      bench.trouble(trouble)
      await bench.run(operation.command)
      bench.trouble({})
      bench.advance(10 * minute)
      const outcome = await askAgain(bench, operation)
      if (outcome !== operation.outcome && outcome !== 'unchanged') wrong.push(`${where}: it said ${outcome}`)
      await quieten(bench)
      if (publicState(stateOf(bench, 'alpha')) !== operation.after) wrong.push(`${where}: it ends otherwise`)
    }
    expect(wrong).toEqual([])
  })
})

const sample = runs(120).numRuns

describe('a death and a fault together', () => {
  it.each(operations)(`leave nothing wrong after $name, in ${String(sample)} seeded samples`, { timeout }, async (operation) => {
    const ready = await readyFor(operation)
    const counts = await countsOf(ready, operation)
    const blows = blowsOf({ requests: counts.requests + 2, commits: counts.commits + 2 })
    const wrong: Array<string> = []
    for (let seed = 1; seed <= sample; seed += 1) {
      if (!isChosen(operation, seed)) continue
      const prng = makePrng(seed)
      const blow = pickFrom(prng, blows)
      const request = prng.below(counts.requests + 2)
      const fault = pickFrom(prng, everyFault)
      const options = { seed: 40_000 + seed, seesTheDead: prng.chance(0.5), retryBudget: pickFrom(prng, [0, 60_000]), several: true }
      const problems = await tryOperation(ready, operation, options, { ...blow.trouble, faults: nth(new Map([[request, fault]])) })
      const where = `seed ${String(seed)}: ${blow.where} and request ${String(request)} ${describeFault(fault)}`
      wrong.push(...problems.map((problem) => `${where}: ${problem}`))
    }
    expect(wrong).toEqual([])
  })
})
