import { beforeEach, describe, expect, it } from 'vitest'

import { done, editRemote, eventsOf, failed, remoteKey, stateOf, useKey } from './bench-views.js'
import type { Bench } from './harness.js'
import { benchWithTwo, cannotSpend, containing, wanted } from './removal-bench.js'
import { always, edgePage, from, on, refused, slowDown, unreachable } from './trouble.js'

const suspend = (bench: Bench, note?: string) => bench.run((vault) => vault.suspend('alpha', note))
const resume = (bench: Bench) => bench.run((vault) => vault.resume('alpha'))
const change = (outcome: string) => ({ name: 'alpha', outcome, remote: 'live', proof: null, pending: [], reason: null, notes: [] })

describe('suspend and resume', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await benchWithTwo()
  })

  it('disable the key with a limit of zero, and put it back as it was', async () => {
    expect(done(await suspend(bench, 'on holiday'))).toEqual({ ...change('suspended'), events: 3 })
    expect(bench.takeRequests()).toEqual(containing)
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({ state: 'suspended', containedFor: ['user'] })
    const handed = done(await bench.run((vault) => vault.get('alpha')))
    expect(handed.warning).toContain('suspended')
    const told = done(await bench.run((vault) => vault.history({ name: 'alpha' })))
    expect(told.find((entry) => entry.event === 'ContainmentRequested')?.details).toEqual({ reason: 'user', note: 'on holiday' })

    expect(done(await resume(bench))).toEqual({ ...change('resumed'), events: 3 })
    expect(bench.takeRequests()).toEqual(containing)
    expect(remoteKey(bench, 'alpha')).toMatchObject(wanted)
    expect(await useKey(bench, 'alpha')).toBe('works')
  })

  it('are done already when they are repeated, and change nothing', async () => {
    expect(done(await resume(bench))).toEqual({ ...change('unchanged'), events: 0 })
    done(await suspend(bench))
    bench.takeRequests()
    expect(done(await suspend(bench))).toEqual({ ...change('unchanged'), events: 0 })
    expect(bench.takeRequests().filter((line) => !line.startsWith('GET '))).toEqual([])
  })

  it('are not done already when somebody has changed the key meanwhile', async () => {
    done(await suspend(bench))
    editRemote(bench, 'alpha', { _tag: 'SetDisabled', disabled: false })
    expect(done(await suspend(bench))).toMatchObject({ outcome: 'suspended' })
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
  })

  it('refuse what is not there, half-made or being removed', async () => {
    expect(failed(await bench.run((vault) => vault.suspend('gamma')))).toEqual({ _tag: 'KeyNotFound', name: 'gamma' })
    bench.trouble({ kill: { request: 1, when: 'before' } })
    await bench.run((vault) => vault.add('gamma'))
    bench.trouble({})
    expect(failed(await bench.run((vault) => vault.suspend('gamma')))).toMatchObject({ _tag: 'KeyNotReady', pending: ['activation'] })
    bench.trouble({ faults: from(5, unreachable) })
    done(await bench.run((vault) => vault.remove('alpha')))
    bench.trouble({})
    expect(failed(await suspend(bench))).toEqual({ _tag: 'KeyBeingRemoved', name: 'alpha' })
    expect(failed(await resume(bench))).toEqual({ _tag: 'KeyBeingRemoved', name: 'alpha' })
  })

  it('refuse a note that could be a secret', async () => {
    expect(failed(await suspend(bench, `leaked sk-or-v1-${'0'.repeat(64)}`))).toMatchObject({ _tag: 'InvalidInput', field: 'reason' })
    expect(bench.takeRequests()).toEqual([])
  })

  it('wait and try again', async () => {
    bench.trouble({ faults: on('PATCH /keys/:hash', slowDown(2), edgePage(403), { _tag: 'lost-after' }) })
    expect(done(await suspend(bench))).toMatchObject({ outcome: 'suspended' })
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
  })

  it('are taken back when they are refused, and say so', async () => {
    bench.trouble({ faults: always('PATCH /keys/:hash', refused(400)) })
    expect(failed(await suspend(bench))).toMatchObject({ _tag: 'RemoteRefused', status: 400, blame: 'request' })
    expect(bench.takeRequests()).toEqual(['PATCH /keys/alpha'])
    expect(eventsOf(bench, 'alpha').slice(-1)).toEqual(['ContainmentRolledBack'])
    bench.trouble({})
    expect(await useKey(bench, 'alpha')).toBe('works')
    done(await suspend(bench))
    bench.trouble({ faults: always('PATCH /keys/:hash', refused(403)) })
    bench.takeRequests()
    expect(failed(await resume(bench))).toMatchObject({ _tag: 'RemoteRefused', status: 403 })
    expect(bench.takeRequests()).toEqual(['PATCH /keys/alpha', 'GET /key', 'PATCH /keys/alpha', 'GET /key'])
    expect(stateOf(bench, 'alpha').stage).toMatchObject({ key: { reasons: ['user'] } })
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
  })

  it('are taken back when nothing was sent', async () => {
    bench.trouble({ faults: from(0, unreachable) })
    expect(failed(await suspend(bench))).toMatchObject({ _tag: 'RemoteUnavailable' })
    bench.trouble({})
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({ state: 'active', pending: [] })
    expect(await useKey(bench, 'alpha')).toBe('works')
  })

  it('stay to be finished when nobody can say what became of them', async () => {
    bench.trouble({ faults: from(0, { _tag: 'lost-after' }) })
    expect(done(await suspend(bench))).toMatchObject({ outcome: 'incomplete', remote: 'live', pending: ['containment'] })
    bench.trouble({})
    expect(done(await bench.run((vault) => vault.reconcile()))).toMatchObject({
      finished: [{ name: 'alpha', state: 'suspended' }],
      undone: [],
      outstanding: [],
    })
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
  })

  it('of a key that somebody deleted say so once a read and the account agree', async () => {
    editRemote(bench, 'alpha', { _tag: 'Delete' })
    expect(failed(await suspend(bench))).toEqual({ _tag: 'KeyVanished', name: 'alpha' })
    expect(bench.takeRequests()).toEqual(['PATCH /keys/alpha', 'GET /keys/alpha', 'GET /key', 'GET /workspaces'])
  })

  it.each([
    ['one wrong 404', refused(404)],
    ['a backend that forgot the key', { _tag: 'amnesia' } as const],
  ])('are not fooled by %s: a key that lives is not called gone', async (_what, fault) => {
    bench.trouble({ faults: on('PATCH /keys/:hash', fault) })
    expect(done(await suspend(bench))).toMatchObject({ outcome: 'suspended' })
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
  })

  it('believe nothing at another account', async () => {
    const { world } = bench
    const before = world.account
    world.account = { ...before, keys: new Map(), workspaces: [{ ...before.workspaces[0], id: 'elsewhere' }] }
    expect(failed(await suspend(bench))).toEqual({ _tag: 'WrongAccount' })
    world.account = before
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({ state: 'active', pending: [] })
  })
})
