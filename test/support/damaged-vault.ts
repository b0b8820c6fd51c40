import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'

import { makeHeadFile } from '../../src/adapters/head-file/head-file.js'
import { readKeyFileNow } from '../../src/adapters/key-file/read-key-file.js'
import { unwrapRing } from '../../src/adapters/sealing/key-ring.js'
import { makeLogAuthenticator } from '../../src/adapters/sealing/log-authenticator.js'
import { makeSealer } from '../../src/adapters/sealing/sealer.js'
import type { Driver } from '../../src/adapters/sqlite-log/driver.js'
import { openWith, type SqliteStore } from '../../src/adapters/sqlite-log/sqlite-store.js'
import type { SecretRef } from '../../src/application/ports/event-log.js'
import { reveal } from '../../src/application/secret.js'
import type { Millis } from '../../src/domain/shared/instant.js'

/** The files of a vault, its key and its head among them. */
export type Files = Readonly<Record<string, Buffer>>

/** All that a vault tells: each stream's records and each secret, as text; null where it refuses to tell. */
interface Told {
  readonly streams: Readonly<Record<string, string | null>>
  readonly secrets: Readonly<Record<string, string | null>>
  readonly names: string | null
  readonly all: string | null
}

/** What became of a damaged vault. `refused`: it does not open. `found`: the audit names damage. `harmless`: all is as before. */
export type Fate = 'refused' | 'found' | 'harmless'

const vaultFiles = ['vault.db', 'vault.db-wal']
const golden = join(import.meta.dirname, '../adapters/sqlite-log/golden/format-2')
const home = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export const newFolder = (): string => mkdtempSync(join(home, 'lean-vault-damage-'))

/** A vault of five keys, its key and its head; in one file, or with all that the last commits wrote still in the write-ahead log. */
export const wholeVault = (): Files =>
  Object.fromEntries(['vault.db', 'vault.key', 'vault.head'].map((name) => [name, readFileSync(join(golden, name))]))

let places = 0

/** New files each time: a connection that is not collected yet must not share anything with the next one. */
const place = (folder: string, files: Files): string => {
  places += 1
  const own = join(folder, `v${places}`)
  mkdirSync(own, { mode: 0o700 })
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(own, name), bytes, { mode: 0o600 })
  return own
}

const textOf = async (task: () => Promise<E.Either<unknown, unknown>>): Promise<string | null> => {
  const answer = await task()
  return E.isRight(answer) ? JSON.stringify(answer.right) : null
}

interface Opened {
  readonly store: SqliteStore
  readonly ring: Parameters<typeof makeSealer>[0]
}

const open = async (driver: Driver, folder: string): Promise<Opened | null> => {
  const store = openWith(driver, { folder, busyTimeout: 50 as Millis }, null)
  if (E.isLeft(store)) return null
  const keys = readKeyFileNow(join(folder, 'vault.key'))
  const wrapped = await store.right.keyRing.read()()
  const ring = E.isRight(keys) && E.isRight(wrapped) ? unwrapRing(keys.right[0], store.right.info.vaultId, wrapped.right) : null
  if (ring !== null && E.isRight(ring)) return { store: store.right, ring: ring.right }
  await store.right.log.close()()
  return null
}

const proofsIn = (folder: string, { store, ring }: Opened) => {
  const by = makeLogAuthenticator(ring, store.info.vaultId)
  return { by, keeper: makeHeadFile(join(folder, 'vault.head'), by) }
}

const tell = async ({ store: { log }, ring }: Opened, streams: ReadonlyArray<string>, refs: ReadonlyArray<SecretRef>): Promise<Told> => {
  const sealer = makeSealer(ring)
  const told: { streams: Record<string, string | null>; secrets: Record<string, string | null> } = { streams: {}, secrets: {} }
  for (const stream of streams) told.streams[stream] = await textOf(log.read(stream))
  for (const ref of refs) {
    const sealed = await log.sealed(ref)()
    const opened = E.isRight(sealed) && sealed.right !== null ? await sealer.open(sealed.right)() : null
    told.secrets[JSON.stringify(ref)] = opened !== null && E.isRight(opened) ? reveal(opened.right) : null
  }
  return { ...told, names: await textOf(log.streams('')), all: await textOf(log.readAll(0, 1000)) }
}

/** What is known of a vault that is whole. */
export interface Known {
  readonly streams: ReadonlyArray<string>
  readonly refs: ReadonlyArray<SecretRef>
  readonly told: Told
}

export const learn = async (driver: Driver, folder: string, files: Files): Promise<Known> => {
  const own = place(folder, files)
  const opened = await open(driver, own)
  const streams = opened === null ? null : await opened.store.log.streams('')()
  if (opened === null || streams === null || E.isLeft(streams)) throw new Error('the whole vault does not open')
  const connection = driver.open(join(own, 'vault.db'))
  const refs = connection
    .prepare('SELECT stream, owner, generation FROM sealed')
    .all()
    .map((row) => ({ stream: String(row['stream']), owner: String(row['owner']), generation: Number(row['generation']) }))
  connection.close()
  const told = await tell(opened, streams.right, refs)
  await opened.store.log.close()()
  rmSync(own, { recursive: true })
  return { streams: streams.right, refs, told }
}

const lies = (before: Readonly<Record<string, string | null>>, now: Readonly<Record<string, string | null>>): ReadonlyArray<string> =>
  Object.entries(now).flatMap(([name, text]) => (text === null || text === before[name] ? [] : [name]))

/** Puts damaged files in a folder of their own, and holds everything that the vault still tells against what it told. */
export const tryDamage = async (driver: Driver, folder: string, files: Files, { streams, refs, told }: Known): Promise<Fate> => {
  const own = place(folder, files)
  const opened = await open(driver, own)
  if (opened === null) {
    rmSync(own, { recursive: true })
    return 'refused'
  }
  const { by, keeper } = proofsIn(own, opened)
  const audit = await opened.store.audit(by, keeper, null)()
  const now = await tell(opened, streams, refs)
  await opened.store.log.close()()
  rmSync(own, { recursive: true })
  if (E.isLeft(audit)) return 'refused'
  const { damage } = audit.right
  const wrong = [...lies(told.streams, now.streams), ...lies(told.secrets, now.secrets)]
  // A vault that was put back may tell less, as long as the audit says so.
  const isOlder = damage.some(({ where }) => ['sealed head', 'log', 'file'].includes(where))
  if (wrong.length > 0 && !isOlder) throw new Error(`told something else without saying so: ${wrong.join(', ')}`)
  if (lies(told.secrets, now.secrets).length > 0) throw new Error('told a wrong secret')
  const silent = streams.filter((stream) => now.streams[stream] === null && !isOlder && !damage.some(({ where }) => where === stream))
  if (silent.length > 0) throw new Error(`lost without being named: ${silent.join(', ')}`)
  if (damage.length > 0) return 'found'
  if (JSON.stringify(now) !== JSON.stringify(told)) throw new Error('called intact, and tells something else')
  return 'harmless'
}

/** A vault of which the last commits are still in the write-ahead log, as a killed process leaves it. */
export const killedVault = async (driver: Driver, folder: string): Promise<Files> => {
  const own = place(folder, wholeVault())
  const opened = await open(driver, own)
  if (opened === null) throw new Error('the whole vault does not open')
  const { by, keeper } = proofsIn(own, opened)
  await opened.store.authenticate(by, keeper)()
  const { log } = opened.store
  for (const stream of ['key/alpha', 'key/beta', 'key/alpha']) {
    const records = await log.read(stream)()
    if (E.isLeft(records)) throw new Error('the whole vault cannot be read')
    const last = records.right[records.right.length - 1]
    if (last === undefined) throw new Error('a stream is empty')
    const commit = { appends: [{ stream, expectedVersion: last.version, records: [last] as const }], seal: [] } as const
    if (E.isLeft(await log.commit(commit)())) throw new Error('the whole vault cannot be written')
  }
  const names = [...vaultFiles, 'vault.key', 'vault.head'].filter((name) => readdirSync(own).includes(name))
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(own, name))]))
  await log.close()()
  return files
}
