import { describe, expect, it } from 'vitest'

import { createAccount, mintManagementKey, revokeManagementKey } from '../../src/adapters/simulated-openrouter/create-account.js'
import { reveal, secret } from '../../src/application/secret.js'
import { sha256 } from '../simulation/sim-vault.js'
import { done, failed, remoteKey, useKey } from './bench-views.js'
import { type Bench, openBench } from './harness.js'
import { benchWithTwo } from './removal-bench.js'
import { always, commitNumber, down, from, on, refused, unreachable } from './trouble.js'

/** Another management key of the same account. */
const anotherKey = (bench: Bench): string => {
  const minted = mintManagementKey(sha256, bench.world.account)
  bench.world.account = minted.account
  return minted.secret
}

const generations = (bench: Bench): ReadonlyArray<number> =>
  [...bench.store.sealed.values()].flatMap(({ ref }) => (ref.stream === 'vault' ? [ref.generation] : []))

const change = (bench: Bench, text: string) => bench.run((vault) => vault.changeCredential(secret(text)))
const check = (bench: Bench) => bench.run((vault) => vault.checkCredential())

describe('credentials check', () => {
  it('asks whose key it is and which workspaces there are', async () => {
    const bench = await benchWithTwo()
    expect(done(await check(bench))).toMatchObject({ account: 'pinned', workspaces: 2 })
    expect(bench.takeRequests()).toEqual(['GET /key', 'GET /workspaces'])
    expect(bench.store.all.length).toBe(11)
  })

  it('tells another account, a refusal and a silence apart', async () => {
    const bench = await benchWithTwo()
    const before = bench.world.account
    bench.world.account = { ...before, workspaces: [{ ...before.workspaces[0], id: 'elsewhere' }] }
    expect(done(await check(bench))).toMatchObject({ account: 'other' })
    bench.world.account = revokeManagementKey(sha256, before, bench.managementKey)
    expect(failed(await check(bench))).toMatchObject({ _tag: 'RemoteRefused', status: 401, blame: 'management-key' })
    bench.world.account = before
    bench.trouble({ faults: from(0, unreachable) })
    expect(failed(await check(bench))).toMatchObject({ _tag: 'RemoteUnavailable' })
  })
})

/** The account's workspaces by their ids, as OpenRouter lists them from now on. */
const setWorkspaces = (bench: Bench, ids: ReadonlyArray<string>): void => {
  const { account } = bench.world
  const [first, ...rest] = ids.map((id) => account.workspaces.find((each) => each.id === id) ?? { ...account.workspaces[0], id, slug: id })
  if (first !== undefined) bench.world.account = { ...account, workspaces: [first, ...rest] }
}

describe('credentials check, once the workspaces have changed', () => {
  it('pins them anew, so that the account is known when the last of the earlier ones is gone', async () => {
    const bench = await benchWithTwo()
    const [first = ''] = bench.world.account.workspaces.map((each) => each.id)
    setWorkspaces(bench, [first, 'newer'])
    expect(done(await check(bench))).toMatchObject({ account: 'pinned', repinned: true })
    expect(done(await check(bench))).toMatchObject({ account: 'pinned', repinned: false })
    setWorkspaces(bench, ['newer'])
    expect(done(await check(bench))).toMatchObject({ account: 'pinned', repinned: true })
    expect(bench.store.all.slice(11).map(({ type }) => type)).toEqual(['AccountRepinned', 'AccountRepinned'])
    expect(done(await bench.run((vault) => vault.suspend('alpha')))).toMatchObject({ outcome: 'suspended' })
  })

  it('never pins what shares no workspace, though the creator is the same, nor forgets them where none are listed', async () => {
    const bench = await benchWithTwo()
    const before = bench.world.account
    setWorkspaces(bench, ['elsewhere'])
    expect(done(await check(bench))).toMatchObject({ account: 'other', repinned: false })
    bench.world.account = before
    bench.trouble({ faults: always('GET /workspaces', refused(403)) })
    expect(done(await check(bench))).toMatchObject({ account: 'pinned', repinned: false })
    expect(bench.store.all.length).toBe(11)
  })

  it('pins workspaces that could not be listed before only when a held key was read', async () => {
    const empty = await openBench({ settings: { refuseWorkspaces: true } })
    empty.world.account = { ...empty.world.account, settings: { ...empty.world.account.settings, refuseWorkspaces: false } }
    expect(done(await check(empty))).toMatchObject({ account: 'pinned', repinned: false })
    done(await empty.run((vault) => vault.add('alpha')))
    empty.takeRequests()
    expect(done(await check(empty))).toMatchObject({ account: 'pinned', repinned: true })
    expect(empty.takeRequests()).toEqual(['GET /key', 'GET /workspaces', 'GET /keys/alpha'])
  })

  it.each(['crash-before', 'crash-after'] as const)('%s of the commit leaves it to the next check', async (what) => {
    const bench = await benchWithTwo()
    const [first = ''] = bench.world.account.workspaces.map((each) => each.id)
    setWorkspaces(bench, [first, 'newer'])
    bench.trouble({ commits: commitNumber(0, what) })
    expect(await check(bench)).toBeNull()
    bench.trouble({})
    expect(done(await check(bench))).toMatchObject({ account: 'pinned', repinned: what === 'crash-before' })
  })

  it('by two processes at once is recorded once', async () => {
    const bench = await benchWithTwo()
    const [first = ''] = bench.world.account.workspaces.map((each) => each.id)
    setWorkspaces(bench, [first, 'newer'])
    const answers = (await bench.together([(vault) => vault.checkCredential(), (vault) => vault.checkCredential()])).map(done)
    expect(answers.every(({ account }) => account === 'pinned')).toBe(true)
    expect(bench.store.all.slice(11).map(({ type }) => type)).toEqual(['AccountRepinned'])
  })
})

describe('credentials set', () => {
  it('tries the new key, seals it, and destroys the old one', async () => {
    const bench = await benchWithTwo()
    const text = anotherKey(bench)
    expect(done(await change(bench, text))).toMatchObject({ account: 'pinned', workspaces: 2 })
    expect(bench.takeRequests()).toEqual(['GET /key', 'GET /workspaces'])
    expect(generations(bench)).toEqual([2])
    bench.world.account = revokeManagementKey(sha256, bench.world.account, bench.managementKey)
    expect(done(await bench.run((vault) => vault.suspend('alpha')))).toMatchObject({ outcome: 'suspended' })
    const told = done(await bench.run((vault) => vault.history()))
    expect(told[told.length - 4]).toMatchObject({ name: null, event: 'CredentialChanged', details: { credential: 2 } })
    expect(JSON.stringify(told)).not.toContain(text)
  })

  it('refuses a key of another account', async () => {
    const bench = await benchWithTwo()
    const other = mintManagementKey(sha256, createAccount(sha256, { seed: 'other', at: 0, workspaces: [] }))
    bench.world.account = { ...other.account }
    expect(failed(await change(bench, other.secret))).toEqual({ _tag: 'WrongAccount' })
    expect(generations(bench)).toEqual([1])
  })

  it('takes the account again whose workspaces were all replaced, once a held key was read, and pins what it saw', async () => {
    const bench = await benchWithTwo()
    const { account } = bench.world
    bench.world.account = { ...account, workspaces: [{ ...account.workspaces[0], id: 'replaced' }] }
    expect(done(await check(bench))).toMatchObject({ account: 'other' })
    bench.takeRequests()
    expect(done(await change(bench, bench.managementKey))).toMatchObject({ account: 'pinned' })
    expect(bench.takeRequests()).toEqual(['GET /key', 'GET /workspaces', 'GET /keys/alpha'])
    expect(done(await check(bench))).toMatchObject({ account: 'pinned' })
  })

  it('refuses replaced workspaces where no held key is read, though the creator is the same', async () => {
    const bench = await benchWithTwo()
    const { account } = bench.world
    bench.world.account = { ...account, keys: new Map(), workspaces: [{ ...account.workspaces[0], id: 'replaced' }] }
    expect(failed(await change(bench, bench.managementKey))).toEqual({ _tag: 'WrongAccount' })
    expect(generations(bench)).toEqual([1])
  })

  it('refuses an ordinary key', async () => {
    const bench = await benchWithTwo()
    const ordinary = reveal(done(await bench.run((vault) => vault.get('alpha'))).secret)
    expect(failed(await change(bench, ordinary))).toMatchObject({ _tag: 'NotManagementKey' })
    expect(generations(bench)).toEqual([1])
  })

  it('refuses a key that OpenRouter does not know, and changes nothing when nobody answers', async () => {
    const bench = await benchWithTwo()
    expect(failed(await change(bench, `sk-or-v1-${'0'.repeat(64)}`))).toMatchObject({ _tag: 'RemoteRefused', status: 401, blame: 'management-key' })
    bench.trouble({ faults: from(0, unreachable) })
    expect(failed(await change(bench, anotherKey(bench)))).toMatchObject({ _tag: 'RemoteUnavailable' })
    bench.trouble({})
    expect(generations(bench)).toEqual([1])
    expect(done(await check(bench))).toMatchObject({ account: 'pinned' })
  })

  it('passes over failures that pass', async () => {
    const bench = await benchWithTwo()
    bench.trouble({ faults: on('GET /workspaces', down) })
    expect(done(await change(bench, anotherKey(bench)))).toMatchObject({ account: 'pinned' })
  })

  it('works where the workspaces may not be listed', async () => {
    const bench = await benchWithTwo({ settings: { refuseWorkspaces: true } })
    expect(done(await change(bench, anotherKey(bench)))).toMatchObject({ account: 'pinned', workspaces: 0 })
    expect(generations(bench)).toEqual([2])
  })

  it.each(['crash-before', 'crash-after'] as const)('%s of its commit leaves a vault that opens', async (what) => {
    const bench = await benchWithTwo()
    const text = anotherKey(bench)
    bench.trouble({ commits: commitNumber(0, what) })
    expect(await change(bench, text)).toBeNull()
    bench.trouble({})
    expect(done(await check(bench))).toMatchObject({ account: 'pinned' })
    expect(done(await change(bench, anotherKey(bench)))).toMatchObject({ account: 'pinned' })
    expect(generations(bench)).toHaveLength(1)
    expect(await useKey(bench, 'alpha')).toBe('works')
  })

  it('by two processes at once leaves one key in force', async () => {
    const bench = await benchWithTwo()
    const texts = [anotherKey(bench), anotherKey(bench)]
    const answers = await bench.together(texts.map((text) => (vault) => vault.changeCredential(secret(text))))
    expect(answers.filter((answer) => answer?._tag === 'Right').length).toBeGreaterThanOrEqual(1)
    expect(generations(bench)).toHaveLength(1)
    expect(done(await check(bench))).toMatchObject({ account: 'pinned' })
  })
})

describe('init', () => {
  it('asks first, then records the account and seals the key in one commit', async () => {
    const bench = await openBench()
    expect(bench.world.journal.map((entry) => `${entry.method} ${entry.path}`)).toEqual(['GET /key', 'GET /workspaces'])
    expect(bench.store.all.map((record) => record.type)).toEqual(['VaultInitialised'])
    expect(generations(bench)).toEqual([1])
    const [first] = done(await bench.run((vault) => vault.history()))
    expect(first).toMatchObject({
      name: null,
      event: 'VaultInitialised',
      details: { vault: bench.vaultId, credential: 1, pin: { workspaces: bench.world.account.workspaces.map((each) => each.id) } },
    })
  })

  it.each([
    ['an ordinary key', 'NotManagementKey'],
    ['an unknown key', 'RemoteRefused'],
  ])('refuses %s and writes nothing', async (what, tag) => {
    const bench = await benchWithTwo()
    const ordinary = reveal(done(await bench.run((vault) => vault.get('alpha'))).secret)
    const text = what === 'an ordinary key' ? ordinary : `sk-or-v1-${'0'.repeat(64)}`
    expect(failed(await bench.verifyForInit(secret(text)))).toMatchObject({ _tag: tag })
  })

  it('says that it could not ask when nobody answers', async () => {
    const bench = await openBench()
    bench.trouble({ faults: always('GET /key', down) })
    expect(failed(await bench.verifyForInit(secret(bench.managementKey)))).toMatchObject({ _tag: 'RemoteUnavailable' })
    bench.trouble({ faults: always('GET /workspaces', refused(403)) })
    expect(done(await bench.verifyForInit(secret(bench.managementKey)))).toMatchObject({ workspaces: 0 })
  })

  it('makes every command of a vault that never was answer VaultMissing', async () => {
    const bench = await openBench({ initialise: false })
    expect(failed(await bench.run((vault) => vault.add('alpha')))).toMatchObject({ _tag: 'VaultMissing' })
    expect(failed(await bench.run((vault) => vault.reconcile()))).toMatchObject({ _tag: 'VaultMissing' })
    expect(done(await bench.run((vault) => vault.list()))).toEqual([])
    expect(bench.takeRequests()).toEqual([])
    expect(() => remoteKey(bench, 'alpha')).toThrow()
  })
})
