import { describe, expect, it } from 'vitest'

import { done, plant, quieten, remoteKeys, stateOf } from './bench-views.js'
import { type Bench, type BenchOptions, openBench } from './harness.js'
import { always, down, either, from, on, unreachable } from './trouble.js'

const reconcile = (bench: Bench) => bench.run((vault) => vault.reconcile())
const listings = (lines: ReadonlyArray<string>): number => lines.filter((line) => line.startsWith('GET /keys default@')).length
const atOrAfter = (lines: ReadonlyArray<string>, start: string): number => lines.findIndex((line) => line.startsWith(start))

const names = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, n) => `key-${String(n)}`)

/** A vault that owes the revocation of so many keys among others, half an hour later. */
const benchThatOwes = async (debts: number, others = 1, options: BenchOptions = {}): Promise<Bench> => {
  const bench = await openBench(options)
  done(await bench.run((vault) => vault.add('canary')))
  for (let n = 1; n < others; n += 1) plant(bench, `by hand ${String(n)}`)
  for (const name of names(debts)) {
    done(await bench.run((vault) => vault.add(name)))
    bench.trouble({ faults: from(5, unreachable) })
    done(await bench.run((vault) => vault.remove(name)))
    bench.trouble({})
    expect(stateOf(bench, name).stage._tag).toBe('Outstanding')
  }
  bench.advance(1_800_000)
  bench.takeRequests()
  return bench
}

const finished = (count: number) => names(count).map((name) => ({ name, state: 'removed' })).sort((a, b) => a.name.localeCompare(b.name))

describe('twenty debts among a thousand keys', () => {
  it('are all proven paid by one listing that is sent after the last DELETE was answered', { timeout: 60_000 }, async () => {
    const bench = await benchThatOwes(20, 980, { settings: { pageSize: 100 }, workspaces: [], check: false })
    expect(done(await reconcile(bench)).finished).toMatchObject(finished(20))
    const lines = bench.takeRequests()
    const oneListing = 12
    // The sweep and the proofs: before, each debt listed the account for itself.
    expect(listings(lines)).toBeLessThanOrEqual(2 * oneListing)
    const lastDelete = lines.length - 1 - atOrAfter([...lines].reverse(), 'DELETE')
    const afterwards = lines.slice(lastDelete)
    expect(listings(afterwards)).toBeGreaterThanOrEqual(10)
    for (const name of names(20)) {
      expect(remoteKeys(bench, name)).toEqual([])
      expect(stateOf(bench, name).stage).toMatchObject({ _tag: 'Removed', proof: { strength: 'strong' } })
    }
  })
})

describe('several debts', () => {
  it('wait for a lost DELETE to settle before their listing is sent', async () => {
    const bench = await benchThatOwes(3)
    bench.trouble({ faults: on('DELETE /keys/:hash', { _tag: 'late', delay: 9_000 }) })
    expect(done(await reconcile(bench)).finished).toMatchObject(finished(3))
    await quieten(bench)
  })

  it('are each proven by a read of their own: one that is still seen is not taken for gone with the others', async () => {
    const bench = await benchThatOwes(3)
    const [stubborn] = remoteKeys(bench, 'key-1')
    const path = `/keys/${stubborn?.hash ?? ''}`
    bench.trouble({ faults: (_world, request) => (request.method === 'DELETE' && request.path === path ? down : null) })
    const report = done(await reconcile(bench))
    expect(report.finished.map((entry) => entry.name)).toEqual(['key-0', 'key-2'])
    expect(report.outstanding.map((entry) => entry.name)).toEqual(['key-1'])
    expect(remoteKeys(bench, 'key-1')).toHaveLength(1)
    await quieten(bench)
  })

  it('stay owed, each with its reason, where the shared listing cannot be had, and are paid the next time', async () => {
    const bench = await benchThatOwes(3)
    let deletes = 0
    bench.trouble({
      faults: (_world, request) => {
        if (request.method === 'DELETE') deletes += 1
        return deletes > 0 && request.method === 'GET' && request.path === '/keys' ? down : null
      },
    })
    const report = done(await reconcile(bench))
    expect(report.outstanding).toMatchObject(names(3).map((name) => ({ name, state: 'revocation-outstanding' })))
    expect(report.outstanding.every((entry) => entry.reason !== null)).toBe(true)
    bench.trouble({})
    expect(done(await reconcile(bench)).finished).toMatchObject(finished(3))
  })

  it('are not believed paid where the account looks empty', async () => {
    const bench = await benchThatOwes(3)
    bench.trouble({ faults: either(always('GET /keys', { _tag: 'amnesia' }), always('GET /keys/:hash', { _tag: 'amnesia' })) })
    expect(done(await reconcile(bench)).finished).toEqual([])
    await quieten(bench)
    expect(names(3).flatMap((name) => remoteKeys(bench, name))).toEqual([])
  })

  it('are paid by two at once', async () => {
    const bench = await benchThatOwes(4)
    const both = await bench.together([(vault) => vault.reconcile(), (vault) => vault.reconcile()])
    expect(both.every((answer) => answer !== null)).toBe(true)
    await quieten(bench)
    expect(names(4).map((name) => stateOf(bench, name).stage._tag)).toEqual(names(4).map(() => 'Removed'))
  })

  it('are paid after the process died between the DELETEs and their proofs', async () => {
    for (let request = 5; request < 40; request += 4) {
      const bench = await benchThatOwes(2, 1, { seed: request })
      bench.trouble({ kill: { request, when: 'after' } })
      await reconcile(bench)
      await quieten(bench)
      expect(names(2).map((name) => stateOf(bench, name).stage._tag)).toEqual(['Removed', 'Removed'])
    }
  })
})
