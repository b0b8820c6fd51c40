import { beforeEach, describe, expect, it } from 'vitest'

import { done, eventsOf, failed, isSealed, minute, quieten, remoteKey, remoteKeys, stateOf, useKey } from './bench-views.js'
import { type Bench, openBench } from './harness.js'
import { deleting, listing, remove } from './removal-bench.js'
import { commitNumber, from, on, unreachable } from './trouble.js'

const add = (bench: Bench) => bench.run((vault) => vault.add('alpha', { monthlyLimit: '5' }))
const looking = ['GET /key', 'GET /workspaces', ...listing]
const provingGone = ['GET /key', 'GET /workspaces', ...listing, 'GET /keys/alpha']

/** What is left of a name that never came to life. */
const expectNothing = async (bench: Bench): Promise<void> => {
  expect(remoteKeys(bench, 'alpha')).toEqual([])
  expect(isSealed(bench, 'alpha')).toBe(false)
  expect(stateOf(bench, 'alpha')).toMatchObject({ stage: { _tag: 'Vacant' }, claim: null, strays: [] })
  expect(await useKey(bench, 'alpha')).toBe('KeyNotFound')
  expect(done(await bench.run((vault) => vault.list({ all: true })))).toEqual([])
  await quieten(bench)
  expect(done(await add(bench))).toMatchObject({ outcome: 'added' })
}

describe('remove of a half-made name', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })

  it('that was only asked for sends nothing', async () => {
    bench.trouble({ commits: commitNumber(1, 'crash-before') })
    expect(await add(bench)).toBeNull()
    bench.trouble({})
    expect(stateOf(bench, 'alpha').stage._tag).toBe('CreateDue')
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'already-gone', proof: null, pending: [] })
    expect(bench.takeRequests()).toEqual([])
    await expectNothing(bench)
  })

  it('whose POST may be on its way is refused while its claim stands, and given up after it', async () => {
    bench.trouble({ kill: { request: 0, when: 'before' } })
    expect(await add(bench)).toBeNull()
    bench.trouble({})
    expect(failed(await remove(bench))).toMatchObject({ _tag: 'KeyBusy', name: 'alpha' })
    bench.advance(10 * minute)
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'already-gone', pending: [] })
    expect(bench.takeRequests()).toEqual(looking)
    await expectNothing(bench)
  })

  it('whose answer nobody heard is found, deleted and proven gone', async () => {
    bench.trouble({ kill: { request: 0, when: 'after' } })
    expect(await add(bench)).toBeNull()
    bench.trouble({})
    bench.takeRequests()
    bench.advance(10 * minute)
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked', proof: 'strong', pending: [] })
    expect(bench.takeRequests()).toEqual([...looking, ...deleting, ...provingGone])
    await expectNothing(bench)
  })

  it('whose create was lost is settled before it is believed away', async () => {
    bench = await openBench({ timing: { retryBudget: 0 } })
    bench.trouble({ faults: (world, request, index) => on('POST /keys', { _tag: 'lost-after' })(world, request, index) ?? from(1, unreachable)(world, request, index) })
    expect(done(await add(bench))).toMatchObject({ outcome: 'incomplete', pending: ['settling'] })
    bench.trouble({})
    bench.takeRequests()
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked', pending: [] })
    expect(bench.takeRequests()).toEqual([...looking, ...deleting, ...provingGone])
    await expectNothing(bench)
  })

  it('whose create never arrived waits for the settle time', async () => {
    bench = await openBench({ timing: { retryBudget: 0 } })
    bench.trouble({ faults: (world, request, index) => on('POST /keys', { _tag: 'lost-before' })(world, request, index) ?? from(1, unreachable)(world, request, index) })
    done(await add(bench))
    bench.trouble({})
    bench.takeRequests()
    const begun = bench.now()
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'already-gone', proof: null })
    expect(bench.now() - begun).toBeGreaterThanOrEqual(14_000)
    expect(bench.takeRequests()).toEqual([...looking, ...looking])
    expect(stateOf(bench, 'alpha').watched).toHaveLength(1)
    await expectNothing(bench)
  })

  it('that is sealed and not yet active is deleted without being activated', async () => {
    bench.trouble({ commits: commitNumber(3, 'crash-before') })
    expect(await add(bench)).toBeNull()
    bench.trouble({})
    bench.takeRequests()
    expect(stateOf(bench, 'alpha').stage._tag).toBe('Provisioned')
    expect(remoteKey(bench, 'alpha')).toMatchObject({ limit: 0n, disabled: false, includeByok: true })
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked' })
    expect(bench.takeRequests()).toEqual([...deleting, ...provingGone, 'GET /key as alpha'])
    await expectNothing(bench)
  })

  it('whose activation may be on its way is refused while its claim stands, and given up after it', async () => {
    bench.trouble({ kill: { request: 1, when: 'after' } })
    expect(await add(bench)).toBeNull()
    bench.trouble({})
    expect(remoteKey(bench, 'alpha').limit).toBe(5_000_000_000_000n)
    expect(failed(await remove(bench))).toMatchObject({ _tag: 'KeyBusy' })
    bench.advance(10 * minute)
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked' })
    await expectNothing(bench)
  })

  it('can be asked for twice', async () => {
    bench.trouble({ kill: { request: 0, when: 'after' } })
    await add(bench)
    bench.trouble({ faults: from(0, unreachable) })
    bench.advance(10 * minute)
    expect(done(await remove(bench))).toMatchObject({ outcome: 'incomplete', pending: ['settling'] })
    expect(failed(await add(bench))).toMatchObject({ _tag: 'NameTaken', state: 'provisioning' })
    bench.trouble({})
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked' })
    expect(eventsOf(bench, 'alpha').filter((type) => type === 'ProvisioningAbandoned')).toHaveLength(1)
    await expectNothing(bench)
  })
})

describe('remove after a process died', () => {
  const alive = async (): Promise<Bench> => {
    const bench = await openBench()
    done(await add(bench))
    return bench
  }

  it('in the middle of a suspension is refused while its claim stands, and done after it', async () => {
    const bench = await alive()
    bench.trouble({ kill: { request: 0, when: 'after' } })
    expect(await bench.run((vault) => vault.suspend('alpha'))).toBeNull()
    bench.trouble({})
    const busy = failed(await remove(bench))
    expect(busy).toMatchObject({ _tag: 'KeyBusy', name: 'alpha' })
    expect(busy._tag === 'KeyBusy' && busy.until !== null && busy.until > bench.now()).toBe(true)
    bench.advance(10 * minute)
    expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked', proof: 'strong' })
  })

  it('in the middle of a removal goes on where that stood', async () => {
    for (const request of [0, 3, 4, 5, 9]) {
      const bench = await alive()
      bench.trouble({ kill: { request, when: 'after' } })
      expect(await remove(bench)).toBeNull()
      bench.trouble({})
      bench.advance(10 * minute)
      expect(done(await remove(bench))).toMatchObject({ outcome: 'removed', remote: 'revoked', pending: [] })
      expect(remoteKeys(bench, 'alpha')).toEqual([])
      expect(isSealed(bench, 'alpha')).toBe(false)
    }
  })

  it('resume and suspend get past a dead claim too', async () => {
    const bench = await alive()
    bench.trouble({ kill: { request: 0, when: 'before' } })
    expect(await bench.run((vault) => vault.suspend('alpha'))).toBeNull()
    bench.trouble({})
    expect(failed(await bench.run((vault) => vault.resume('alpha')))).toMatchObject({ _tag: 'KeyBusy' })
    bench.advance(10 * minute)
    expect(done(await bench.run((vault) => vault.resume('alpha')))).toMatchObject({ outcome: 'resumed', pending: [] })
    expect(await useKey(bench, 'alpha')).toBe('works')
  })
})
