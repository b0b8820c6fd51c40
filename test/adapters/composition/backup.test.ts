import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { packBackup, unpackBackup } from '../../../src/adapters/backup/container.js'
import {
  backupVault,
  changeVaultKey,
  type InitOptions,
  initVault,
  openVault,
  type RestoreOptions,
  restoreVault,
  reveal,
  secret,
  type VaultOptions,
} from '../../../src/index.js'
import { left, makePlace, type Place, right } from './place.js'

const cost = 10
const backupPassphrase = secret('for the backup')

let place: Place
let file: string
beforeEach(() => {
  place = makePlace()
  file = join(place.folder, 'vault.age')
})
afterEach(() => place.dispose())

const begin = async (more: Partial<InitOptions> = {}): Promise<string> => {
  await right(initVault({ ...place.options, managementKey: place.managementKey, ...more }))
  return addKey('k', { ...place.options, ...more })
}

const elsewhereOnly = new Set(['file', 'backupPassphrase', 'keyBesideData', 'keySource'])

/** Opens with the options of an init or a restore too, as far as opening takes them. */
const openAt = (options: VaultOptions | RestoreOptions) =>
  openVault(Object.fromEntries(Object.entries(options).filter(([name]) => !elsewhereOnly.has(name))))

const addKey = async (name: string, options: VaultOptions = place.options): Promise<string> => {
  const vault = await right(openAt(options))
  await right(vault.add(name))
  const { secret: hidden } = await right(vault.get(name))
  await right(vault.close())
  return reveal(hidden)
}

const backup = (options: VaultOptions = place.options) => right(backupVault({ ...options, file, backupPassphrase, cost }))

/** Another machine: its own folders, the same OpenRouter. */
const elsewhere = (name = 'elsewhere'): RestoreOptions => ({
  ...place.options,
  home: join(place.folder, name, 'vault'),
  userFolder: join(place.folder, name, 'user'),
  file,
  backupPassphrase,
})

const secretOf = async (options: VaultOptions | RestoreOptions): Promise<string> => {
  const vault = await right(openAt(options))
  const { secret: hidden } = await right(vault.get('k'))
  await right(vault.close())
  return reveal(hidden)
}

const onlyBackup = (): ReadonlyArray<string> => readdirSync(place.folder).filter((name) => name.includes('vault.age') || name.includes('partial'))

describe('a backup', () => {
  it('makes a vault on an empty machine, and the vault says so', async () => {
    const own = await begin()
    const made = await backup()
    expect(made).toMatchObject({ file, sealedFor: 'passphrase', bytes: statSync(file).size })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(onlyBackup()).toEqual(['vault.age'])
    const there = elsewhere()
    const restored = await right(restoreVault(there))
    expect(restored).toMatchObject({ vault: made.vault, epoch: 2, home: there.home, masterKeyFile: join(place.folder, 'elsewhere/user/.config/lean-vault', `${made.vault}.key`) })
    expect(await secretOf(there)).toBe(own)
    const vault = await right(openAt(there))
    expect(await right(vault.history())).toEqual(expect.arrayContaining([expect.objectContaining({ event: 'VaultRestored' })]))
    expect(await right(vault.reconcile())).toMatchObject({ unheld: [], outstanding: [] })
    expect(await right(vault.add('later'))).toMatchObject({ outcome: 'added' })
    await right(vault.close())
    expect(readdirSync(join(place.folder, 'elsewhere')).sort()).toEqual(['user', 'vault'])
  })

  it('is sealed for recipients as well, and opens for each of them and nobody else', async () => {
    const own = await begin()
    const people = await Promise.all([1, 2, 3].map(() => generateX25519Identity()))
    const files = people.map((identity, n) => {
      const path = join(place.folder, `${n}.identity`)
      writeFileSync(path, `${identity}\n`, { mode: 0o600 })
      return path
    })
    const recipients = await Promise.all(people.slice(0, 2).map(identityToRecipient))
    expect(await right(backupVault({ ...place.options, file, recipients }))).toMatchObject({ sealedFor: 'recipients' })
    for (const [n, identityFile] of files.slice(0, 2).entries()) {
      const there = { ...elsewhere(`of-${n}`), identityFile }
      await right(restoreVault(there))
      expect(await secretOf(there)).toBe(own)
    }
    for (const identityFile of [files[2] ?? '', ''])
      expect(await left(restoreVault({ ...elsewhere('nobody'), identityFile }))).toEqual({ _tag: 'BackupUnusable', reason: 'does-not-open', file })
    expect(existsSync(join(place.folder, 'nobody'))).toBe(false)
  })

  it.each([
    ['a key beside the data', { keyBesideData: true }, {}],
    ['a passphrase', { keySource: { kind: 'passphrase', passphrase: secret('of the vault'), cost } }, { env: { LEAN_VAULT_PASSPHRASE: 'of the vault' } }],
  ] as const)('of a vault with %s opens as that vault did', async (_, init, open) => {
    const own = await begin({ ...init, ...open })
    await backup({ ...place.options, ...open })
    const there = { ...elsewhere(), ...open }
    await right(restoreVault(there))
    expect(await secretOf(there)).toBe(own)
    expect(existsSync(join(place.folder, 'elsewhere/user'))).toBe(false)
  })

  it('adds its key to a key file that has gone on to another one', async () => {
    const own = await begin()
    await backup()
    await right(changeVaultKey(place.options, { to: 'rotate' }))
    const there = { ...elsewhere(), userFolder: place.options.userFolder ?? '' }
    await right(restoreVault(there))
    expect(await secretOf(there)).toBe(own)
    expect(await secretOf(place.options)).toBe(own)
  })

  it('replaces an old one only when told, and in one step', async () => {
    await begin()
    writeFileSync(file, 'mine')
    expect(await left(backupVault({ ...place.options, file, backupPassphrase, cost }))).toEqual({ _tag: 'BackupUnusable', reason: 'exists', file })
    expect(readFileSync(file, 'utf8')).toBe('mine')
    await right(backupVault({ ...place.options, file, backupPassphrase, cost, overwrite: true }))
    await right(restoreVault(elsewhere()))
    expect(onlyBackup()).toEqual(['vault.age'])
  })

  it('is of one moment, while others write', async () => {
    await begin()
    const over = new AbortController()
    const writing = (async () => {
      for (let n = 0; !over.signal.aborted; n += 1) await addKey(`w${n}`)
    })()
    for (let n = 0; n < 4; n += 1) {
      await right(backupVault({ ...place.options, file, backupPassphrase, cost, overwrite: true }))
      const there = elsewhere(`copy-${n}`)
      await right(restoreVault(there))
      const vault = await right(openAt(there))
      expect((await right(vault.list())).length).toBeGreaterThan(0)
      await right(vault.close())
    }
    over.abort()
    await writing
  })

  it('asks for a passphrase, and takes none that is too short', async () => {
    await begin()
    expect(await left(backupVault({ ...place.options, file }))).toEqual({ _tag: 'PassphraseNeeded', of: 'backup', brokenOff: false })
    expect(await left(backupVault({ ...place.options, file, backupPassphrase: secret('short'), cost }))).toMatchObject({ _tag: 'InvalidInput' })
    // Age opens nothing dearer than 2^20.
    expect(await left(backupVault({ ...place.options, file, backupPassphrase, cost: 21 }))).toMatchObject({ _tag: 'InvalidInput', field: 'cost' })
    expect(await left(backupVault({ ...place.options, file, recipients: ['age1nonsense'] }))).toMatchObject({ _tag: 'InvalidInput', field: 'recipient' })
    expect(onlyBackup()).toEqual([])
  })
})

describe('a vault that was lost and restored', () => {
  it('opens where it was, though more of it is remembered, and owes a decision on each key that was made after the backup', async () => {
    const own = await begin()
    await backup()
    await addKey('later')
    rmSync(place.home, { recursive: true })
    await right(restoreVault({ ...place.options, file, backupPassphrase }))
    expect(await secretOf(place.options)).toBe(own)
    const vault = await right(openAt(place.options))
    const found = await right(vault.reconcile({ dryRun: true }))
    expect(found.unheld).toHaveLength(1)
    expect(await right(vault.reconcile())).toMatchObject({ outstanding: [{ name: 'later', pending: ['revocation'] }] })
    expect(await right(vault.reconcile({ revoke: found.unheld[0]?.hash ?? '' }))).toMatchObject({ outstanding: [] })
    expect(await right(vault.reconcile())).toMatchObject({ unheld: [], outstanding: [] })
    await right(vault.close())
  })
})

describe('restore', () => {
  const nothingWritten = (): void => expect(existsSync(join(place.folder, 'elsewhere'))).toBe(false)

  it('never touches what is there', async () => {
    await begin()
    await backup()
    const before = readFileSync(join(place.home, 'vault.db'))
    expect(await left(restoreVault({ ...place.options, file, backupPassphrase }))).toEqual({ _tag: 'VaultExists', place: place.home })
    expect(readFileSync(join(place.home, 'vault.db')).equals(before)).toBe(true)
    mkdirSync(join(place.folder, 'elsewhere/vault'), { recursive: true })
    await right(restoreVault(elsewhere()))
  })

  it('opens with its own passphrase only', async () => {
    await begin()
    await backup()
    expect(await left(restoreVault({ ...elsewhere(), backupPassphrase: secret('another one') }))).toEqual({ _tag: 'BackupUnusable', reason: 'does-not-open', file })
    expect(await left(restoreVault({ ...elsewhere(), file: `${file}2` }))).toEqual({ _tag: 'BackupUnusable', reason: 'missing', file: `${file}2` })
    nothingWritten()
  })

  it('writes nothing of a backup that was changed or cut anywhere', async () => {
    await begin()
    const identity = await generateX25519Identity()
    const identityFile = join(place.folder, 'identity')
    writeFileSync(identityFile, `${identity}\n`, { mode: 0o600 })
    await right(backupVault({ ...place.options, file, recipients: [await identityToRecipient(identity)] }))
    const whole = readFileSync(file)
    const step = Math.floor(whole.length / 60)
    const tried = [...Array.from({ length: 220 }, (_, n) => n), ...Array.from({ length: 60 }, (_, n) => 220 + n * step)].filter((at) => at < whole.length)
    for (const at of tried) {
      writeFileSync(file, Buffer.from(whole.map((byte, n) => (n === at ? byte ^ 1 : byte))))
      const flipped = await left(restoreVault({ ...elsewhere(), identityFile }))
      expect(['BackupUnusable', 'PassphraseNeeded'], `byte ${at}`).toContain(flipped._tag)
    }
    for (const length of [...Array.from({ length: 20 }, (_, n) => n * Math.floor(whole.length / 20)), whole.length - 1]) {
      writeFileSync(file, whole.subarray(0, length))
      expect((await left(restoreVault({ ...elsewhere(), identityFile })))._tag, `cut at ${length}`).toBe('BackupUnusable')
    }
    nothingWritten()
  }, 60_000)
})

describe('the inside of a backup', () => {
  const parts = new Map([
    ['a', Buffer.from('one')],
    ['b', Buffer.alloc(0)],
    ['c', Buffer.from('{"x":1}\n')],
  ])
  const packed = packBackup({ vault: 'v', madeAt: '2026-02-01T00:00:00.000Z', parts })

  it('is read back as it was', () => {
    const read = unpackBackup(packed)
    expect(read).toMatchObject({ right: { vault: 'v', madeAt: '2026-02-01T00:00:00.000Z' } })
    expect(read._tag === 'Right' && [...read.right.parts].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([...parts].map(([name, bytes]) => [name, bytes.toString()]))
  })

  it('is refused when a byte of a part is changed, missing or too many, and when it is of a newer version', () => {
    const from = packed.indexOf(10) + 1
    for (let at = from; at < packed.length; at += 1)
      expect(unpackBackup(packed.map((byte, n) => (n === at ? byte ^ 4 : byte)))).toMatchObject({ left: { reason: 'damaged' } })
    for (let length = 0; length < packed.length; length += 1) expect(unpackBackup(packed.slice(0, length))).toMatchObject({ left: { reason: 'damaged' } })
    expect(unpackBackup(Buffer.concat([packed, Buffer.from('x')]))).toMatchObject({ left: { reason: 'damaged' } })
    const newer = Buffer.from(Buffer.from(packed).toString('latin1').replace('"version":1', '"version":2'), 'latin1')
    expect(unpackBackup(newer)).toMatchObject({ left: { reason: 'newer-format' } })
  })
})
