import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Keychain } from '../../../src/adapters/keychain/keychain.js'
import type { KeyObject } from 'node:crypto'

import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import {
  changeVaultKey,
  describeVaultKey,
  type InitOptions,
  initVault,
  openVault,
  reveal,
  secret,
  type VaultError,
  type VaultKeyChange,
  type VaultOptions,
} from '../../../src/index.js'
import { left, makePlace, type Place, right } from './place.js'

const cost = 10
const phrase = 'correct horse battery'

/** A keychain in memory, which may be made to fail. */
const makeKeychain = () => {
  const entries = new Map<string, KeyObject>()
  const missing = { _tag: 'KeychainError', reason: 'missing', message: 'none' } as const
  let works = true
  const keychain: Keychain = {
    store: (account, key) =>
      TE.fromIO(() => {
        if (works) entries.set(account, key)
      }),
    lookup: (account) => () => {
      const key = entries.get(account)
      return Promise.resolve(works && key !== undefined ? ({ _tag: 'Right', right: key } as const) : ({ _tag: 'Left', left: missing } as const))
    },
    clear: (account) => TE.fromIO(() => void entries.delete(account)),
  }
  return { keychain, entries, breaks: () => void (works = false) }
}

let place: Place
let options: VaultOptions
let chain: ReturnType<typeof makeKeychain>
beforeEach(() => {
  place = makePlace()
  chain = makeKeychain()
  options = { ...place.options, overrides: { ...place.options.overrides, keychain: chain.keychain } }
})
afterEach(() => place.dispose())

const knowing = (text: string): VaultOptions => ({ ...options, passphrase: () => Promise.resolve(secret(text)) })

const begin = async ({ keySource, ...more }: Partial<InitOptions> = {}): Promise<string> => {
  const source = keySource === undefined ? {} : { keySource }
  const made = await right(initVault({ ...options, managementKey: place.managementKey, ...source, ...more }))
  const vault = await right(openVault({ ...options, ...more }))
  await right(vault.add('k'))
  await right(vault.close())
  return made.masterKeyFile ?? ''
}

const secretOf = async (given: VaultOptions = options): Promise<string> => {
  const vault = await right(openVault(given))
  const { secret: hidden } = await right(vault.get('k'))
  await right(vault.close())
  return reveal(hidden)
}

/** A vault opens without its key too; its secrets do not. */
const secretIn = (given: VaultOptions): TE.TaskEither<VaultError, unknown> =>
  TE.bracket(
    openVault(given),
    (vault) => vault.get('k'),
    (vault) => vault.close(),
  )

const eventsOf = async (given: VaultOptions = options): Promise<ReadonlyArray<string>> => {
  const vault = await right(openVault(given))
  const entries = await right(vault.history())
  await right(vault.close())
  return entries.filter(({ name }) => name === null).map(({ event }) => event)
}

const change = (wanted: VaultKeyChange, given: VaultOptions = options) => right(changeVaultKey(given, wanted))

describe('a new vault key in a file', () => {
  it('opens the vault, and the old file does not', async () => {
    const file = await begin()
    const before = await secretOf()
    const old = readFileSync(file)
    expect(await change({ to: 'rotate' })).toMatchObject({ source: 'key-file', masterKeyFile: file, rotated: true, left: [] })
    expect(await secretOf()).toBe(before)
    expect(await eventsOf()).toEqual(['VaultInitialised', 'VaultKeyRotated'])
    expect(readFileSync(file, 'utf8').match(/^lean-vault-key/gm)).toHaveLength(1)
    writeFileSync(file, old)
    expect(await left(secretIn(options))).toMatchObject({ reason: 'wrong-key' })
  })

  it('leaves what serves another vault too where it is, and says so', async () => {
    const masterKeyFile = join(place.folder, 'shared.key')
    const shared = { ...options, masterKeyFile }
    await right(initVault({ ...shared, managementKey: place.managementKey }))
    const second = { ...shared, home: join(place.folder, 'second') }
    await right(initVault({ ...second, managementKey: place.managementKey }))
    expect(await change({ to: 'rotate' }, shared)).toMatchObject({ left: [masterKeyFile] })
    for (const each of [shared, second]) await right((await right(openVault(each))).close())
    expect(await change({ to: 'passphrase', passphrase: secret(phrase), cost }, shared)).toMatchObject({ left: [masterKeyFile] })
    await right((await right(openVault(second))).close())
  })

  it('of two changes at once is one or the other: the vault opens', async () => {
    await begin()
    const before = await secretOf()
    const results = await Promise.all([1, 2, 3].map(() => changeVaultKey(options, { to: 'rotate' })()))
    expect(results.some(({ _tag }) => _tag === 'Right')).toBe(true)
    for (const result of results) if (result._tag === 'Left') expect(result.left).toMatchObject({ reason: 'locked' })
    expect(await secretOf()).toBe(before)
  })

  it('brings a new data key: who copied the vault and its old key opens nothing that is sealed later', async () => {
    await begin()
    const sealedBy = (): ReadonlyArray<string> => {
      const text = readFileSync(join(place.home, 'vault.db'), 'latin1')
      return [...new Set(text.match(/(?<=sealed)[0-9a-f]{16}/g) ?? [])]
    }
    expect(sealedBy()).toEqual([])
    const ring = async (): Promise<number> => (await import('../../../src/adapters/sqlite-log/sqlite-store.js'))
      .openSqliteStore({ folder: place.home, busyTimeout: 1000 as never, driver: 'auto' })()
      .then(async (store) => {
        if (store._tag === 'Left') throw new Error(store.left.message)
        const read = await store.right.keyRing.read()()
        await store.right.log.close()()
        return read._tag === 'Right' ? read.right.keys.length : 0
      })
    expect(await ring()).toBe(1)
    await change({ to: 'rotate' })
    expect(await ring()).toBe(2)
  })
})

describe('a passphrase', () => {
  it('makes the key of a new vault, which opens by it alone', async () => {
    expect(await begin({ keySource: { kind: 'passphrase', passphrase: secret(phrase), cost }, ...knowing(phrase) })).toBe('')
    expect(readdirSync(join(place.folder, 'user'), { recursive: true }).filter((name) => String(name).endsWith('.key'))).toEqual([])
    expect(await secretOf(knowing(phrase))).toMatch(/^sk-or-v1-/)
    expect(await secretOf({ ...options, env: { LEAN_VAULT_PASSPHRASE: phrase } })).toMatch(/^sk-or-v1-/)
    expect(await left(openVault(knowing(`${phrase}!`)))).toMatchObject({ _tag: 'VaultUnavailable', reason: 'wrong-passphrase' })
    expect(await left(secretIn(options))).toEqual({ _tag: 'PassphraseNeeded', of: 'vault', brokenOff: false })
  })

  it('is the same however its letters are composed', async () => {
    await begin({ keySource: { kind: 'passphrase', passphrase: secret('caf\u00e9 au lait'), cost }, ...knowing('cafe\u0301 au lait') })
  })

  it('takes the place of a key file, is changed, and gives way to a key file again', async () => {
    const file = await begin()
    const before = await secretOf()
    expect(await change({ to: 'passphrase', passphrase: secret(phrase), cost })).toMatchObject({ source: 'passphrase', masterKeyFile: null })
    expect(existsSync(file)).toBe(false)
    expect(await secretOf(knowing(phrase))).toBe(before)
    await change({ to: 'passphrase', passphrase: secret('another phrase'), cost }, knowing(phrase))
    expect(await left(openVault(knowing(phrase)))).toMatchObject({ reason: 'wrong-passphrase' })
    await change({ to: 'rotate' }, knowing('another phrase'))
    expect(await secretOf(knowing('another phrase'))).toBe(before)
    expect(await change({ to: 'key-file' }, knowing('another phrase'))).toMatchObject({ source: 'key-file', masterKeyFile: file })
    expect(await secretOf()).toBe(before)
    expect(await eventsOf()).toEqual(['VaultInitialised', 'VaultKeyMoved', 'VaultKeyRotated', 'VaultKeyRotated', 'VaultKeyMoved'])
  })

  it('that is too short is refused before anything is written', async () => {
    const short = { kind: 'passphrase', passphrase: secret('short'), cost } as const
    expect(await left(initVault({ ...options, managementKey: place.managementKey, keySource: short }))).toMatchObject({ _tag: 'InvalidInput' })
    expect(readdirSync(place.folder)).toEqual([])
    await begin()
    expect(await left(changeVaultKey(options, { ...short, to: 'passphrase' }))).toMatchObject({ _tag: 'InvalidInput' })
    // A lock with such a cost would be taken for a damaged one, and the vault would never open again.
    for (const refused of [9, 21, 12.5, Number.NaN])
      expect(await left(changeVaultKey(options, { to: 'passphrase', passphrase: secret(phrase), cost: refused }))).toMatchObject({ _tag: 'InvalidInput', field: 'cost' })
    expect(await secretOf()).toMatch(/^sk-or-v1-/)
  })
})

describe('changes of the vault key at once', () => {
  it('are all made, one upon the other', async () => {
    const keyFile = await begin()
    const before = await secretOf()
    const done = await Promise.all(Array.from({ length: 6 }, () => changeVaultKey(options, { to: 'rotate' })()))
    expect(done.map(({ _tag }) => _tag)).toEqual(done.map(() => 'Right'))
    expect((await eventsOf()).filter((type) => type === 'VaultKeyRotated')).toHaveLength(done.length)
    expect(await secretOf()).toBe(before)
    expect(readFileSync(keyFile, 'utf8').match(/[\w-]{43}/g)).toHaveLength(1)
  })
})

describe('the keychain', () => {
  it('keeps the key of a new vault, and after a rotation only the new one', async () => {
    await begin({ keySource: { kind: 'keychain' } })
    const before = await secretOf()
    const [first] = [...chain.entries.keys()]
    expect(await change({ to: 'rotate' })).toMatchObject({ source: 'keychain', left: [] })
    expect([...chain.entries.keys()]).toHaveLength(1)
    expect([...chain.entries.keys()]).not.toContain(first)
    expect(await secretOf()).toBe(before)
  })

  it('that does not work changes nothing', async () => {
    await begin()
    chain.breaks()
    expect(await left(changeVaultKey({ ...options, overrides: { ...options.overrides, keychain: { ...chain.keychain, store: () => TE.left({ _tag: 'KeychainError', reason: 'unavailable', message: 'off' }) } } }, { to: 'keychain' }))).toMatchObject({
      _tag: 'VaultUnavailable',
      reason: 'no-key',
    })
    expect(await eventsOf()).toEqual(['VaultInitialised'])
    await secretOf()
  })
})

describe('recipients', () => {
  const person = async (name: string) => {
    const identity = await generateX25519Identity()
    const file = join(place.folder, `${name}.identity`)
    writeFileSync(file, `# ${name}\n${identity}\n`, { mode: 0o600 })
    return { recipient: await identityToRecipient(identity), options: { ...options, masterKeyFile: join(place.folder, 'none'), identityFile: file } }
  }

  it('open the vault with their own identity and no key file', async () => {
    await begin()
    const before = await secretOf()
    const [ann, bob] = [await person('ann'), await person('bob')]
    expect(await left(secretIn(ann.options))).toMatchObject({ _tag: 'VaultUnavailable' })
    await change({ to: 'add-recipient', recipient: ann.recipient, label: 'Ann' })
    await change({ to: 'add-recipient', recipient: bob.recipient })
    for (const each of [ann.options, bob.options, options]) expect(await secretOf(each)).toBe(before)
    expect((await right(describeVaultKey(options))).recipients).toEqual([
      { recipient: ann.recipient, label: 'Ann' },
      { recipient: bob.recipient, label: null },
    ])
    expect(await eventsOf()).toEqual(['VaultInitialised', 'RecipientAdded', 'RecipientAdded'])
  })

  it('that are removed open it no more, the others do', async () => {
    await begin()
    const before = await secretOf()
    const [ann, bob] = [await person('ann'), await person('bob')]
    await change({ to: 'add-recipient', recipient: ann.recipient })
    await change({ to: 'add-recipient', recipient: bob.recipient })
    expect(await change({ to: 'remove-recipient', recipient: ann.recipient })).toMatchObject({ rotated: true })
    expect(await left(secretIn(ann.options))).toMatchObject({ _tag: 'VaultUnavailable' })
    expect(await secretOf(bob.options)).toBe(before)
    expect(await eventsOf(bob.options)).toEqual(['VaultInitialised', 'RecipientAdded', 'RecipientAdded', 'RecipientRemoved', 'VaultKeyRotated'])
  })

  it('do not lock the keeper of the key out: they rotate nothing that is kept elsewhere, but may take the vault over', async () => {
    await begin()
    const [ann, bob] = [await person('ann'), await person('bob')]
    await change({ to: 'add-recipient', recipient: ann.recipient })
    await change({ to: 'add-recipient', recipient: bob.recipient }, ann.options)
    for (const wanted of [{ to: 'rotate' }, { to: 'remove-recipient', recipient: bob.recipient }] as const)
      expect(await left(changeVaultKey(ann.options, wanted))).toMatchObject({ _tag: 'VaultUnavailable', reason: 'no-key' })
    await secretOf()
    await change({ to: 'passphrase', passphrase: secret(phrase), cost }, ann.options)
    expect(await left(changeVaultKey({ ...ann.options, ...knowing('wrong phrase'), identityFile: ann.options.identityFile }, { to: 'rotate' }))).toMatchObject({
      reason: 'wrong-passphrase',
    })
    await change({ to: 'rotate' }, { ...knowing(phrase), identityFile: ann.options.identityFile })
    for (const each of [bob.options, knowing(phrase)]) await secretOf(each)
  })

  it('are refused when they are none, there already, or not there', async () => {
    await begin()
    const ann = await person('ann')
    for (const recipient of ['age1nonsense', 'ssh-ed25519 AAAA', ''])
      expect(await left(changeVaultKey(options, { to: 'add-recipient', recipient }))).toMatchObject({ _tag: 'InvalidInput', field: 'recipient' })
    expect(await left(changeVaultKey(options, { to: 'remove-recipient', recipient: ann.recipient }))).toMatchObject({ _tag: 'InvalidInput' })
    await change({ to: 'add-recipient', recipient: ann.recipient })
    expect(await left(changeVaultKey(options, { to: 'add-recipient', recipient: ann.recipient }))).toMatchObject({ _tag: 'InvalidInput' })
  })

  it('that somebody wrote into the vault without its key make it refuse to open', async () => {
    await begin()
    const [ann, eve] = [await person('ann'), await person('eve')]
    await change({ to: 'add-recipient', recipient: ann.recipient })
    const { default: Database } = (await import('libsql')) as unknown as { default: new (file: string) => { exec: (sql: string) => void; close: () => void } }
    const database = new Database(join(place.home, 'vault.db'))
    database.exec(`UPDATE meta SET value = replace(value, '${ann.recipient}', '${eve.recipient}') WHERE name = 'lock'`)
    database.close()
    expect(await left(openVault(options))).toMatchObject({ _tag: 'VaultUnavailable', reason: 'corrupt' })
    expect(await left(changeVaultKey(options, { to: 'rotate' }))).toMatchObject({ reason: 'corrupt' })
  })

  it('are those of the age command too', async () => {
    try {
      execFileSync('age-keygen', ['-o', join(place.folder, 'cli.identity')], { stdio: 'ignore' })
    } catch {
      if (process.env['LEAN_VAULT_REQUIRE_ALL'] === '1') throw new Error('age-keygen is missing')
      console.warn('skipped: identities of age-keygen (age is not installed)')
      return
    }
    const text = readFileSync(join(place.folder, 'cli.identity'), 'utf8')
    await begin()
    await change({ to: 'add-recipient', recipient: /age1[0-9a-z]+/.exec(text)?.[0] ?? '' })
    expect(await secretOf({ ...options, masterKeyFile: join(place.folder, 'none'), identityFile: join(place.folder, 'cli.identity') })).toMatch(/^sk-or-v1-/)
  })
})
