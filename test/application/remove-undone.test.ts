import { beforeEach, describe, expect, it } from 'vitest'

import { mintManagementKey, revokeManagementKey } from '../../src/adapters/simulated-openrouter/create-account.js'
import { done, editRemote, eventsOf, factsOf, failed, isSealed, minute, remoteKey, remoteKeys, stateOf, useKey } from './bench-views.js'
import type { Bench } from './harness.js'
import { benchWithTwo, cannotSpend, containing, deleting, proving, remove, verifying, wanted } from './removal-bench.js'
import { always, down, edgePage, either, from, lost, on, refused, unreachable } from './trouble.js'

const refusals = [400, 402, 409] as const
const message = (status: number): string =>
  status === 402 ? 'Insufficient credits. Add more using https://openrouter.ai/credits' : 'Invalid request parameters'
const forbidden = 'Only management keys can perform this operation'

/** `alpha` as before: held, handed out, taken by OpenRouter, wanted and set as its owner asked. */
const expectAsBefore = async (bench: Bench): Promise<void> => {
  expect(remoteKey(bench, 'alpha')).toMatchObject(wanted)
  expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({ state: 'active', pending: [], containedFor: [] })
  expect(await useKey(bench, 'alpha')).toBe('works')
}

describe('a removal that fails before the key is contained', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await benchWithTwo()
  })

  it.each([
    ['nobody is there', unreachable],
    ['the answers are lost', lost],
    ['OpenRouter is down', down],
    ['an edge server answers 401', edgePage(401)],
    ['an edge server answers 403', edgePage(403)],
    ['an edge server answers 404', edgePage(404)],
  ])('is taken back when %s for as long as it may repeat', async (_why, fault) => {
    bench.trouble({ faults: from(0, fault) })
    const begun = bench.now()
    expect(failed(await remove(bench))).toMatchObject({ _tag: 'RemoteUnavailable' })
    expect(bench.now() - begun).toBeGreaterThanOrEqual(50_000)
    expect(new Set(bench.takeRequests())).toEqual(new Set(['GET /key']))
    expect(eventsOf(bench, 'alpha').slice(5)).toEqual(['RemovalRequested', 'RemovalRolledBack'])
    bench.trouble({})
    await expectAsBefore(bench)
  })

  it('tries once without a retry budget', async () => {
    bench = await benchWithTwo({ timing: { retryBudget: 0 } })
    bench.trouble({ faults: from(0, unreachable) })
    expect(failed(await remove(bench))).toMatchObject({ _tag: 'RemoteUnavailable' })
    expect(bench.takeRequests()).toEqual(['GET /key'])
    bench.trouble({})
    await expectAsBefore(bench)
  })

  it('is taken back when no containing request came through and a last look shows the key untouched', async () => {
    bench.trouble({ faults: always('PATCH /keys/:hash', lost) })
    expect(failed(await remove(bench))).toMatchObject({ _tag: 'RemoteUnavailable' })
    const lines = bench.takeRequests()
    expect(lines.slice(0, 4)).toEqual([...verifying, 'PATCH /keys/alpha'])
    expect(lines[lines.length - 1]).toBe('GET /keys/alpha')
    expect(lines).not.toContain('DELETE /keys/alpha')
    bench.trouble({})
    await expectAsBefore(bench)
  })

  it('stays a debt when the last look shows the key contained: a lost answer is no failure', async () => {
    bench.trouble({ faults: always('PATCH /keys/:hash', { _tag: 'lost-after' }) })
    expect(done(await remove(bench))).toMatchObject({
      outcome: 'incomplete',
      remote: 'outstanding',
      pending: ['revocation'],
      reason: 'connection lost',
    })
    expect(bench.takeRequests()).not.toContain('DELETE /keys/alpha')
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
    expect(isSealed(bench, 'alpha')).toBe(true)
    expect(await useKey(bench, 'alpha')).toBe('KeyNotFound')
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({
      state: 'revocation-outstanding',
      containedFor: ['removal'],
    })
  })

  it('stays a debt when a containing request went out and nobody can say what became of it', async () => {
    bench.trouble({ faults: either(on('PATCH /keys/:hash', { _tag: 'lost-after' }), (world, request, index) => from(4, unreachable)(world, request, index)) })
    expect(done(await remove(bench))).toMatchObject({ outcome: 'incomplete', remote: 'outstanding', pending: ['revocation'] })
    expect(eventsOf(bench, 'alpha')).not.toContain('RemovalRolledBack')
    bench.trouble({})
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked' })
  })

  it.each(refusals)('is taken back when the containing request is refused with %i', async (status) => {
    bench.trouble({ faults: always('PATCH /keys/:hash', refused(status)) })
    expect(failed(await remove(bench))).toEqual({ _tag: 'RemoteRefused', status, message: message(status), blame: 'request' })
    expect(bench.takeRequests()).toEqual([...verifying, 'PATCH /keys/alpha', 'GET /keys/alpha'])
    expect(eventsOf(bench, 'alpha').slice(5)).toEqual([
      'RemovalRequested',
      'RemovalVerified',
      'ChangeClaimed',
      'RemovalRefused',
      'PolicyObserved',
      'RemovalRolledBack',
    ])
    bench.trouble({})
    await expectAsBefore(bench)
    const told = done(await bench.run((vault) => vault.history({ name: 'alpha' })))
    expect(told[told.length - 1]).toMatchObject({
      event: 'RemovalRolledBack',
      details: { cause: { kind: 'refused', status, message: message(status) } },
    })
  })

  it.each([401, 403])('asks GET /key once before it believes a %i, and blames the request', async (status) => {
    bench.trouble({ faults: always('PATCH /keys/:hash', refused(status)) })
    expect(failed(await remove(bench))).toMatchObject({ _tag: 'RemoteRefused', status, blame: 'request' })
    expect(bench.takeRequests()).toEqual([
      ...verifying,
      'PATCH /keys/alpha',
      'GET /key',
      'PATCH /keys/alpha',
      'GET /keys/alpha',
      'GET /key',
    ])
    bench.trouble({})
    await expectAsBefore(bench)
  })

  it('goes on when the second answer is not a 403 any more', async () => {
    bench.trouble({ faults: either(on('PATCH /keys/:hash', refused(403)), on('DELETE /keys/:hash', refused(401))) })
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked', proof: 'strong' })
    expect(bench.takeRequests()).toEqual([
      ...verifying,
      'PATCH /keys/alpha',
      'GET /key',
      ...containing,
      ...deleting,
      'GET /key',
      ...deleting,
      ...proving,
    ])
  })

  it('blames the management key only when GET /key does', async () => {
    const { world } = bench
    world.account = revokeManagementKey(world.sha256, world.account, bench.managementKey)
    expect(failed(await remove(bench))).toEqual({
      _tag: 'RemoteRefused',
      status: 401,
      message: 'User not found.',
      blame: 'management-key',
    })
    expect(bench.takeRequests()).toEqual(['GET /key as unknown', 'GET /key as unknown'])
    expect(eventsOf(bench, 'alpha').slice(5)).toEqual(['RemovalRequested', 'RemovalRolledBack'])
  })

  it('passes over edge pages in front of every change', async () => {
    bench.trouble({
      faults: either(
        on('PATCH /keys/:hash', edgePage(401), edgePage(403), edgePage(404)),
        on('DELETE /keys/:hash', edgePage(401), edgePage(403), edgePage(404)),
        on('GET /keys/:hash', edgePage(404)),
      ),
    })
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked', proof: 'strong' })
    expect(eventsOf(bench, 'alpha')).not.toContain('RemovalRefused')
  })
})

describe('a removal that fails once the key is contained', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await benchWithTwo()
  })

  it('stays contained and owed when the network goes, and the next reconcile finishes it', async () => {
    bench.trouble({ faults: from(5, unreachable) })
    expect(done(await remove(bench))).toMatchObject({
      outcome: 'incomplete',
      remote: 'outstanding',
      pending: ['revocation'],
      reason: 'connection refused',
    })
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
    expect(isSealed(bench, 'alpha')).toBe(true)
    expect(failed(await bench.run((vault) => vault.add('alpha')))).toEqual({ _tag: 'NameOwesRevocation', name: 'alpha' })
    expect(failed(await bench.run((vault) => vault.resume('alpha')))).toEqual({ _tag: 'KeyBeingRemoved', name: 'alpha' })
    bench.trouble({})
    bench.takeRequests()
    expect(done(await bench.run((vault) => vault.reconcile())).finished).toMatchObject([{ name: 'alpha', state: 'removed' }])
    expect(remoteKeys(bench, 'alpha')).toEqual([])
    expect(isSealed(bench, 'alpha')).toBe(false)
  })

  it('asked for again tries at once, and not at its date', async () => {
    bench.trouble({ faults: from(5, unreachable) })
    done(await remove(bench))
    bench.trouble({})
    bench.takeRequests()
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked', proof: 'strong' })
    expect(bench.takeRequests()).toEqual([...containing, ...deleting, ...proving])
  })

  it('is put back to what its owner wants when the deletion is refused', async () => {
    bench.trouble({ faults: always('DELETE /keys/:hash', refused(403)) })
    expect(failed(await remove(bench))).toEqual({ _tag: 'RemoteRefused', status: 403, message: forbidden, blame: 'request' })
    expect(bench.takeRequests()).toEqual([
      ...verifying,
      ...containing,
      ...deleting,
      'GET /key',
      ...deleting,
      'GET /keys/alpha',
      ...containing,
      'GET /key',
    ])
    bench.trouble({})
    await expectAsBefore(bench)
  })

  it('is put back to suspended, and not to enabled, when it was suspended', async () => {
    done(await bench.run((vault) => vault.suspend('alpha')))
    bench.trouble({ faults: always('DELETE /keys/:hash', refused(409)) })
    expect(failed(await remove(bench))).toMatchObject({ _tag: 'RemoteRefused', status: 409 })
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({ state: 'suspended', containedFor: ['user'], pending: [] })
    bench.trouble({})
    done(await bench.run((vault) => vault.resume('alpha')))
    await expectAsBefore(bench)
  })

  it('is put back to what somebody had tightened at OpenRouter, and not to what its owner asked for', async () => {
    editRemote(bench, 'alpha', { _tag: 'SetDisabled', disabled: true })
    bench.trouble({ faults: always('DELETE /keys/:hash', refused(400)) })
    expect(failed(await remove(bench))).toMatchObject({ _tag: 'RemoteRefused' })
    expect(remoteKey(bench, 'alpha')).toMatchObject({ ...wanted, disabled: true })
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({ state: 'suspended', containedFor: ['drift'], pending: [] })
  })

  it('whose rollback is refused too stays suspended with the rollback pending, until a reconcile restores it', async () => {
    bench.trouble({ faults: either(always('DELETE /keys/:hash', refused(403)), on('PATCH /keys/:hash', null, refused(409), refused(409))) })
    expect(done(await remove(bench))).toMatchObject({ outcome: 'incomplete', remote: 'live', pending: ['rollback'] })
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({
      state: 'suspended',
      pending: ['rollback'],
      containedFor: ['removal'],
    })
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
    const handed = done(await bench.run((vault) => vault.get('alpha')))
    expect(handed.warning).toContain('rollback is pending')
    bench.trouble({})
    const report = done(await bench.run((vault) => vault.reconcile()))
    expect(report.undone).toEqual([{ name: 'alpha', state: 'active', pending: [], reason: 'Only management keys can perform this operation' }])
    expect(report.finished).toEqual([])
    await expectAsBefore(bench)
  })
})

describe('a removal of a leaked key', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await benchWithTwo()
  })
  const leaked = { leaked: true }

  it('is never taken back when nobody can be reached', async () => {
    bench.trouble({ faults: from(0, unreachable) })
    expect(done(await remove(bench, leaked))).toMatchObject({ outcome: 'incomplete', remote: 'outstanding', pending: ['revocation'] })
    expect(eventsOf(bench, 'alpha')).not.toContain('RemovalRolledBack')
    expect(await useKey(bench, 'alpha')).toBe('KeyNotFound')
    expect(isSealed(bench, 'alpha')).toBe(true)
    bench.trouble({})
    expect(done(await bench.run((vault) => vault.reconcile())).finished).toMatchObject([{ name: 'alpha', state: 'removed' }])
  })

  it('is never taken back when the deletion is refused: it stays contained', async () => {
    bench.trouble({ faults: always('DELETE /keys/:hash', refused(403)) })
    expect(done(await remove(bench, leaked))).toMatchObject({ outcome: 'incomplete', remote: 'outstanding', pending: ['revocation'] })
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
    expect(eventsOf(bench, 'alpha')).not.toContain('RemovalRefused')
    for (let round = 0; round < 3; round += 1) {
      bench.advance(60 * minute)
      expect(done(await bench.run((vault) => vault.reconcile())).outstanding).toMatchObject([{ name: 'alpha', pending: ['revocation'] }])
      expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
    }
    bench.trouble({})
    done(await bench.run((vault) => vault.reconcile()))
    expect(remoteKeys(bench, 'alpha')).toEqual([])
  })

  it('is deleted without being contained first when only containing is refused', async () => {
    bench.trouble({ faults: always('PATCH /keys/:hash', refused(400)) })
    expect(done(await remove(bench, leaked))).toMatchObject({ outcome: 'removed', remote: 'revoked' })
    expect(bench.takeRequests()).toEqual([...verifying, 'PATCH /keys/alpha', ...deleting, ...proving])
  })

  it('after an ordinary removal that rolls back makes it one that does not', async () => {
    bench.trouble({ faults: either(always('DELETE /keys/:hash', refused(403)), on('PATCH /keys/:hash', null, refused(409), refused(409))) })
    done(await remove(bench))
    expect(stateOf(bench, 'alpha').stage._tag).toBe('RollingBack')
    bench.trouble({ faults: always('DELETE /keys/:hash', refused(403)) })
    expect(done(await remove(bench, leaked))).toMatchObject({ outcome: 'incomplete', remote: 'outstanding' })
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
    expect(factsOf(bench, 'alpha').filter((fact) => fact.type === 'RemovalRolledBack')).toEqual([])
  })
})

describe('a removal at another account', () => {
  it('believes nothing, changes nothing and says so', async () => {
    const bench = await benchWithTwo()
    const { world } = bench
    const before = { ...world.account }
    const other = mintManagementKey(world.sha256, { ...before, keys: new Map(), workspaces: [{ ...before.workspaces[0], id: 'elsewhere' }] })
    world.account = { ...other.account, managementKeys: before.managementKeys }
    const error = failed(await remove(bench))
    expect(error._tag).toBe('WrongAccount')
    expect(bench.takeRequests()).toEqual(['GET /key', 'GET /workspaces'])
    expect(done(await bench.run((vault) => vault.show('alpha'))).state).toBe('active')
    expect(failed(await bench.run((vault) => vault.reconcile()))).toEqual({ _tag: 'WrongAccount' })
    expect(failed(await bench.run((vault) => vault.planRemoval('alpha')))).toEqual({ _tag: 'WrongAccount' })
  })
})
