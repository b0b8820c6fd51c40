import * as E from 'fp-ts/lib/Either.js'
import { beforeEach, describe, expect, it } from 'vitest'

import { openMemoryLog } from '../../src/adapters/memory-log/memory-log.js'
import { isCredible } from '../../src/application/credible.js'
import type { KeyName } from '../../src/domain/shared/identifiers.js'
import type { Instant } from '../../src/domain/shared/instant.js'
import { done, failed, plant, remoteKey } from './bench-views.js'
import { type Bench, openBench } from './harness.js'
import { from, unreachable } from './trouble.js'

const newer = { _tag: 'VaultUnavailable', reason: 'newer-format' }

/** A newer colleague records something of `beta` that this version has no name for. */
const writeNewer = async (bench: Bench, stream = 'key/beta'): Promise<void> => {
  const { log } = openMemoryLog(bench.store)
  const records = bench.store.all.filter((each) => each.stream === stream).length
  const record = { type: 'KeyPolished', schema: 1, at: bench.now() as Instant, data: '{"shine":3}' }
  const committed = await log.commit({ appends: [{ stream, expectedVersion: records, records: [record] }], seal: [] })()
  if (E.isLeft(committed)) throw new Error(committed.left._tag)
}

let bench: Bench
beforeEach(async () => {
  bench = await openBench({ check: false, timing: { retryBudget: 0 } })
  for (const name of ['alpha', 'beta', 'gamma']) done(await bench.run((vault) => vault.add(name)))
})

describe('a stream that a newer version wrote in', () => {
  it('is listed as unreadable, and the others as they are', async () => {
    await writeNewer(bench)
    const listed = done(await bench.run((vault) => vault.list()))
    expect(listed.map(({ name, state }) => [name, state])).toEqual([['alpha', 'active'], ['gamma', 'active'], ['beta', 'unreadable']])
    expect(done(await bench.run((vault) => vault.list({ state: 'suspended' }))).map(({ name }) => name)).toEqual(['beta'])
  })

  it('refuses whatever is asked of its own name', async () => {
    await writeNewer(bench)
    expect(failed(await bench.run((vault) => vault.get('beta')))).toMatchObject(newer)
    expect(failed(await bench.run((vault) => vault.show('beta')))).toMatchObject(newer)
    expect(failed(await bench.run((vault) => vault.add('beta')))).toMatchObject(newer)
    expect(failed(await bench.run((vault) => vault.remove('beta')))).toMatchObject(newer)
    expect(remoteKey(bench, 'beta')).toMatchObject({ disabled: false })
  })

  it('keeps no other name from being removed, with proof', async () => {
    await writeNewer(bench)
    expect(done(await bench.run((vault) => vault.remove('alpha')))).toMatchObject({ outcome: 'removed', proof: 'strong' })
  })

  it('keeps reconcile from nothing else, which names it as outstanding and touches nothing of it', async () => {
    bench.trouble({ faults: from(0, unreachable) })
    done(await bench.run((vault) => vault.remove('alpha', { force: true })))
    bench.trouble({})
    await writeNewer(bench)
    const plan = done(await bench.run((vault) => vault.reconcile({ dryRun: true })))
    expect(plan.outstanding.map(({ name, state }) => [name, state])).toEqual([['alpha', 'revocation-outstanding'], ['beta', 'unreadable']])
    const report = done(await bench.run((vault) => vault.reconcile()))
    expect(report.finished).toMatchObject([{ name: 'alpha', state: 'removed' }])
    expect(report.outstanding).toMatchObject([{ name: 'beta', state: 'unreadable', reason: expect.stringContaining('newer version') }])
    // Its key bears our mark, and is not taken for one that nobody holds.
    expect(report.unheld).toEqual([])
    expect(remoteKey(bench, 'beta')).toMatchObject({ disabled: false })
  })

  it('keeps every key from being revoked by hash: it may be the one that is held there', async () => {
    const { hash } = remoteKey(bench, 'beta')
    await writeNewer(bench)
    expect(failed(await bench.run((vault) => vault.reconcile({ revoke: hash })))).toMatchObject(newer)
    const planted = plant(bench, 'stranger')
    expect(failed(await bench.run((vault) => vault.reconcile({ revoke: planted.hash })))).toMatchObject(newer)
    expect(remoteKey(bench, 'beta')).toMatchObject({ disabled: false })
  })

  it('is named by a panic, which contains all others', async () => {
    await writeNewer(bench)
    const report = done(await bench.run((vault) => vault.panic('all')))
    expect(report).toMatchObject({ contained: ['alpha', 'gamma'], outstanding: [{ name: 'beta' }] })
  })

  it('lets an empty listing prove nothing, since a key may be held there', () => {
    const empty = { keys: [], workspaces: [], complete: true }
    expect(isCredible({ states: new Map(), unreadable: new Map() }, empty)).toBe(true)
    expect(isCredible({ states: new Map(), unreadable: new Map([['beta' as KeyName, 'newer']]) }, empty)).toBe(false)
  })

  it('that is damaged and not newer still closes the vault', async () => {
    const { log } = openMemoryLog(bench.store)
    const version = bench.store.all.filter((each) => each.stream === 'key/beta').length
    const record = { type: 'Activated', schema: 1, at: bench.now() as Instant, data: '{"policy":5}' }
    await log.commit({ appends: [{ stream: 'key/beta', expectedVersion: version, records: [record] }], seal: [] })()
    expect(failed(await bench.run((vault) => vault.list()))).toMatchObject({ _tag: 'VaultUnavailable', reason: 'corrupt' })
  })
})
