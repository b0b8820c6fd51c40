import { beforeEach, describe, expect, it } from 'vitest'

import { reveal } from '../../src/application/secret.js'
import { done, editRemote, failed, isSealed, remoteKey } from './bench-views.js'
import { type Bench, epoch, openBench } from './harness.js'
import { benchWithTwo, remove } from './removal-bench.js'
import { always, commitNumber, from, refused, unreachable } from './trouble.js'

const iso = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

describe('list and show', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await benchWithTwo()
  })

  it('have the published shape', async () => {
    const { hash, label } = remoteKey(bench, 'alpha')
    const [first, second, ...others] = done(await bench.run((vault) => vault.list()))
    expect(first).toEqual({
      name: 'alpha',
      lineage: 'alpha#1',
      state: 'active',
      hash,
      remote: 'live',
      alsoHeld: [],
      label,
      tags: {},
      workspace: null,
      createdAt: expect.stringMatching(iso),
      updatedAt: expect.stringMatching(iso),
      expiresAt: null,
      containedFor: [],
      limits: { monthlySpend: 5, dailySpend: null, alertThreshold: 0.8, alertThresholds: [0.8] },
      usage: { currentMonth: null, currentDay: null, lastUpdated: null, stale: true },
      enforcedBy: { monthly: 'openrouter', daily: null },
      rotation: { rotateAfter: null, rotate: null, dueAt: null, byWatcher: false },
      pending: [],
      plannedFor: null,
    })
    expect(second).toMatchObject({ name: 'beta', limits: { monthlySpend: null }, enforcedBy: { monthly: null } })
    expect(others).toEqual([])
    const shown = done(await bench.run((vault) => vault.show('alpha')))
    expect(shown).toMatchObject({ ...first, residual: 0, watchedAttempts: 0 })
    expect(shown.lastEvents.map((entry) => entry.event)).toEqual([
      'ProvisioningRequested',
      'CreationIntended',
      'Provisioned',
      'ChangeClaimed',
      'Activated',
    ])
    expect(bench.takeRequests()).toEqual([])
    expect(JSON.parse(JSON.stringify(shown))).toEqual(shown)
  })

  it('show each state of a key by its public name', async () => {
    const states: Array<string> = []
    const note = async (): Promise<void> => {
      states.push(done(await bench.run((vault) => vault.show('alpha'))).state)
    }
    await note()
    done(await bench.run((vault) => vault.suspend('alpha')))
    await note()
    bench.trouble({ kill: { request: 3, when: 'before' } })
    await remove(bench)
    bench.trouble({})
    await note()
    bench.advance(600_000)
    bench.trouble({ faults: from(0, unreachable) })
    done(await remove(bench, { leaked: true }))
    await note()
    bench.trouble({})
    done(await remove(bench))
    await note()
    expect(states).toEqual(['active', 'suspended', 'removing', 'revocation-outstanding', 'removed'])
  })

  it('show what else is held or owed under a name', async () => {
    bench = await openBench()
    bench.trouble({ faults: (world, request, index) => (request.method === 'POST' ? { _tag: 'lost-after' } : always('DELETE /keys/:hash', refused(403))(world, request, index)) })
    await bench.run((vault) => vault.add('gamma'))
    const [view] = done(await bench.run((vault) => vault.list()))
    expect(view).toMatchObject({ name: 'gamma', hash: null, alsoHeld: [remoteKey(bench, 'gamma').hash] })
    expect(view?.pending).toContain('stray-revocation')
  })

  it('leave removed names out unless they are asked for', async () => {
    done(await remove(bench))
    const names = async (options: { readonly all?: boolean; readonly state?: string }) =>
      done(await bench.run((vault) => vault.list(options))).map((view) => view.name)
    expect(await names({})).toEqual(['beta'])
    expect(await names({ all: true })).toEqual(['alpha', 'beta'])
    expect(await names({ state: 'removed' })).toEqual(['alpha'])
    expect(await names({ state: 'suspended' })).toEqual([])
    expect(done(await bench.run((vault) => vault.show('alpha'))).state).toBe('removed')
  })

  it('do not find what never was', async () => {
    expect(failed(await bench.run((vault) => vault.show('gamma')))).toEqual({ _tag: 'KeyNotFound', name: 'gamma' })
    expect(failed(await bench.run((vault) => vault.get('gamma')))).toEqual({ _tag: 'KeyNotFound', name: 'gamma' })
    expect(failed(await bench.run((vault) => vault.history({ name: 'gamma' })))).toEqual({ _tag: 'KeyNotFound', name: 'gamma' })
  })

  it('forget a name whose only add was undone, and its history does not', async () => {
    bench.trouble({ faults: always('POST /keys', refused(402)) })
    failed(await bench.run((vault) => vault.add('gamma')))
    expect(failed(await bench.run((vault) => vault.show('gamma')))).toMatchObject({ _tag: 'KeyNotFound' })
    const told = done(await bench.run((vault) => vault.history({ name: 'gamma' })))
    expect(told[told.length - 1]?.event).toBe('ProvisioningRolledBack')
  })
})

describe('get', () => {
  it('works offline, warns of a suspension, and refuses a damaged seal', async () => {
    const bench = await benchWithTwo()
    bench.trouble({ faults: from(0, unreachable) })
    const { secret, warning } = done(await bench.run((vault) => vault.get('alpha')))
    expect(bench.world.sha256(reveal(secret))).toBe(remoteKey(bench, 'alpha').hash)
    expect(warning).toBeNull()
    expect(`${String(secret)} ${JSON.stringify({ secret })}`).toBe('<redacted> {"secret":"<redacted>"}')
    bench.trouble({})
    done(await bench.run((vault) => vault.suspend('alpha')))
    expect(done(await bench.run((vault) => vault.get('alpha'))).warning).toContain('suspended')
    const [place] = [...bench.store.sealed.keys()].filter((each) => each.includes('key/alpha'))
    const [other] = [...bench.store.sealed.values()].filter((sealed) => sealed.ref.stream === 'key/beta')
    if (place === undefined || other === undefined) throw new Error('nothing is sealed')
    const sealed = bench.store.sealed.get(place)
    bench.store.sealed.set(place, { ...other, ref: sealed?.ref ?? other.ref })
    expect(failed(await bench.run((vault) => vault.get('alpha')))).toMatchObject({ _tag: 'SecretUnreadable', name: 'alpha' })
    bench.store.sealed.delete(place)
    expect(failed(await bench.run((vault) => vault.get('alpha')))).toMatchObject({ _tag: 'SecretUnreadable' })
  })
})

describe('history', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await benchWithTwo()
  })

  it('tells every fact in order, with times and money as everywhere', async () => {
    const told = done(await bench.run((vault) => vault.history()))
    expect(told.map((entry) => entry.sequence)).toEqual(told.map((_, index) => index + 1))
    expect(told[0]).toMatchObject({ name: null, event: 'VaultInitialised' })
    expect(told.every((entry) => iso.test(entry.at))).toBe(true)
    const alpha = told.filter((entry) => entry.name === 'alpha')
    expect(alpha[0]).toEqual({
      sequence: 2,
      at: expect.stringMatching(iso),
      name: 'alpha',
      event: 'ProvisioningRequested',
      details: {
        lineage: 'alpha#1',
        spec: {
          limits: { monthly: 5, daily: null, alertThresholds: [0.8] },
          includeByok: false,
          expiresAt: null,
          workspace: null,
          tags: {},
          requireEnforced: false,
        },
      },
    })
    expect(alpha.find((entry) => entry.event === 'CreationIntended')?.details).toMatchObject({
      birthLimit: 0,
      claimUntil: expect.stringMatching(iso),
    })
    expect(done(await bench.run((vault) => vault.history({ name: 'alpha' })))).toEqual(alpha)
  })

  it('can begin after a fact, or at a time', async () => {
    bench.advance(86_400_000)
    done(await remove(bench))
    const all = done(await bench.run((vault) => vault.history()))
    const fifth = all[4]
    expect(done(await bench.run((vault) => vault.history({ after: fifth?.sequence ?? 0 })))).toEqual(all.slice(5))
    const recent = done(await bench.run((vault) => vault.history({ since: '1h' })))
    expect(recent.map((entry) => entry.name)).toEqual(recent.map(() => 'alpha'))
    expect(recent[0]?.event).toBe('RemovalRequested')
    const sinceThen = done(await bench.run((vault) => vault.history({ since: new Date(epoch).toISOString() })))
    expect(sinceThen).toEqual(all)
    expect(failed(await bench.run((vault) => vault.history({ since: 'yesterday' })))).toMatchObject({ _tag: 'InvalidInput', field: 'since' })
  })

  it('never shows a secret, whatever happened', async () => {
    const alpha = reveal(done(await bench.run((vault) => vault.get('alpha'))).secret)
    editRemote(bench, 'beta', { _tag: 'SetDisabled', disabled: true })
    done(await bench.run((vault) => vault.reconcile()))
    bench.trouble({ commits: commitNumber(3, 'crash-after') })
    await remove(bench)
    bench.trouble({})
    bench.advance(600_000)
    done(await remove(bench))
    const told = JSON.stringify(done(await bench.run((vault) => vault.history())))
    expect(told).not.toContain(alpha)
    expect(told).not.toMatch(/sk-or-v1-[0-9a-f]{4}/)
    expect(JSON.stringify(bench.store.all)).not.toMatch(/sk-or-v1-[0-9a-f]{4}/)
    expect(isSealed(bench, 'alpha')).toBe(false)
  })

  it('tells facts of a later version by their name alone', async () => {
    bench = await benchWithTwo({ check: false })
    const stream = bench.store.byStream.get('key/alpha')
    const record = { sequence: bench.store.all.length + 1, stream: 'key/alpha', version: 6, type: 'FromTheFuture', schema: 9, at: bench.now() as never, data: '{}' }
    bench.store.all.push(record)
    stream?.push(record)
    const told = done(await bench.run((vault) => vault.history({ name: 'alpha' })))
    expect(told[told.length - 1]).toMatchObject({ event: 'FromTheFuture', details: {} })
    expect(failed(await bench.run((vault) => vault.get('alpha')))).toMatchObject({ _tag: 'VaultUnavailable' })
  })

  it('pages through a long log', async () => {
    bench = await openBench({ check: false })
    const names = Array.from({ length: 105 }, (_, n) => `key-${String(n)}`)
    for (const name of names) done(await bench.run((vault) => vault.add(name)))
    const told = done(await bench.run((vault) => vault.history()))
    expect(told.length).toBe(bench.store.all.length)
    expect(told.length).toBeGreaterThan(500)
    expect(new Set(told.map((entry) => entry.sequence)).size).toBe(told.length)
  })
})
