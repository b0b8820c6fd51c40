import { beforeEach, describe, expect, it } from 'vitest'

import { attemptedCreations } from '../../src/adapters/simulated-openrouter/journal.js'
import { reveal } from '../../src/application/secret.js'
import type { AddOptions } from '../../src/application/vault.js'
import { done, eventsOf, factsOf, failed, isSealed, minute, remoteKey, remoteKeys, stateOf, useKey } from './bench-views.js'
import { type Bench, epoch, openBench } from './harness.js'
import { commitNumber, from, unreachable } from './trouble.js'

const add = (bench: Bench, options: AddOptions = {}) => bench.run((vault) => vault.add('alpha', options))
const creating = ['POST /keys', 'PATCH /keys/alpha', 'GET /keys/alpha']

const bodyOf = (bench: Bench, method: string): unknown => {
  const entry = bench.world.journal.find((each) => each.method === method)
  return JSON.parse(entry?.body ?? 'null')
}

describe('add', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })

  it('creates a harmless key, seals it, then raises its limit and reads that back', async () => {
    expect(done(await add(bench, { monthlyLimit: '12.50' }))).toEqual({
      name: 'alpha',
      outcome: 'added',
      remote: 'live',
      proof: null,
      pending: [],
      events: 5,
      reason: null,
      notes: [],
    })
    expect(bench.takeRequests()).toEqual(creating)
    expect(eventsOf(bench, 'alpha')).toEqual(['ProvisioningRequested', 'CreationIntended', 'Provisioned', 'ChangeClaimed', 'Activated'])
    const intended = factsOf(bench, 'alpha').find((fact) => fact.type === 'CreationIntended')
    expect(bodyOf(bench, 'POST')).toEqual({
      name: `alpha [lv:${bench.vaultId}:${intended?.type === 'CreationIntended' ? intended.nonce : ''}]`,
      limit: 0,
      include_byok_in_limit: true,
    })
    expect(bodyOf(bench, 'PATCH')).toEqual({ disabled: false, limit: 12.5, limit_reset: 'monthly', include_byok_in_limit: false })
    expect(await useKey(bench, 'alpha')).toBe('works')
    expect(isSealed(bench, 'alpha')).toBe(true)
  })

  it('hands out the secret that OpenRouter gave, and nobody else shows it', async () => {
    done(await add(bench))
    const text = reveal(done(await bench.run((vault) => vault.get('alpha'))).secret)
    expect(bench.world.sha256(text)).toBe(remoteKey(bench, 'alpha').hash)
    const shown = JSON.stringify([
      done(await bench.run((vault) => vault.show('alpha'))),
      done(await bench.run((vault) => vault.list({ all: true }))),
      done(await bench.run((vault) => vault.history())),
      done(await bench.run((vault) => vault.get('alpha'))),
      bench.store.all,
    ])
    expect(shown).not.toContain(text)
    expect(shown).not.toContain(bench.managementKey)
  })

  it('of a name that is taken sends nothing', async () => {
    done(await add(bench))
    bench.takeRequests()
    const records = bench.store.all.length
    expect(failed(await add(bench))).toEqual({ _tag: 'NameTaken', name: 'alpha', state: 'active' })
    done(await bench.run((vault) => vault.suspend('alpha')))
    bench.takeRequests()
    expect(failed(await add(bench))).toEqual({ _tag: 'NameTaken', name: 'alpha', state: 'suspended' })
    expect(bench.takeRequests()).toEqual([])
    expect(bench.store.all.length).toBe(records + 3)
  })

  describe('asks for', () => {
    it('no limit', async () => {
      done(await add(bench))
      expect(bodyOf(bench, 'POST')).toMatchObject({ limit: 0 })
      expect(bodyOf(bench, 'PATCH')).toEqual({ disabled: false, limit: null, limit_reset: null, include_byok_in_limit: false })
      const [view] = done(await bench.run((vault) => vault.list()))
      expect(view).toMatchObject({ limits: { monthlySpend: null }, enforcedBy: { monthly: null } })
    })

    it('a limit of zero, which may not spend', async () => {
      done(await add(bench, { monthlyLimit: 0 }))
      expect(remoteKey(bench, 'alpha')).toMatchObject({ disabled: false, limit: 0n, reset: 'monthly' })
    })

    it('bring-your-own-key usage within the limit', async () => {
      done(await add(bench, { monthlyLimit: 5, includeByok: true }))
      expect(remoteKey(bench, 'alpha').includeByok).toBe(true)
    })

    it.each([
      ['90d', epoch + 90 * 86_400_000],
      ['12h', epoch + 12 * 3_600_000],
      ['2027-06-01T10:00:00Z', Date.parse('2027-06-01T10:00:00Z')],
      ['2027-06-01T12:00:00+02:00', Date.parse('2027-06-01T10:00:00Z')],
    ])('an expiry of %s, in whole seconds of UTC', async (expires, at) => {
      done(await add(bench, { expires }))
      const { expiresAt } = remoteKey(bench, 'alpha')
      expect(Math.abs((expiresAt ?? 0) - at)).toBeLessThanOrEqual(1_000)
      expect(bodyOf(bench, 'POST')).toMatchObject({ expires_at: new Date(expiresAt ?? 0).toISOString().replace('.000Z', 'Z') })
      const [view] = done(await bench.run((vault) => vault.list()))
      expect(Date.parse(view?.expiresAt ?? '')).toBe(expiresAt)
    })

    it('tags, which are kept here and not sent', async () => {
      done(await add(bench, { tags: { team: 'web', env: 'prod' } }))
      const [view] = done(await bench.run((vault) => vault.list({ tag: { key: 'team', value: 'web' } })))
      expect(view?.tags).toEqual({ team: 'web', env: 'prod' })
      expect(done(await bench.run((vault) => vault.list({ tag: { key: 'team', value: 'ops' } })))).toEqual([])
      expect(bench.world.journal.some((entry) => (entry.body ?? '').includes('web'))).toBe(false)
    })

    it.each(['slug', 'id', 'name'] as const)('a workspace by its %s', async (by) => {
      const [, team] = bench.world.account.workspaces
      done(await add(bench, { workspace: team?.[by] ?? '' }))
      expect(bench.takeRequests()).toEqual(['GET /workspaces', ...creating])
      expect(remoteKey(bench, 'alpha').workspaceId).toBe(team?.id)
      const [view] = done(await bench.run((vault) => vault.list()))
      expect(view?.workspace).toBe(team?.id)
    })
  })

  describe('refuses before anything is recorded', () => {
    it('a workspace that is not there, and names those that are', async () => {
      const error = failed(await add(bench, { workspace: 'elsewhere' }))
      expect(error).toEqual({ _tag: 'InvalidInput', field: 'workspace', rule: 'must be one of default, team' })
      expect(bench.takeRequests()).toEqual(['GET /workspaces'])
      expect(eventsOf(bench, 'alpha')).toEqual([])
    })

    it.each<[string, AddOptions]>([
      ['monthlyLimit', { monthlyLimit: '-1' }],
      ['monthlyLimit', { monthlyLimit: 'a lot' }],
      ['monthlyLimit', { monthlyLimit: '1.23456' }],
      ['monthlyLimit', { monthlyLimit: Number.NaN }],
      ['monthlyLimit', { monthlyLimit: Number.POSITIVE_INFINITY }],
      ['monthlyLimit', { monthlyLimit: '' }],
      ['expires', { expires: '2020-01-01' }],
      ['expires', { expires: 'soon' }],
      ['expires', { expires: '0d' }],
      ['tags', { tags: { 'bad key': 'x' } }],
      ['tags', { tags: { key: `sk-or-v1-${'0'.repeat(64)}` } }],
      ['tags', { tags: { key: 'a\u001bb' } }],
    ])('a wrong %s: %o', async (field, options) => {
      expect(failed(await add(bench, options))).toMatchObject({ _tag: 'InvalidInput', field })
      expect(bench.takeRequests()).toEqual([])
      expect(eventsOf(bench, 'alpha')).toEqual([])
    })

    it.each(['', '-a', 'a b', 'a/b', 'é', 'x'.repeat(65), 'a\n', '..'])('the name %j', async (name) => {
      const answer = await bench.run((vault) => vault.add(name))
      expect(failed(answer)).toMatchObject({ _tag: 'InvalidInput', field: 'name' })
      expect(bench.takeRequests()).toEqual([])
    })
  })

  describe('--if-missing', () => {
    it('of a key that is there changes nothing and sends nothing', async () => {
      done(await add(bench, { monthlyLimit: 5 }))
      bench.takeRequests()
      const records = bench.store.all.length
      expect(done(await add(bench, { monthlyLimit: 7, ifMissing: true }))).toMatchObject({ outcome: 'unchanged', remote: 'live', events: 0 })
      done(await bench.run((vault) => vault.suspend('alpha')))
      bench.takeRequests()
      expect(done(await add(bench, { ifMissing: true }))).toMatchObject({ outcome: 'unchanged', events: 0 })
      expect(bench.takeRequests()).toEqual([])
      expect(bench.store.all.length).toBe(records + 3)
    })

    it('of a free name adds it, also after a removal', async () => {
      expect(done(await add(bench, { ifMissing: true }))).toMatchObject({ outcome: 'added' })
      done(await bench.run((vault) => vault.remove('alpha')))
      expect(done(await add(bench, { ifMissing: true }))).toMatchObject({ outcome: 'added' })
      expect(stateOf(bench, 'alpha').lineages).toBe(2)
    })

    it('finishes an add that was cut short', async () => {
      bench.trouble({ kill: { request: 0, when: 'after' } })
      await add(bench, { monthlyLimit: 5 })
      bench.trouble({})
      bench.advance(10 * minute)
      expect(done(await add(bench, { ifMissing: true }))).toMatchObject({ outcome: 'added' })
      expect(remoteKey(bench, 'alpha').limit).toBe(5_000_000_000_000n)
    })

    it('of a name that owes a revocation, or is being removed, says so', async () => {
      done(await add(bench))
      bench.trouble({ faults: from(5, unreachable) })
      done(await bench.run((vault) => vault.remove('alpha')))
      expect(failed(await add(bench, { ifMissing: true }))).toEqual({ _tag: 'NameOwesRevocation', name: 'alpha' })
    })
  })

  it('get is refused until the key is ready', async () => {
    for (const [commit, pending] of [[1, 'creation'], [2, 'creation'], [3, 'activation'], [4, 'activation']] as const) {
      const fresh = await openBench()
      fresh.trouble({ commits: commitNumber(commit, 'crash-before') })
      expect(await add(fresh)).toBeNull()
      fresh.trouble({})
      expect(failed(await fresh.run((vault) => vault.get('alpha')))).toEqual({ _tag: 'KeyNotReady', name: 'alpha', pending: [pending] })
      expect(done(await fresh.run((vault) => vault.show('alpha'))).state).toBe('provisioning')
    }
  })

  it('by two processes at once has one winner, and one POST', async () => {
    const answers = await bench.together([1, 2].map((limit) => (vault) => vault.add('alpha', { monthlyLimit: limit })))
    expect(answers.filter((answer) => answer?._tag === 'Right')).toHaveLength(1)
    expect(answers.filter((answer) => answer?._tag === 'Left').map(failed)).toMatchObject([{ _tag: 'NameTaken', name: 'alpha' }])
    expect(attemptedCreations(bench.world.journal)).toHaveLength(1)
    expect(remoteKeys(bench, 'alpha')).toHaveLength(1)
    expect(await useKey(bench, 'alpha')).toBe('works')
  })
})
