import { beforeEach, describe, expect, it } from 'vitest'

import { done, editRemote, eventsOf, factsOf, failed, isSealed, quieten, remoteKey, remoteKeys, stateOf, useKey } from './bench-views.js'
import { type Bench, openBench } from './harness.js'
import { benchWithTwo, cannotSpend, remove } from './removal-bench.js'
import { always, either, on } from './trouble.js'

const amnesia = { _tag: 'amnesia' } as const

/** A backend that knows the account and has forgotten its keys: nothing is listed, found, changed or deleted. */
const forgetful = either(
  always('GET /keys', amnesia),
  always('GET /keys/:hash', amnesia),
  always('PATCH /keys/:hash', amnesia),
  always('DELETE /keys/:hash', amnesia),
)

const witnessesOf = (bench: Bench): unknown => {
  const proven = factsOf(bench, 'alpha').find((fact) => fact.type === 'RevocationProven')
  return proven?.type === 'RevocationProven' ? proven.proof : null
}

describe('what proves a key gone', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await benchWithTwo()
  })

  it('is recorded with its strength', async () => {
    done(await remove(bench))
    expect(witnessesOf(bench)).toEqual({
      strength: 'strong',
      witnesses: { account: true, listing: 'lacks-it', byHash: 'absent', canary: 'held-key', secret: 'refused' },
    })
    const told = done(await bench.run((vault) => vault.history({ name: 'alpha' })))
    expect(told.find((entry) => entry.event === 'Removed')).toMatchObject({ details: { remote: 'revoked', proof: { strength: 'strong' } } })
  })

  it('is weak where the workspaces cannot be listed', async () => {
    bench = await benchWithTwo({ settings: { refuseWorkspaces: true } })
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked', proof: 'weak' })
    expect(witnessesOf(bench)).toMatchObject({ strength: 'weak', witnesses: { listing: 'partial' } })
  })

  it('is not a 404 where the canary reads 404 too: the key stays owed, and its secret sealed', async () => {
    done(await bench.run((vault) => vault.suspend('alpha')))
    bench.takeRequests()
    bench.trouble({ faults: forgetful })
    expect(done(await remove(bench))).toMatchObject({ outcome: 'incomplete', remote: 'outstanding', pending: ['revocation'], proof: null })
    expect(bench.takeRequests()).not.toContain('PATCH /keys/alpha')
    expect(isSealed(bench, 'alpha')).toBe(true)
    expect(eventsOf(bench, 'alpha')).not.toContain('RevocationProven')
    expect(remoteKey(bench, 'alpha')).toMatchObject(cannotSpend)
    bench.trouble({})
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked' })
    expect(remoteKeys(bench, 'alpha')).toEqual([])
  })

  it('is not a deletion that was answered: a key that is still listed is contained again', async () => {
    bench.trouble({ faults: on('DELETE /keys/:hash', amnesia) })
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked', proof: 'strong' })
    expect(eventsOf(bench, 'alpha').filter((type) => type === 'RevocationDisproved')).toHaveLength(1)
    expect(remoteKeys(bench, 'alpha')).toEqual([])
  })

  it('is vetoed by the secret itself while OpenRouter takes it, whatever the rest says: nothing took effect, so it is taken back', async () => {
    const alone = await openBench()
    done(await alone.run((vault) => vault.add('alpha', { monthlyLimit: '5' })))
    alone.trouble({ faults: forgetful })
    expect(failed(await remove(alone))).toEqual({ _tag: 'RemoteUnavailable', message: 'the key can still be seen' })
    const lines = alone.takeRequests()
    expect(lines).toContain('GET /key as alpha')
    expect(lines.length).toBeLessThan(100)
    expect(eventsOf(alone, 'alpha')).toContain('RevocationDisproved')
    expect(eventsOf(alone, 'alpha')).not.toContain('RevocationProven')
    expect(isSealed(alone, 'alpha')).toBe(true)
    alone.trouble({})
    expect(await useKey(alone, 'alpha')).toBe('works')
    expect(done(await remove(alone))).toMatchObject({ outcome: 'removed', remote: 'revoked', proof: 'strong' })
  })

  it('is not had by forgetting: a leaked key that a backend has forgotten stays owed until it is really gone', async () => {
    bench.trouble({ faults: forgetful })
    expect(done(await remove(bench, { leaked: true }))).toMatchObject({ outcome: 'incomplete', remote: 'outstanding' })
    expect(remoteKeys(bench, 'alpha')).toHaveLength(1)
    expect((await quieten(bench)).finished).toMatchObject([{ name: 'alpha', state: 'removed' }])
    expect(remoteKeys(bench, 'alpha')).toEqual([])
  })

  it('cannot be had from a canary that somebody deleted: the key is gone and stays owed until another key answers', async () => {
    editRemote(bench, 'beta', { _tag: 'Delete' })
    expect(done(await remove(bench))).toMatchObject({
      outcome: 'incomplete',
      remote: 'outstanding',
      reason: 'the key is not seen any more, but no other key answers that would show that this means anything',
    })
    expect(remoteKeys(bench, 'alpha')).toEqual([])
    expect(isSealed(bench, 'alpha')).toBe(true)
    bench.advance(3_600_000)
    done(await bench.run((vault) => vault.add('gamma')))
    const report = done(await bench.run((vault) => vault.reconcile()))
    expect(report).toMatchObject({
      finished: [{ name: 'alpha', state: 'removed' }],
      drift: [{ name: 'beta', found: 'deleted at OpenRouter' }],
      outstanding: [],
    })
    expect(isSealed(bench, 'alpha')).toBe(false)
  })

  it('a stale read of a key that lives is found out', async () => {
    bench.trouble({ faults: on('GET /keys/:hash', { _tag: 'stale-read', back: 60 }) })
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked' })
    expect(remoteKeys(bench, 'alpha')).toEqual([])
  })

  it('a key that comes back after its proven end is contained and deleted by reconcile', async () => {
    const key = remoteKey(bench, 'alpha')
    done(await remove(bench))
    const { world } = bench
    world.account = { ...world.account, keys: new Map([...world.account.keys, [key.hash, key]]) }
    bench.observer.meddled.add(key.hash)
    bench.takeRequests()
    const report = done(await bench.run((vault) => vault.reconcile()))
    expect(report.drift).toEqual([{ name: 'alpha', hash: key.hash, found: 'a removed key is alive again' }])
    const lines = bench.takeRequests()
    expect(lines.indexOf('PATCH /keys/alpha')).toBeLessThan(lines.indexOf('DELETE /keys/alpha'))
    expect(lines.indexOf('PATCH /keys/alpha')).toBeGreaterThan(0)
    expect(remoteKeys(bench, 'alpha')).toEqual([])
    expect(stateOf(bench, 'alpha').strays).toEqual([])
  })

  it('a deletion that is refused of a key that is gone does not go round for ever', async () => {
    editRemote(bench, 'alpha', { _tag: 'Delete' })
    bench.trouble({ faults: always('DELETE /keys/:hash', { _tag: 'refuse', status: 403 }) })
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'already-gone', proof: 'strong' })
    expect(bench.takeRequests().length).toBeLessThan(20)
  })
})
