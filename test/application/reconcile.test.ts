import { beforeEach, describe, expect, it } from 'vitest'

import { copyMemoryStore } from '../../src/adapters/memory-log/memory-store.js'
import type { DashboardEdit } from '../../src/adapters/simulated-openrouter/dashboard.js'
import type { Picodollars } from '../../src/domain/shared/picodollars.js'
import { done, editRemote, eventsOf, failed, isSealed, plant, remoteKey, remoteKeys, stateOf, useKey } from './bench-views.js'
import { type Bench, openBench } from './harness.js'
import { benchWithTwo, cannotSpend, listingOfTwo, wanted } from './removal-bench.js'
import { always, down, either, from, on, refused, unreachable } from './trouble.js'

const quiet = { finished: [], undone: [], orphansRevoked: [], unheld: [], drift: [], outstanding: [], adopted: [], guardrailsDeleted: [] }
const reconcile = (bench: Bench) => bench.run((vault) => vault.reconcile())
const plan = (bench: Bench) => bench.run((vault) => vault.reconcile({ dryRun: true }))
const sweeping = ['GET /key', 'GET /workspaces', ...listingOfTwo]

describe('reconcile', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await benchWithTwo()
  })

  it('of a settled vault reads the account and records nothing', async () => {
    const records = bench.store.all.length
    expect(done(await reconcile(bench))).toEqual(quiet)
    expect(bench.takeRequests()).toEqual(['GET /key', 'GET /workspaces', 'GET /workspaces', 'GET /keys default@0', 'GET /keys default@1', 'GET /keys team@0'])
    expect(bench.store.all.length).toBe(records)
  })

  it('fails as a whole when the account cannot be read, with nothing recorded', async () => {
    const records = bench.store.all.length
    bench.trouble({ faults: from(0, unreachable) })
    expect(failed(await reconcile(bench))).toMatchObject({ _tag: 'RemoteUnavailable' })
    bench.trouble({ faults: always('GET /keys', refused(401)) })
    expect(failed(await reconcile(bench))).toMatchObject({ _tag: 'RemoteRefused', status: 401, blame: 'request' })
    expect(bench.store.all.length).toBe(records)
  })

  it('repeats what fails and passes', async () => {
    bench.trouble({ faults: either(on('GET /key', down), on('GET /workspaces', null, down), on('GET /keys', down)) })
    expect(done(await reconcile(bench))).toEqual(quiet)
  })

  const edits: ReadonlyArray<[string, DashboardEdit]> = [
    ['given another limit', { _tag: 'SetLimit', limit: 999_000_000_000_000n as Picodollars, reset: 'monthly' }],
    ['given another window', { _tag: 'SetLimit', limit: 5_000_000_000_000n as Picodollars, reset: 'daily' }],
    ['uncapped', { _tag: 'SetLimit', limit: null, reset: null }],
    ['told to count other usage', { _tag: 'SetIncludeByok', includeByok: true }],
  ]
  it.each(edits)('puts back a key that somebody has %s, and reports it as drift', async (_what, edit) => {
    editRemote(bench, 'alpha', edit)
    const { hash } = remoteKey(bench, 'alpha')
    expect(done(await reconcile(bench))).toEqual({ ...quiet, drift: [{ name: 'alpha', hash, found: 'changed at OpenRouter' }] })
    expect(remoteKey(bench, 'alpha')).toMatchObject(wanted)
    expect(eventsOf(bench, 'alpha').slice(-3)).toEqual(['DriftObserved', 'ChangeClaimed', 'PolicyObserved'])
    expect(done(await reconcile(bench))).toEqual(quiet)
  })

  const tightenings: ReadonlyArray<[string, DashboardEdit, string]> = [
    ['disabled', { _tag: 'SetDisabled', disabled: true }, 'suspended'],
    ['given a lower limit', { _tag: 'SetLimit', limit: 1_000_000_000_000n as Picodollars, reset: 'monthly' }, 'active'],
    ['given a lifetime cap', { _tag: 'SetLimit', limit: 5_000_000_000_000n as Picodollars, reset: null }, 'active'],
  ]
  it.each(tightenings)('leaves a key as it is that somebody has %s, and says so until it is resumed', async (_what, edit, state) => {
    const drift = [{ name: 'alpha', hash: remoteKey(bench, 'alpha').hash, found: 'tightened at OpenRouter and left so until lean-vault resume' }]
    editRemote(bench, 'alpha', edit)
    const edited = remoteKey(bench, 'alpha')
    expect(done(await plan(bench))).toEqual({ ...quiet, drift })
    expect(done(await reconcile(bench))).toEqual({ ...quiet, drift })
    expect(done(await reconcile(bench))).toEqual({ ...quiet, drift })
    expect(remoteKey(bench, 'alpha')).toBe(edited)
    expect(eventsOf(bench, 'alpha').slice(-2)).toEqual(['DriftObserved', 'ContainmentRequested'])
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({ state, containedFor: ['drift'], pending: [] })
    expect(done(await bench.run((vault) => vault.resume('alpha')))).toMatchObject({ outcome: 'resumed' })
    expect(remoteKey(bench, 'alpha')).toMatchObject(wanted)
    expect(done(await reconcile(bench))).toEqual(quiet)
  })

  it('puts back what somebody loosened of a key that somebody tightened before', async () => {
    editRemote(bench, 'alpha', { _tag: 'SetDisabled', disabled: true })
    done(await reconcile(bench))
    editRemote(bench, 'alpha', { _tag: 'SetDisabled', disabled: false })
    expect(done(await reconcile(bench)).drift).toHaveLength(1)
    expect(remoteKey(bench, 'alpha')).toMatchObject({ ...wanted, disabled: true })
  })

  it('suspends again a suspended key that somebody has enabled', async () => {
    done(await bench.run((vault) => vault.suspend('alpha')))
    editRemote(bench, 'alpha', { _tag: 'SetDisabled', disabled: false })
    expect(done(await reconcile(bench)).drift).toHaveLength(1)
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
  })

  it('minds no new name of a key', async () => {
    editRemote(bench, 'alpha', { _tag: 'Rename', name: 'something else' })
    expect(done(await reconcile(bench))).toEqual(quiet)
  })

  it('records a key that somebody deleted once, reports it until it is removed here, and lets it be removed', async () => {
    const { hash } = remoteKey(bench, 'alpha')
    const gone = { ...quiet, drift: [{ name: 'alpha', hash, found: 'deleted at OpenRouter' }] }
    editRemote(bench, 'alpha', { _tag: 'Delete' })
    expect(done(await plan(bench))).toEqual(gone)
    expect(done(await reconcile(bench))).toEqual(gone)
    const records = bench.store.all.length
    expect(done(await reconcile(bench))).toEqual(gone)
    expect(bench.store.all.length).toBe(records)
    expect(isSealed(bench, 'alpha')).toBe(true)
    expect(done(await bench.run((vault) => vault.remove('alpha')))).toMatchObject({ outcome: 'removed', remote: 'already-gone', proof: 'strong' })
    expect(isSealed(bench, 'alpha')).toBe(false)
  })

  it('does not believe that keys are deleted when the whole account looks empty', async () => {
    const records = bench.store.all.length
    bench.trouble({ faults: either(always('GET /keys', { _tag: 'amnesia' }), always('GET /keys/:hash', { _tag: 'amnesia' })) })
    expect(done(await reconcile(bench))).toEqual(quiet)
    expect(bench.store.all.length).toBe(records)
  })

  it('reports what it could not finish, and finishes it the next time', async () => {
    bench.trouble({ faults: from(5, unreachable) })
    done(await bench.run((vault) => vault.remove('alpha')))
    bench.trouble({ faults: always('DELETE /keys/:hash', down) })
    const report = done(await reconcile(bench))
    expect(report.outstanding).toEqual([
      { name: 'alpha', state: 'revocation-outstanding', pending: ['revocation'], reason: 'OpenRouter answered 503: Internal Server Error' },
    ])
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
    bench.trouble({})
    expect(done(await reconcile(bench))).toEqual({ ...quiet, finished: [{ name: 'alpha', state: 'removed', pending: [], reason: null }] })
  })

  it('settles several names, and one that fails does not keep the others back', async () => {
    done(await bench.run((vault) => vault.add('gamma')))
    for (const name of ['alpha', 'beta']) {
      bench.trouble({ faults: from(5, unreachable) })
      done(await bench.run((vault) => vault.remove(name)))
    }
    const { hash } = remoteKey(bench, 'alpha')
    bench.trouble({ faults: (_world, request) => (request.method === 'DELETE' && request.path.endsWith(hash) ? down : null) })
    const report = done(await reconcile(bench))
    expect(report.outstanding.map((entry) => entry.name)).toEqual(['alpha'])
    expect(report.finished.map((entry) => entry.name)).toEqual(['beta'])
  })

  it('answers that the vault cannot be written only where nothing was sent; later it says what is left', async () => {
    done(await bench.run((vault) => vault.add('gamma')))
    for (const name of ['alpha', 'beta']) {
      bench.trouble({ faults: from(5, unreachable) })
      done(await bench.run((vault) => vault.remove(name)))
    }
    bench.trouble({})
    const answers: Array<string> = []
    for (let nth = 0; ; nth += 1) {
      const each = await openBench({ copyOf: bench })
      each.takeRequests()
      each.trouble({ commits: (number) => (number >= nth ? 'fails' : null) })
      const answer = await reconcile(each)
      if (each.counted().commits <= nth) break
      const sent = each.takeRequests().some((line) => !line.startsWith('GET '))
      const told = answer?._tag === 'Right' ? `left: ${String(answer.right.outstanding.length)}` : (answer?.left._tag ?? 'died')
      answers.push(`${sent ? 'sent' : 'nothing sent'}, ${told}`)
      each.trouble({})
      expect(done(await reconcile(each)).outstanding).toEqual([])
      expect(remoteKeys(each, 'alpha')).toEqual([])
    }
    expect(answers[0]).toBe('nothing sent, VaultUnavailable')
    expect(answers.filter((answer) => answer.startsWith('sent') && !/left: [12]$/.test(answer))).toEqual([])
    expect(new Set(answers).size).toBeGreaterThan(2)
  })

  describe('--dry-run', () => {
    it('says what there is to do, sends only reads and records nothing', async () => {
      bench.trouble({ faults: on('POST /keys', { _tag: 'late', delay: 200_000 }) })
      done(await bench.run((vault) => vault.add('gamma')))
      bench.advance(300_000)
      bench.trouble({ faults: from(5, unreachable) })
      done(await bench.run((vault) => vault.remove('beta')))
      bench.trouble({})
      editRemote(bench, 'alpha', { _tag: 'SetDisabled', disabled: true })
      const stray = plant(bench, `delta [lv:${bench.vaultId}:${'3'.repeat(32)}]`)
      const records = bench.store.all.length
      bench.takeRequests()
      const planned = done(await plan(bench))
      expect(bench.takeRequests().every((line) => line.startsWith('GET '))).toBe(true)
      expect(bench.store.all.length).toBe(records)
      expect(planned.unheld).toEqual([{ hash: stray.hash, remoteName: stray.name }])
      expect(planned.drift).toMatchObject([{ name: 'alpha', found: 'tightened at OpenRouter and left so until lean-vault resume' }])
      expect(planned.outstanding.map((entry) => entry.name).sort()).toEqual(['beta', 'gamma'])
      const did = done(await reconcile(bench))
      expect(did).toMatchObject({ finished: [{ name: 'beta' }], orphansRevoked: [{ name: 'gamma' }], unheld: planned.unheld, drift: planned.drift })
    })

    it('of a settled vault has nothing to say', async () => {
      expect(done(await plan(bench))).toEqual(quiet)
      expect(bench.takeRequests()).toEqual(sweeping)
    })
  })
})

describe('a key with our marker that this log does not know', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await benchWithTwo()
  })

  it('is reported as unheld and left alone', async () => {
    const stray = plant(bench, `alpha [lv:${bench.vaultId}:${'3'.repeat(32)}]`)
    for (let round = 0; round < 3; round += 1) {
      expect(done(await reconcile(bench))).toEqual({ ...quiet, unheld: [{ hash: stray.hash, remoteName: stray.name }] })
      bench.advance(3_600_000)
    }
    expect(bench.world.account.keys.get(stray.hash)).toBe(stray)
  })

  it('is contained, deleted and proven gone when its owner names it', async () => {
    const stray = plant(bench, `gamma [lv:${bench.vaultId}:${'3'.repeat(32)}]`)
    const other = plant(bench, `gamma [lv:${bench.vaultId}:${'4'.repeat(32)}]`)
    bench.takeRequests()
    const report = done(await bench.run((vault) => vault.reconcile({ revoke: stray.hash })))
    expect(report.orphansRevoked).toEqual([{ name: 'gamma', hash: stray.hash }])
    expect(report.unheld).toEqual([{ hash: other.hash, remoteName: other.name }])
    expect(bench.world.account.keys.has(stray.hash)).toBe(false)
    expect(bench.world.account.keys.get(other.hash)).toBe(other)
    const lines = bench.takeRequests().filter((line) => !line.startsWith('GET'))
    expect(lines).toEqual(['PATCH /keys/gamma', 'DELETE /keys/gamma'])
    expect(done(await bench.run((vault) => vault.add('gamma')))).toMatchObject({ outcome: 'added' })
  })

  it.each([
    ['a held key', (bench: Bench) => remoteKey(bench, 'alpha').hash],
    ["another vault's key", (bench: Bench) => plant(bench, `alpha [lv:${'b'.repeat(32)}:${'1'.repeat(32)}]`).hash],
    ['a key made by hand', (bench: Bench) => plant(bench, 'by hand').hash],
    ['a key that is not there', () => '0'.repeat(64)],
  ])('is the only one that can be revoked so: not %s', async (_what, hashOf) => {
    const hash = hashOf(bench)
    const before = bench.world.account
    expect(failed(await bench.run((vault) => vault.reconcile({ revoke: hash })))).toMatchObject({ _tag: 'NotUnheld', hash })
    expect(bench.world.account).toBe(before)
  })

  it('is named by 64 hex digits', async () => {
    expect(failed(await bench.run((vault) => vault.reconcile({ revoke: 'alpha' })))).toMatchObject({ _tag: 'InvalidInput', field: 'hash' })
    expect(bench.takeRequests()).toEqual([])
  })

  it('is what a copy of the vault, taken while a create was in flight, finds of the key of its original', async () => {
    let copy = copyMemoryStore(bench.store)
    bench.trouble({
      faults: (_world, request) => {
        if (request.method === 'POST') copy = copyMemoryStore(bench.store)
        return null
      },
    })
    done(await bench.run((vault) => vault.add('gamma', { monthlyLimit: '5' })))
    bench.trouble({})
    const original = remoteKey(bench, 'gamma')
    const elsewhere = await openBench({ check: false, seed: 2 })
    Object.assign(elsewhere.world, { account: bench.world.account })
    elsewhere.advance(3_600_000)
    done(await elsewhere.runOn(copy, (vault) => vault.reconcile()))
    const report = done(await elsewhere.runOn(copy, (vault) => vault.reconcile()))
    expect(report.unheld).toEqual([{ hash: original.hash, remoteName: original.name }])
    expect(elsewhere.world.account.keys.get(original.hash)).toBe(original)
  })

  it('is what a restored backup makes of the keys that were added since', async () => {
    const backup = copyMemoryStore(bench.store)
    done(await bench.run((vault) => vault.add('gamma')))
    const restored = await openBench({ check: false })
    Object.assign(restored.world, { account: bench.world.account })
    const report = done(await restored.runOn(backup, (vault) => vault.reconcile()))
    const { hash, name } = remoteKey(bench, 'gamma')
    expect(report).toEqual({ ...quiet, unheld: [{ hash, remoteName: name }] })
    expect(restored.world.account.keys.get(hash)).toBe(remoteKey(bench, 'gamma'))
    expect(restored.world.account).toBe(bench.world.account)
  })
})

describe('reconcile after a command that is still under way', () => {
  it('leaves a standing claim alone and says whose it is', async () => {
    const bench = await benchWithTwo({ timing: { retryBudget: 0 } })
    bench.trouble({ kill: { request: 0, when: 'after' } })
    await bench.run((vault) => vault.suspend('alpha'))
    bench.trouble({})
    bench.takeRequests()
    const report = done(await reconcile(bench))
    expect(report.outstanding).toEqual([{ name: 'alpha', state: 'suspended', pending: ['containment'], reason: 'another process is at it' }])
    expect(bench.takeRequests().every((line) => line.startsWith('GET '))).toBe(true)
    bench.advance(60_000)
    expect(done(await reconcile(bench)).finished).toMatchObject([{ name: 'alpha', state: 'suspended' }])
    expect(stateOf(bench, 'alpha').claim).toBeNull()
    expect(remoteKeys(bench, 'alpha')).toHaveLength(1)
    expect(await useKey(bench, 'beta')).toBe('works')
  })

  it('finishes a change of our own that was never confirmed', async () => {
    const bench = await benchWithTwo({ timing: { retryBudget: 0 } })
    bench.trouble({ faults: on('PATCH /keys/:hash', { _tag: 'lost-before' }) })
    expect(done(await bench.run((vault) => vault.suspend('alpha')))).toMatchObject({ outcome: 'incomplete', pending: ['containment'] })
    bench.trouble({})
    expect(done(await reconcile(bench))).toMatchObject({
      finished: [{ name: 'alpha', state: 'suspended', pending: [], reason: null }],
      undone: [],
      outstanding: [],
    })
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
  })
})
