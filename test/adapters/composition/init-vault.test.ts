import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import * as TE from 'fp-ts/lib/TaskEither.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { createSqliteStore } from '../../../src/adapters/sqlite-log/sqlite-store.js'
import { type HttpTransport, type InitOptions, initVault, openVault, secret, type VaultId } from '../../../src/index.js'
import { left, makePlace, type Place, right } from './place.js'

let place: Place
let options: InitOptions
beforeEach(() => {
  place = makePlace()
  options = { ...place.options, managementKey: place.managementKey }
})
afterEach(() => place.dispose())

const modeOf = (path: string): number => statSync(path).mode & 0o777

describe('init', () => {
  it('puts the vault key apart from the data, everything for its owner alone', async () => {
    const made = await right(initVault(options))
    expect(made).toMatchObject({ home: place.home, keyBesideData: false, workspaces: 1, setAside: null })
    expect(made.masterKeyFile).toBe(join(place.folder, 'user/.config/lean-vault', `${made.vault}.key`))
    expect([modeOf(place.home), modeOf(made.masterKeyFile ?? ''), modeOf(join(place.home, 'vault.db'))]).toEqual([0o700, 0o600, 0o600])
  })

  it('writes nothing before OpenRouter has answered as the account of a management key', async () => {
    const nobody = secret(`sk-or-v1-${createHash('sha256').update('nobody').digest('hex')}`)
    expect(await left(initVault({ ...options, managementKey: nobody }))).toMatchObject({ _tag: 'RemoteRefused', blame: 'management-key' })
    const down = { transport: () => TE.left({ _tag: 'TransportError' as const, sent: false, message: 'down' }) }
    expect(await left(initVault({ ...options, retryBudgetMs: 0, overrides: down }))).toMatchObject({ _tag: 'RemoteUnavailable' })
    expect(readdirSync(place.folder)).toEqual([])
  })

  it('refuses a place that has a vault, and leaves it as it is', async () => {
    await right(initVault(options))
    const before = readFileSync(join(place.home, 'vault.db'))
    expect(await left(initVault(options))).toEqual({ _tag: 'VaultExists', place: place.home })
    expect(readFileSync(join(place.home, 'vault.db')).equals(before)).toBe(true)
  })

  it('carries on what an interrupted one began', async () => {
    const id = randomBytes(16).toString('hex') as VaultId
    const store = await createSqliteStore({ folder: place.home, busyTimeout: 1000 as never, driver: 'auto' }, id)()
    if (store._tag === 'Left') throw new Error(store.left.message)
    await store.right.log.close()()
    expect(await left(openVault(place.options))).toEqual({ _tag: 'VaultMissing', place: place.home })
    expect(await right(initVault(options))).toMatchObject({ vault: id })
    await right((await right(openVault(place.options))).close())
  })

  it('of two at once makes one vault that opens', async () => {
    const results = await Promise.all([initVault(options)(), initVault(options)()])
    expect(results.map(({ _tag }) => _tag).sort()).toEqual(['Left', 'Right'])
    const vault = await right(openVault(place.options))
    expect(await right(vault.add('k'))).toMatchObject({ outcome: 'added' })
    await right(vault.close())
  })

  it('uses a vault key that a platform has put in place', async () => {
    const first = await right(initVault(options))
    const home = join(place.folder, 'second')
    const second = await right(initVault({ ...options, home, masterKeyFile: first.masterKeyFile ?? '' }))
    expect(second).toMatchObject({ home, masterKeyFile: first.masterKeyFile ?? '' })
    await right((await right(openVault({ ...place.options, home, masterKeyFile: first.masterKeyFile ?? '' }))).close())
  })
})

describe('init --key-beside-data', () => {
  it('puts the key into the folder and finds it there again', async () => {
    const made = await right(initVault({ ...options, keyBesideData: true }))
    expect(made).toMatchObject({ keyBesideData: true, masterKeyFile: join(place.home, 'vault.key') })
    expect(readFileSync(join(place.home, 'config.yaml'), 'utf8')).toBe('masterKeyFile: vault.key\n')
    expect(existsSync(join(place.folder, 'user'))).toBe(false)
    await right((await right(openVault(place.options))).close())
  })

  it('is refused together with another place for the key', async () => {
    const refused = await left(initVault({ ...options, keyBesideData: true, masterKeyFile: 'k' }))
    expect(refused).toMatchObject({ _tag: 'InvalidInput', field: 'keyBesideData' })
    expect(existsSync(place.home)).toBe(false)
  })
})

describe('init --force-new', () => {
  it('renames the old folder whole, keeps its settings, and begins anew', async () => {
    const old = await right(initVault(options))
    writeFileSync(join(place.home, 'config.yaml'), '# ours\nsettleMs: 5\n')
    const made = await right(initVault({ ...options, forceNew: true }))
    expect(made.vault).not.toBe(old.vault)
    expect(made.setAside).toMatch(/\/vault\.old-\d{8}T\d{6}Z$/)
    expect(readFileSync(join(place.home, 'config.yaml'), 'utf8')).toBe('# ours\nsettleMs: 5\n')
    const aside = await right(openVault({ ...place.options, home: made.setAside ?? '' }))
    expect(await right(aside.history())).toMatchObject([{ event: 'VaultInitialised', details: { vault: old.vault } }])
    await right(aside.close())
  })

  it.each([
    ['holds a key', async (home: Place) => right((await right(openVault(home.options))).add('k'))],
    [
      'owes a revocation',
      async (home: Place) => {
        const vault = await right(openVault({ ...home.options, retryBudgetMs: 0 }))
        await right(vault.add('k'))
        await right(vault.close())
        const down = { transport: () => TE.left({ _tag: 'TransportError' as const, sent: true, message: 'down' }) }
        const offline = await right(openVault({ ...home.options, retryBudgetMs: 0, overrides: down }))
        expect(await right(offline.remove('k', { force: true }))).toMatchObject({ outcome: 'incomplete' })
        await right(offline.close())
      },
    ],
  ])('is refused while the vault %s', async (_, prepare) => {
    await right(initVault(options))
    await prepare(place)
    const requests = place.world.journal.length
    expect(await left(initVault({ ...options, forceNew: true }))).toEqual({ _tag: 'KeysHeld', count: 1 })
    expect(place.world.journal.length).toBe(requests)
    expect(readdirSync(place.folder).filter((name) => name.startsWith('vault'))).toEqual(['vault'])
  })

  it('is refused when a key is added while OpenRouter is asked, and leaves the vault where it was', async () => {
    await right(initVault(options))
    const usual = place.options.overrides?.transport
    let isAsked = false
    const transport: HttpTransport = (request) => async () => {
      if (!isAsked) {
        isAsked = true
        const other = await right(openVault(place.options))
        await right(other.add('meanwhile'))
        await right(other.close())
      }
      if (usual === undefined) throw new Error('no transport')
      return await usual(request)()
    }
    expect(await left(initVault({ ...options, forceNew: true, overrides: { transport } }))).toEqual({ _tag: 'KeysHeld', count: 1 })
    expect(isAsked).toBe(true)
    expect(readdirSync(place.folder).filter((name) => name.startsWith('vault'))).toEqual(['vault'])
    const vault = await right(openVault(place.options))
    expect(await right(vault.list())).toMatchObject([{ name: 'meanwhile', state: 'active' }])
    await right(vault.close())
  })

  it('lets go of a vault whose keys are all removed', async () => {
    await right(initVault(options))
    const vault = await right(openVault(place.options))
    await right(vault.add('k'))
    await right(vault.remove('k'))
    await right(vault.close())
    expect(await right(initVault({ ...options, forceNew: true }))).toMatchObject({ setAside: expect.stringContaining('.old-') })
  })

  it('keeps a key beside the data beside the data', async () => {
    const old = await right(initVault({ ...options, keyBesideData: true }))
    const made = await right(initVault({ ...options, forceNew: true }))
    expect(made.masterKeyFile).toBe(old.masterKeyFile)
    expect(readFileSync(made.masterKeyFile ?? '', 'utf8')).not.toBe(readFileSync(join(made.setAside ?? '', 'vault.key'), 'utf8'))
    await right((await right(openVault(place.options))).close())
  })

  it('tells a folder that is somebody else’s from a vault', async () => {
    mkdirSync(place.home, { mode: 0o755 })
    writeFileSync(join(place.home, 'notes.txt'), 'mine')
    expect(await left(initVault({ ...options, forceNew: true }))).toMatchObject({ _tag: 'VaultUnavailable', reason: 'permission' })
    expect(readdirSync(place.home)).toEqual(['notes.txt'])
  })
})
