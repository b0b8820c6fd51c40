import { describe, expect, it } from 'vitest'

import { copyMemoryStore, type MemoryStore } from '../../src/adapters/memory-log/memory-store.js'
import { done, eventsOf, minute, remoteKey, useKey } from './bench-views.js'
import { openBench } from './harness.js'
import { on } from './trouble.js'

const hour = 60 * minute

describe('a copy of the vault that was taken while a key was being made', () => {
  it('reports the key that the original went on with, and does not destroy it', async () => {
    const bench = await openBench({ check: false })
    const copies: Array<MemoryStore> = []
    // The third commit would record the answer to the POST: the copy has the intent and not the outcome.
    bench.trouble({
      commits: (number) => {
        if (number === 2) copies.push(copyMemoryStore(bench.store))
        return null
      },
    })
    done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: 5 })))
    bench.trouble({})
    const { hash } = remoteKey(bench, 'alpha')
    const [copy] = copies
    if (copy === undefined) throw new Error('no copy was taken')
    bench.advance(hour)
    const report = done(await bench.runOn(copy, (vault) => vault.reconcile()))
    expect(report.orphansRevoked).toEqual([])
    expect(await useKey(bench, 'alpha')).toBe('works')
    const again = done(await bench.runOn(copy, (vault) => vault.reconcile({ dryRun: true })))
    expect(again.unheld.map((each) => each.hash)).toContain(hash)
  })
})

describe('an attempt whose settle date a wrong clock put far ahead', () => {
  it('is settled after the settle time, and other names are settled before', async () => {
    const ahead = await openBench({ timing: { settle: 24 * hour, retryBudget: 0 } })
    done(await ahead.run((vault) => vault.add('zeta')))
    ahead.trouble({ faults: on('POST /keys', { _tag: 'lost-before' }), kill: { request: 3, when: 'before' } })
    await ahead.run((vault) => vault.add('alpha'))
    expect(eventsOf(ahead, 'alpha').at(-1)).toBe('CreationOutcomeUnknown')
    const bench = await openBench({ copyOf: ahead, seed: 2 })
    const begun = bench.now()
    const { outstanding } = done(await bench.run((vault) => vault.reconcile()))
    expect(outstanding).toEqual([])
    expect(bench.now() - begun).toBeLessThan(2 * minute)
    expect(await useKey(bench, 'alpha')).toBe('works')
  })
})
