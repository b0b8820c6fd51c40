import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import * as TE from 'fp-ts/lib/TaskEither.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { createSqliteStore } from '../../../src/adapters/sqlite-log/sqlite-store.js'
import { auditVault, type HttpTransport, type InitOptions, initVault, openVault, secret, type VaultId } from '../../../src/index.js'
import { drivers } from '../sqlite-log/fresh-folder.js'
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
    expect(await left(initVault({ ...options, forceNew: true }))).toMatchObject({ _tag: 'KeysHeld', count: 1, keys: [{ hashes: [expect.stringMatching(/^[0-9a-f]{64}$/)] }] })
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
    expect(await left(initVault({ ...options, forceNew: true, overrides: { transport } }))).toMatchObject({ _tag: 'KeysHeld', count: 1, keys: [{ hashes: [expect.stringMatching(/^[0-9a-f]{64}$/)] }] })
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

  describe('of a vault whose key is lost', () => {
    const lose = async (): Promise<string> => {
      const made = await right(initVault(options))
      const vault = await right(openVault(place.options))
      await right(vault.add('k'))
      const { hash } = await right(vault.show('k'))
      await right(vault.close())
      rmSync(made.masterKeyFile ?? '')
      return hash ?? ''
    }

    it('is refused while it holds a key, and tells which', async () => {
      const hash = await lose()
      expect(await left(initVault({ ...options, forceNew: true }))).toMatchObject({ _tag: 'KeysHeld', keys: [{ name: 'k', state: 'active', hashes: [hash] }] })
      expect(readdirSync(place.folder).filter((name) => name.startsWith('vault'))).toEqual(['vault'])
    })

    it('sets it aside by leaveKeysAlive, and names each key by the hash that revokes it', async () => {
      const hash = await lose()
      const made = await right(initVault({ ...options, forceNew: true, leaveKeysAlive: true }))
      expect(made).toMatchObject({ leftAlive: [{ name: 'k', state: 'active', hashes: [hash] }], oldDamaged: false })
      expect(existsSync(join(made.setAside ?? '', 'vault.db'))).toBe(true)
      const vault = await right(openVault(place.options))
      expect(await right(vault.list({ all: true }))).toEqual([])
      expect(await right(vault.add('k'))).toMatchObject({ outcome: 'added' })
      await right(vault.close())
      const old = await right(openVault({ ...place.options, home: made.setAside ?? '' }))
      expect(await right(old.list())).toMatchObject([{ name: 'k', hash }])
      await right(old.close())
    })

    it('is not done by leaveKeysAlive alone', async () => {
      expect(await left(initVault({ ...options, leaveKeysAlive: true }))).toMatchObject({ _tag: 'InvalidInput', field: 'leaveKeysAlive' })
    })
  })

  describe('of a damaged vault', () => {
    const inOneStream = (): void => {
      const connection = drivers[0]?.open(join(place.home, 'vault.db'))
      connection?.exec("DROP TRIGGER events_are_not_changed; UPDATE events SET at = at + 1 WHERE stream = 'key/a' AND version = 2")
      connection?.close()
    }
    const everywhere = (): void => {
      for (const name of readdirSync(place.home)) rmSync(join(place.home, name))
      writeFileSync(join(place.home, 'vault.db'), 'nothing that SQLite knows'.repeat(300), { mode: 0o600 })
    }

    it.each([
      ['in one stream', inOneStream, ['b']],
      ['everywhere', everywhere, []],
    ] as const)('(%s) is refused, and done by leaveKeysAlive with what can be read', async (_, spoil, readable) => {
      await right(initVault(options))
      const vault = await right(openVault(place.options))
      for (const name of ['a', 'b']) await right(vault.add(name))
      await right(vault.close())
      spoil()
      expect(await left(initVault({ ...options, forceNew: true }))).toMatchObject({ _tag: 'VaultUnavailable', reason: 'corrupt' })
      const made = await right(initVault({ ...options, forceNew: true, leaveKeysAlive: true }))
      expect(made).toMatchObject({ oldDamaged: true })
      expect(made.leftAlive.map(({ name }) => name)).toEqual(readable)
      await right((await right(openVault(place.options))).close())
    })
  })

  it('sets a head in a place of its own aside too: it is the old vault that it remembers', async () => {
    const headFile = join(place.folder, 'own.head')
    await right(initVault({ ...options, headFile }))
    await right(initVault({ ...options, headFile, forceNew: true }))
    expect(readdirSync(place.folder).filter((name) => name.startsWith('own.head')).length).toBe(2)
    expect(await right(auditVault({ ...place.options, headFile }))).toMatchObject({ sealedHead: 'matches', damage: [] })
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
