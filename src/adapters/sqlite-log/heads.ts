import * as t from 'io-ts'
import * as E from 'fp-ts/lib/Either.js'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { Database } from './database.js'
import type { Row } from './driver.js'
import { unavailable } from './failure.js'
import type { DamagedHead, Guard, Heads, SealedEntry, StreamHead } from './guard.js'
import { packedRows, query } from './packed-rows.js'
import { textColumn, textIn } from './columns.js'

const allHeads = query(['version', 'sequence'], ['stream', 'hash', 'sealed', 'key_id', 'mac'], 'FROM heads')
const putHead = `INSERT INTO heads (stream, version, sequence, hash, sealed, key_id, mac) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (stream) DO UPDATE SET version = excluded.version, sequence = excluded.sequence, hash = excluded.hash,
sealed = excluded.sealed, key_id = excluded.key_id, mac = excluded.mac`

const newestKey = `SELECT ${textColumn('key_id')} FROM keyring ORDER BY position DESC LIMIT 1`

const entries = t.array(t.tuple([t.string, t.number, t.string]))

const sealedText = (sealed: ReadonlyArray<SealedEntry>): string =>
  JSON.stringify(sealed.map(({ owner, generation, digest }) => [owner, generation, digest]))

const parseSealed = (text: string): ReadonlyArray<SealedEntry> | null => {
  const parsed = E.tryCatch((): unknown => JSON.parse(text), () => null)
  const decoded = E.isRight(parsed) ? entries.decode(parsed.right) : null
  if (decoded === null || E.isLeft(decoded)) return null
  return decoded.right.map(([owner, generation, digest]) => ({ owner, generation, digest }))
}

/** What is authenticated of a head. */
const headText = ({ stream, version, sequence, hash }: StreamHead, sealed: string): string =>
  `lean-vault stream head 1\n${JSON.stringify([stream, version, sequence, hash, sealed])}`

const headOf = (row: Row): { readonly head: StreamHead; readonly text: string } | null => {
  const { version, sequence } = row
  const [stream, hash, sealed] = [textIn(row['stream']), textIn(row['hash']), textIn(row['sealed'])]
  if (stream === null || hash === null || sealed === null) return null
  if (typeof version !== 'number' || typeof sequence !== 'number') return null
  const secrets = parseSealed(sealed)
  if (secrets === null) return null
  const head = { stream, version, sequence, hash, sealed: secrets }
  return { head, text: headText(head, sealed) }
}

const isAuthentic = ({ authenticator }: Guard, row: Row, text: string): boolean => {
  const [keyId, mac] = [textIn(row['key_id']), textIn(row['mac'])]
  if (authenticator === null) return true
  return keyId !== null && mac !== null && authenticator.tag(keyId, text) === mac
}

export const isDamaged = (head: StreamHead | DamagedHead): head is DamagedHead => 'damaged' in head

/** All heads with what they come to together. */
export const headsOf = (stamp: number, all: Heads['all'], texts: Heads['texts']): Heads => {
  let [counted, last, damaged] = [0, 0, false]
  for (const head of all.values()) {
    if (isDamaged(head)) damaged = true
    else {
      counted += head.version
      last = Math.max(last, head.sequence)
    }
  }
  const whole = counted === last ? 'complete' : 'incomplete'
  return { stamp, all, texts, completeness: damaged ? 'unknown' : whole, last }
}

const headsIn = (guard: Guard, stamp: number, rows: ReadonlyArray<Row>): Heads => {
  const all = new Map<string, StreamHead | DamagedHead>()
  const texts = new Map<string, string>()
  for (const row of rows) {
    const read = headOf(row)
    const known = [read?.text, textIn(row['key_id']), textIn(row['mac'])].join('\n')
    if (read !== null && (guard.heads?.texts.get(read.head.stream) === known || isAuthentic(guard, row, read.text))) {
      all.set(read.head.stream, read.head)
      if (guard.authenticator !== null) texts.set(read.head.stream, known)
    } else {
      const stream = textIn(row['stream']) ?? 'a stream whose name cannot be read'
      all.set(stream, { stream, damaged: true })
    }
  }
  return headsOf(stamp, all, texts)
}

const load = (database: Database, stamp: number): Heads => {
  const { guard } = database
  const packed = packedRows(database, allHeads)
  const heads = packed === null ? null : headsIn(guard, stamp, packed)
  return heads !== null && heads.completeness !== 'unknown' ? heads : headsIn(guard, stamp, database.statement(allHeads.plain).all())
}

/** Every change of the vault key brings a newer data key, which authenticates what is written from then on. */
const isOutdated = (database: Database): boolean => {
  const { authenticator } = database.guard
  const keyId = authenticator === null ? null : textIn(database.statement(newestKey).get()?.['key_id'])
  return authenticator !== null && keyId !== null && authenticator.tag(keyId, '') === null
}

/** All heads as the transaction that is open sees them. It throws what the driver throws. */
export const headsNow = (database: Database): Heads => {
  const stamp = Number(database.statement('PRAGMA data_version').get()?.['data_version'])
  const { guard } = database
  if (guard.heads?.stamp === stamp) return guard.heads
  guard.outdated = isOutdated(database)
  guard.heads = load(database, stamp)
  return guard.heads
}

export const incomplete: LogUnavailable = unavailable(
  'corrupt',
  'The vault file is damaged: records are missing, and it cannot be told of which stream. lean-vault audit verify says more.',
)

export const damagedHead = (stream: string): LogUnavailable =>
  unavailable('corrupt', `The vault file is damaged: the end of ${stream} is not authentic.`)

/** The head of a stream for a write: a new one where there is none, a refusal where nothing can be said. */
export const headForWrite = (heads: Heads, stream: string): E.Either<LogUnavailable, StreamHead> => {
  const head = heads.all.get(stream)
  if (head !== undefined) return isDamaged(head) ? E.left(damagedHead(stream)) : E.right(head)
  if (heads.completeness !== 'complete') return E.left(incomplete)
  return E.right({ stream, version: 0, sequence: 0, hash: '', sealed: [] })
}

/** Writes a head, authenticated. It throws what the driver throws. */
export const writeHead = (database: Database, head: StreamHead): E.Either<LogUnavailable, void> => {
  const { authenticator } = database.guard
  if (authenticator === null) return E.left(locked)
  const sealed = sealedText(head.sealed)
  const mac = authenticator.tag(authenticator.current, headText(head, sealed))
  if (mac === null) return E.left(locked)
  const { stream, version, sequence, hash } = head
  return E.right(database.statement(putHead).run(stream, version, sequence, hash, sealed, authenticator.current, mac))
}

/** Without its keys the log can be read and not written. */
export const locked: LogUnavailable = unavailable('no-key', 'Nothing can be written without the vault key, for nothing could be proven of it.')

/** Somebody has changed the vault key, so that new facts are proven by a key that is not had. */
export const newerKey: LogUnavailable = unavailable('newer-key', 'Its keys were changed since it was opened.')

/** Refuses to judge with keys that are not all of the vault's. Within a transaction that is open. */
export const withAllKeys = <Refusal, A>(database: Database, work: () => E.Either<Refusal, A>): E.Either<Refusal | LogUnavailable, A> => {
  const { guard } = database
  if (guard.authenticator === null) return work()
  headsNow(database)
  return guard.outdated ? E.left(newerKey) : work()
}
