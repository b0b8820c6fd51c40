import { beforeEach, describe, expect, it } from 'vitest'

import { done, editRemote, eventsOf, failed, isSealed, remoteKey, remoteKeys, stateOf, useKey } from './bench-views.js'
import { type Bench, openBench } from './harness.js'
import {
  benchWithTwo,
  cannotSpend,
  containing,
  deleting,
  listingOfTwo,
  proving,
  provingWithoutSecret,
  remove,
  verifying,
  wanted,
} from './removal-bench.js'
import { always, down, either, from, on, refused, slowDown, unreachable } from './trouble.js'

describe('remove', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await benchWithTwo()
  })

  it('happy path: contains, deletes, proves and shreds', async () => {
    expect(done(await remove(bench))).toEqual({
      name: 'alpha',
      outcome: 'removed',
      remote: 'revoked',
      proof: 'strong',
      pending: [],
      events: 9,
      reason: null,
      notes: [],
    })
    expect(bench.takeRequests()).toEqual([...verifying, ...containing, ...deleting, ...proving])
    expect(eventsOf(bench, 'alpha').slice(5)).toEqual([
      'RemovalRequested',
      'RemovalVerified',
      'ChangeClaimed',
      'Contained',
      'ChangeClaimed',
      'RemoteDeleted',
      'RevocationProven',
      'SecretShredded',
      'Removed',
    ])
    expect(remoteKeys(bench, 'alpha')).toEqual([])
    expect(isSealed(bench, 'alpha')).toBe(false)
    expect(await useKey(bench, 'alpha')).toBe('KeyNotFound')
    expect(await useKey(bench, 'beta')).toBe('works')
    expect(bench.takeRequests()).toEqual([])
  })

  it('happy path: contains before it deletes: the key can spend nothing when the DELETE is sent', async () => {
    const seen: Array<unknown> = []
    bench.trouble({
      faults: (world, request) => {
        const key = [...world.account.keys.values()].find((each) => request.path.endsWith(each.hash))
        if (request.method === 'DELETE') seen.push({ disabled: key?.disabled, limit: key?.limit })
        return null
      },
    })
    done(await remove(bench))
    expect(seen).toEqual([cannotSpend])
  })

  it('happy path of the last key: it is proven by its own earlier answers', async () => {
    const alone = await openBench()
    done(await alone.run((vault) => vault.add('alpha')))
    alone.takeRequests()
    expect(done(await remove(alone))).toMatchObject({ outcome: 'removed', remote: 'revoked', proof: 'strong' })
    expect(alone.takeRequests()).toEqual([
      ...verifying,
      ...containing,
      ...deleting,
      ...proving.filter((line) => line !== 'GET /keys/beta'),
    ])
  })

  it('not found: sends nothing and records nothing', async () => {
    const gone = await bench.run((vault) => vault.remove('gamma'))
    expect(failed(gone)).toEqual({ _tag: 'KeyNotFound', name: 'gamma' })
    expect(failed(await bench.run((vault) => vault.remove('../gamma')))).toMatchObject({ _tag: 'InvalidInput', field: 'name' })
    expect(bench.takeRequests()).toEqual([])
    expect(bench.store.byStream.has('key/gamma')).toBe(false)
  })

  it('already revoked: nothing to contain; a DELETE in case the read was stale, and the proof', async () => {
    editRemote(bench, 'alpha', { _tag: 'Delete' })
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'already-gone', proof: 'strong', pending: [] })
    expect(bench.takeRequests()).toEqual([...verifying, ...deleting, ...proving])
    expect(isSealed(bench, 'alpha')).toBe(false)
  })

  it('not found when it is repeated, and nothing is sent', async () => {
    done(await remove(bench))
    bench.takeRequests()
    const records = bench.store.all.length
    expect(failed(await remove(bench))).toEqual({ _tag: 'KeyNotFound', name: 'alpha' })
    expect(bench.takeRequests()).toEqual([])
    expect(bench.store.all.length).toBe(records)
  })

  it('frees the name: the next key of it is a new lineage with a secret of its own', async () => {
    done(await remove(bench))
    expect(done(await bench.run((vault) => vault.add('alpha')))).toMatchObject({ outcome: 'added' })
    const shown = done(await bench.run((vault) => vault.show('alpha')))
    expect(shown).toMatchObject({ lineage: 'alpha#2', state: 'active', hash: remoteKey(bench, 'alpha').hash })
    expect([isSealed(bench, 'alpha', 1), isSealed(bench, 'alpha', 2)]).toEqual([false, true])
    expect(await useKey(bench, 'alpha')).toBe('works')
    const told = done(await bench.run((vault) => vault.history({ name: 'alpha' })))
    expect(told.filter((entry) => entry.event === 'ProvisioningRequested')).toHaveLength(2)
  })

  it('retry: waits as long as a 429 asks, tries again after a 5xx, and succeeds', async () => {
    bench.trouble({ faults: either(on('PATCH /keys/:hash', slowDown(3)), on('DELETE /keys/:hash', down, null)) })
    const begun = bench.now()
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked', proof: 'strong' })
    expect(bench.now() - begun).toBeGreaterThanOrEqual(3_000)
    expect(bench.takeRequests()).toEqual([
      ...verifying,
      'PATCH /keys/alpha',
      ...containing,
      ...deleting,
      ...deleting,
      ...proving,
    ])
    expect(eventsOf(bench, 'alpha')).toContain('ChangeFailed')
    expect(eventsOf(bench, 'alpha')).toContain('ChangeOutcomeUnknown')
  })

  it('retry: repeats the reads that fail within the budget', async () => {
    bench.trouble({ faults: either(on('GET /key', down, slowDown(1)), on('GET /keys', null, down)) })
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed' })
    expect(bench.takeRequests()).toEqual([
      'GET /key',
      'GET /key',
      ...verifying,
      ...containing,
      ...deleting,
      'GET /key',
      'GET /workspaces',
      'GET /workspaces',
      'GET /keys default@0',
      'GET /keys team@0',
      'GET /keys team@0',
      'GET /keys/alpha',
      'GET /keys/beta',
      'GET /key as alpha',
    ])
  })

  describe('network failure', () => {
    it('before containment: nothing was changed, which is proven, and the key works', async () => {
      bench.trouble({ faults: from(0, unreachable) })
      expect(failed(await remove(bench))).toMatchObject({ _tag: 'RemoteUnavailable' })
      bench.trouble({})
      expect(remoteKey(bench, 'alpha')).toMatchObject(wanted)
      expect(await useKey(bench, 'alpha')).toBe('works')
      expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({ state: 'active', pending: [] })
    })

    it('after containment: the key cannot spend, and is owed until reconcile finishes', async () => {
      bench.trouble({ faults: from(5, unreachable) })
      expect(done(await remove(bench))).toMatchObject({ outcome: 'incomplete', remote: 'outstanding', pending: ['revocation'] })
      expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
      bench.trouble({})
      expect(done(await bench.run((vault) => vault.reconcile())).finished).toMatchObject([{ name: 'alpha', state: 'removed' }])
      expect(remoteKeys(bench, 'alpha')).toEqual([])
    })
  })

  describe('dry run', () => {
    it('reads and records nothing', async () => {
      const records = bench.store.all.length
      const plan = done(await bench.run((vault) => vault.planRemoval('alpha')))
      expect(plan).toEqual({
        name: 'alpha',
        state: 'active',
        hash: remoteKey(bench, 'alpha').hash,
        label: remoteKey(bench, 'alpha').label,
        limits: { monthlySpend: 5, dailySpend: null, alertThreshold: 0.8, alertThresholds: [0.8] },
        remote: 'live',
        spentThisMonth: 0,
        steps: [
          'disable the key and set its limit to 0, and read that back',
          'delete the key',
          'prove it gone: listing, read by hash, a canary key and the secret itself',
          'destroy the sealed secret',
        ],
      })
      expect(bench.takeRequests()).toEqual(verifying)
      expect(bench.store.all.length).toBe(records)
      expect(remoteKey(bench, 'alpha')).toMatchObject(wanted)
    })

    it('says what it sees of a key that is gone, disabled, unreachable or was never there', async () => {
      const remoteOf = async (): Promise<string> => done(await bench.run((vault) => vault.planRemoval('alpha'))).remote
      bench.trouble({ faults: from(0, unreachable) })
      expect(await remoteOf()).toBe('unreachable')
      bench.trouble({})
      done(await bench.run((vault) => vault.suspend('alpha')))
      expect(await remoteOf()).toBe('disabled')
      editRemote(bench, 'alpha', { _tag: 'Delete' })
      expect(await remoteOf()).toBe('already-gone')
      expect(failed(await bench.run((vault) => vault.planRemoval('gamma')))).toEqual({ _tag: 'KeyNotFound', name: 'gamma' })
    })
  })

  describe('local only', () => {
    it('sends nothing, destroys the secret, frees the name and leaves the key alone for ever', async () => {
      const left = remoteKey(bench, 'alpha')
      expect(done(await remove(bench, { localOnly: true }))).toMatchObject({
        outcome: 'removed',
        remote: 'left-alive',
        proof: null,
        pending: [],
      })
      expect(bench.takeRequests()).toEqual([])
      expect(isSealed(bench, 'alpha')).toBe(false)
      expect(done(await bench.run((vault) => vault.show('alpha'))).state).toBe('removed')
      const report = done(await bench.run((vault) => vault.reconcile()))
      expect(report).toEqual({ finished: [], undone: [], orphansRevoked: [], unheld: [], drift: [], outstanding: [], adopted: [], guardrailsDeleted: [] })
      expect(bench.world.account.keys.get(left.hash)).toBe(left)
      expect(done(await bench.run((vault) => vault.add('alpha')))).toMatchObject({ outcome: 'added' })
      expect(done(await bench.run((vault) => vault.reconcile()))).toMatchObject({ unheld: [], drift: [], orphansRevoked: [] })
      expect(bench.world.account.keys.get(left.hash)).toBe(left)
    })
  })

  describe('force', () => {
    it('without the network destroys the secret and owes the key; reconcile pays, and the name is free', async () => {
      bench = await benchWithTwo({ timing: { retryBudget: 0 } })
      bench.trouble({ faults: from(0, unreachable) })
      expect(done(await remove(bench, { force: true }))).toMatchObject({
        outcome: 'incomplete',
        remote: 'outstanding',
        pending: ['revocation'],
      })
      expect(bench.takeRequests()).toEqual(['GET /key'])
      expect(isSealed(bench, 'alpha')).toBe(false)
      expect(await useKey(bench, 'alpha')).toBe('KeyNotFound')
      expect(remoteKey(bench, 'alpha')).toMatchObject(wanted)
      expect(failed(await bench.run((vault) => vault.add('alpha')))).toEqual({ _tag: 'NameOwesRevocation', name: 'alpha' })
      expect(bench.takeRequests()).toEqual([])

      bench.trouble({})
      const report = done(await bench.run((vault) => vault.reconcile()))
      expect(report.finished).toEqual([{ name: 'alpha', state: 'removed', pending: [], reason: null }])
      expect(report.outstanding).toEqual([])
      expect(bench.takeRequests()).toEqual([
        'GET /key',
        'GET /workspaces',
        ...listingOfTwo,
        ...containing,
        ...deleting,
        ...provingWithoutSecret,
      ])
      expect(remoteKeys(bench, 'alpha')).toEqual([])
      expect(done(await bench.run((vault) => vault.add('alpha')))).toMatchObject({ outcome: 'added' })
      expect(stateOf(bench, 'alpha').lineages).toBe(2)
    })

    it('when OpenRouter refuses destroys the secret all the same and owes the key', async () => {
      bench.trouble({ faults: either(always('PATCH /keys/:hash', refused(403)), always('DELETE /keys/:hash', refused(403))) })
      expect(done(await remove(bench, { force: true }))).toMatchObject({
        outcome: 'incomplete',
        remote: 'outstanding',
        pending: ['revocation'],
        reason: 'Only management keys can perform this operation',
      })
      expect(isSealed(bench, 'alpha')).toBe(false)
      expect(eventsOf(bench, 'alpha')).not.toContain('RemovalRolledBack')
      expect(done(await bench.run((vault) => vault.show('alpha'))).state).toBe('revocation-outstanding')
      bench.trouble({})
      expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked' })
    })

    it('with OpenRouter at hand is a removal like any other', async () => {
      expect(done(await remove(bench, { force: true }))).toMatchObject({ outcome: 'removed', remote: 'revoked', proof: 'strong' })
      expect(bench.takeRequests()).toEqual([...verifying, ...containing, ...deleting, ...proving])
    })
  })
})
