import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import * as TE from 'fp-ts/lib/TaskEither.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { tokens } from '../../../src/adapters/composition/tokens.js'
import { type Connector, initVault, type Instant, openVault, reveal, type VaultOptions } from '../../../src/index.js'
import { left, makePlace, type Place, right } from './place.js'

let place: Place
beforeEach(async () => {
  place = makePlace()
  await right(initVault({ ...place.options, managementKey: place.managementKey }))
})
afterEach(() => place.dispose())

const noConnector: Connector = {
  clientFor: () => {
    throw new Error('somebody wants to reach OpenRouter')
  },
  close: () => Promise.resolve(),
}

/** A vault that must not reach out. */
const offline = (options: VaultOptions): VaultOptions => ({ ...options, overrides: { connector: noConnector } })

const withKey = async (): Promise<void> => {
  const vault = await right(openVault(place.options))
  expect(await right(vault.add('k', { monthlyLimit: '5' }))).toMatchObject({ outcome: 'added' })
  await right(vault.close())
}

describe('an opened vault', () => {
  it('needs no OpenRouter for what is here', async () => {
    await withKey()
    const vault = await right(openVault(offline(place.options)))
    expect(reveal((await right(vault.get('k'))).secret)).toMatch(/^sk-or-v1-/)
    expect(await right(vault.list())).toMatchObject([{ name: 'k', state: 'active' }])
    expect(await right(vault.show('k'))).toMatchObject({ name: 'k', lineage: 'k#1' })
    expect((await right(vault.history())).length).toBeGreaterThan(4)
    expect(await left(vault.add('k'))).toMatchObject({ _tag: 'NameTaken' })
    expect(await left(vault.remove('missing'))).toMatchObject({ _tag: 'KeyNotFound' })
    await right(vault.close())
  })

  it('takes its settings from config.yaml, under options and the environment', async () => {
    await withKey()
    writeFileSync(join(place.home, 'config.yaml'), 'baseUrl: https://elsewhere.test/api/v1\n')
    const own = { ...place.options, overrides: { ...place.options.overrides, connector: noConnector } }
    const { baseUrl, ...without } = own
    const byFile = await right(openVault(without))
    expect(await left(byFile.suspend('k'))).toMatchObject({ _tag: 'HostNotPinned', given: 'https://elsewhere.test/api/v1' })
    await right(byFile.close())
    const byEnv = await right(openVault({ ...without, env: { OPENROUTER_BASE_URL: 'https://third.test/api/v1' } }))
    expect(await left(byEnv.suspend('k'))).toMatchObject({ _tag: 'HostNotPinned', given: 'https://third.test/api/v1' })
    await right(byEnv.close())
    const byOption = await right(openVault({ ...place.options, ...(baseUrl === undefined ? {} : { baseUrl }) }))
    expect(await right(byOption.suspend('k'))).toMatchObject({ outcome: 'suspended' })
    await right(byOption.close())
  })

  it('uses the base that it was pinned to when nobody names one', async () => {
    const seen: Array<string> = []
    const connector: Connector = {
      clientFor: (_, base) => {
        seen.push(base)
        return TE.left({ _tag: 'RemoteUnavailable', message: 'not now' })
      },
      close: () => Promise.resolve(),
    }
    const { home = '', userFolder = '' } = place.options
    const vault = await right(openVault({ home, userFolder, overrides: { connector } }))
    expect(await left(vault.checkCredential())).toMatchObject({ _tag: 'RemoteUnavailable' })
    expect(seen).toEqual(['https://openrouter.test/api/v1'])
    await right(vault.close())
  })

  it('is made of the parts that are brought, and leaks none into the next', async () => {
    const at = Date.parse('2031-02-03T04:05:06.789Z') as Instant
    const clock = { now: () => at, monotonic: () => 0 as never, sleep: () => () => Promise.resolve() }
    const vault = await right(openVault({ ...place.options, overrides: { ...place.options.overrides, clock } }))
    await right(vault.add('k'))
    expect((await right(vault.show('k'))).createdAt).toBe('2031-02-03T04:05:06.789Z')
    await right(vault.close())
    const next = await right(openVault(place.options))
    await right(next.add('later'))
    expect((await right(next.show('later'))).createdAt).not.toBe('2031-02-03T04:05:06.789Z')
    await right(next.close())
    // Only now: the vault brought the polyfill that tsyringe asks for.
    const { container } = await import('tsyringe')
    const names: ReadonlyArray<unknown> = Object.values(tokens)
    expect(names.filter((token) => container.isRegistered(token as symbol, true))).toEqual([])
  })

  it('tells of each request, without credentials', async () => {
    const traces: Array<string> = []
    const vault = await right(openVault({ ...place.options, trace: (request) => traces.push(JSON.stringify(request)) }))
    await right(vault.add('k'))
    await right(vault.close())
    expect(traces.map((text) => (JSON.parse(text) as { readonly method: string }).method)).toEqual(['POST', 'PATCH', 'GET'])
    expect(traces.join('')).not.toMatch(/sk-or-v1-[0-9a-f]{64}|Bearer/)
  })

  it('answers nothing any more once it is closed', async () => {
    const vault = await right(openVault(place.options))
    await right(vault.close())
    expect(await left(vault.list())).toMatchObject({ _tag: 'VaultUnavailable' })
    await right(vault.close())
  })
})

describe('a vault whose key cannot be had', () => {
  const noKey = { _tag: 'VaultUnavailable', reason: 'wrong-key' }

  /** Tells all that is no secret, and refuses every secret by the same words. */
  const isReadable = async (options: VaultOptions): Promise<void> => {
    const before = place.world.journal.length
    const vault = await right(openVault(options))
    expect(await right(vault.list())).toMatchObject([{ name: 'k', state: 'active' }])
    expect(await right(vault.show('k'))).toMatchObject({ name: 'k' })
    expect((await right(vault.history())).length).toBeGreaterThan(4)
    for (const refused of [vault.get('k'), vault.remove('k'), vault.add('new'), vault.reconcile(), vault.checkCredential()])
      expect(await left<unknown>(refused)).toMatchObject(noKey)
    await right(vault.close())
    expect(place.world.journal.length).toBe(before)
  }

  it('because it is lost', async () => {
    await withKey()
    rmSync(join(place.folder, 'user'), { recursive: true })
    await isReadable(place.options)
  })

  it('because it is the key of another vault', async () => {
    await withKey()
    const other = makePlace('other')
    const made = await right(initVault({ ...other.options, managementKey: other.managementKey }))
    await isReadable({ ...place.options, masterKeyFile: made.masterKeyFile ?? '' })
    other.dispose()
  })

  it('cannot change its management key, and asks OpenRouter about the new one only', async () => {
    rmSync(join(place.folder, 'user'), { recursive: true })
    const vault = await right(openVault(place.options))
    expect(await left(vault.changeCredential(place.managementKey))).toMatchObject(noKey)
    await right(vault.close())
  })

  it('records nothing, for nothing could be proven of it: not even that a key is left alive', async () => {
    await withKey()
    rmSync(join(place.folder, 'user'), { recursive: true })
    const vault = await right(openVault(offline(place.options)))
    expect(await right(vault.planRemoval('k', { localOnly: true }))).toMatchObject({ remote: 'unknown' })
    expect(await left(vault.remove('k', { localOnly: true }))).toMatchObject({ _tag: 'VaultUnavailable', reason: 'no-key' })
    await right(vault.close())
  })

  it('can, with its key, leave a key alive without OpenRouter', async () => {
    await withKey()
    const vault = await right(openVault(offline(place.options)))
    expect(await right(vault.remove('k', { localOnly: true }))).toMatchObject({ outcome: 'removed', remote: 'left-alive' })
    expect(await left(vault.get('k'))).toMatchObject({ _tag: 'KeyNotFound' })
    await right(vault.close())
  })
})

describe('a vault that cannot be opened', () => {
  it('is missing, by the name of its folder', async () => {
    const home = join(place.folder, 'nowhere')
    expect(await left(openVault({ ...place.options, home }))).toEqual({ _tag: 'VaultMissing', place: home })
  })

  it('lies open to others', async () => {
    chmodSync(place.home, 0o755)
    expect(await left(openVault(place.options))).toMatchObject({ _tag: 'VaultUnavailable', reason: 'permission' })
  })

  it('has a mistake in its config.yaml', async () => {
    writeFileSync(join(place.home, 'config.yaml'), 'nonsense: 1\n')
    expect(await left(openVault(place.options))).toMatchObject({ _tag: 'InvalidInput', field: `${join(place.home, 'config.yaml')}:1: nonsense` })
  })
})
