import * as E from 'fp-ts/lib/Either.js'

import type {
  Commit,
  EventRecord,
  LogUnavailable,
  NewRecord,
  SealedSecret,
  StreamAppend,
  VersionConflict,
} from '../../application/ports/event-log.js'
import type { LogHead } from '../../application/ports/log-proof.js'
import { hashOf, recordText, sealedDigest } from './chain.js'
import type { Database } from './database.js'
import { isTaken, unavailable } from './failure.js'
import type { Heads, StreamHead } from './guard.js'
import { headForWrite, headsNow, headsOf, locked, withAllKeys, writeHead } from './heads.js'
import { endOfLog } from './log-end.js'
import { inTransaction } from './transaction.js'

const insertProof = 'INSERT INTO proofs (sequence, previous, hash, key_id, mac) VALUES (?, ?, ?, ?, ?)'
const insertEvent = 'INSERT INTO events (sequence, stream, version, type, schema, at, data) VALUES (?, ?, ?, ?, ?, ?, ?)'
const insertSealed = 'INSERT INTO sealed (stream, owner, generation, key_id, bytes) VALUES (?, ?, ?, ?, ?)'
const sameEvent =
  'SELECT 1 FROM events WHERE stream = ? AND version = ? AND type = ? AND schema = ? AND at = ? AND data = ?'

type Refusal = VersionConflict | LogUnavailable

/** What a write within one transaction has come to: the end of the log and the heads that it changes. */
interface Writing {
  readonly heads: Heads
  readonly changed: Map<string, StreamHead>
  end: LogHead
}

/** SQLite's text ends at NUL for some drivers, and half a character is stored as another one. */
const notText = /[\0\p{Surrogate}]/u

const conflict = (stream: string): VersionConflict => ({ _tag: 'VersionConflict', stream })

const headIn = ({ heads, changed }: Writing, stream: string): E.Either<LogUnavailable, StreamHead> => {
  const head = changed.get(stream)
  return head === undefined ? headForWrite(heads, stream) : E.right(head)
}

const unproven = (stream: string): LogUnavailable =>
  unavailable('corrupt', `The vault file is damaged: ${stream} holds a record that nothing vouches for.`)

const insertOrRefuse = (database: Database, insert: () => void, refusal: Refusal): E.Either<Refusal, void> => {
  try {
    return E.right(insert())
  } catch (error) {
    if (isTaken(database.driver, error)) return E.left(refusal)
    throw error
  }
}

/** Proof first: the table of events takes no record that has none. */
const insertRecord = (database: Database, previous: string, record: EventRecord): E.Either<Refusal, LogHead> => {
  const { authenticator } = database.guard
  const hash = hashOf(previous, record)
  const mac = authenticator?.tag(authenticator.current, recordText(hash)) ?? null
  if (authenticator === null || mac === null) return E.left(locked)
  const { sequence, stream, version, type, schema, at, data } = record
  const insert = (): void => {
    database.statement(insertProof).run(sequence, previous, hash, authenticator.current, mac)
    database.statement(insertEvent).run(sequence, stream, version, type, schema, at, data)
  }
  return E.map(() => ({ sequence, hash }))(insertOrRefuse(database, insert, unproven(stream)))
}

const append = (database: Database, writing: Writing, { stream, expectedVersion, records }: StreamAppend): E.Either<Refusal, void> => {
  const head = headIn(writing, stream)
  if (E.isLeft(head)) return head
  if (head.right.version !== expectedVersion) return E.left(conflict(stream))
  let version = expectedVersion
  for (const record of records) {
    version += 1
    const sequence = writing.end.sequence + 1
    const done = insertRecord(database, writing.end.hash, { ...record, sequence, stream, version })
    if (E.isLeft(done)) return done
    writing.end = done.right
  }
  writing.changed.set(stream, { ...head.right, version, ...writing.end })
  return E.right(undefined)
}

const seal = (database: Database, writing: Writing, { ref, keyId, bytes }: SealedSecret): E.Either<Refusal, void> => {
  const head = headIn(writing, ref.stream)
  if (E.isLeft(head)) return head
  const { stream, owner, generation } = ref
  const insert = () => database.statement(insertSealed).run(stream, owner, generation, keyId, bytes)
  const entry = { owner, generation, digest: sealedDigest({ keyId, bytes }) }
  writing.changed.set(stream, { ...head.right, sealed: [...head.right.sealed, entry] })
  return insertOrRefuse(database, insert, unavailable('io', 'A secret is already sealed at this place.'))
}

const firstLeft = <Error>(steps: ReadonlyArray<() => E.Either<Error, void>>): E.Either<Error, void> => {
  for (const step of steps) {
    const done = step()
    if (E.isLeft(done)) return done
  }
  return E.right(undefined)
}

/** What must be told of once the transaction is done: the heads as they are then, and the end of the log. */
export interface Written {
  readonly heads: Heads
  readonly end: LogHead
}

/**
 * Appends and seals within a transaction that is open already; the first refusal is the answer. Call `wrote` when the
 * transaction is done: until then this connection knows nothing for certain.
 */
export const writeAll = (
  database: Database,
  appends: ReadonlyArray<StreamAppend>,
  secrets: ReadonlyArray<SealedSecret>,
): E.Either<Refusal, Written> => {
  const heads = headsNow(database)
  database.guard.heads = null
  const end = endOfLog(database, heads)
  if (E.isLeft(end)) return end
  const writing: Writing = { heads, changed: new Map(), end: end.right }
  const done = firstLeft<Refusal>([
    ...appends.map((one) => () => append(database, writing, one)),
    ...secrets.map((one) => () => seal(database, writing, one)),
    () => firstLeft([...writing.changed.values()].map((head) => () => writeHead(database, head))),
  ])
  if (E.isLeft(done)) return done
  const all = new Map([...heads.all, ...writing.changed])
  return E.right({ heads: headsOf(heads.stamp, all, heads.texts), end: writing.end })
}

/** The transaction is done, so what it wrote is known, and the head may be remembered outside. */
export const wrote = ({ guard }: Database, { heads, end }: Written): void => {
  guard.heads = heads
  if (end.sequence > 0) guard.keeper?.raise(end)
}

/** The transaction is all or nothing, so one event says it all. Only the same bytes at the same place count as ours. */
const holdsFirstOf =
  (database: Database, { appends }: Commit) =>
  (): boolean => {
    const [{ stream, expectedVersion, records }] = appends
    const { type, schema, at, data }: NewRecord = records[0]
    return database.statement(sameEvent).get(stream, expectedVersion + 1, type, schema, at, data) !== undefined
  }

/** Checks the versions and writes everything in one transaction, synced before it answers. */
export const commitTo = (database: Database, commit: Commit): E.Either<Refusal, void> => {
  const texts = commit.appends.flatMap(({ stream, records }) => [stream, ...records.map(({ data }) => data)])
  if (texts.some((text) => notText.test(text))) {
    return E.left(
      unavailable('io', 'The text of an event cannot be kept byte for byte: it holds a NUL or half a character.'),
    )
  }
  if (database.guard.authenticator === null) return E.left(locked)
  const work = () => withAllKeys(database, () => writeAll(database, commit.appends, commit.seal))
  return E.map((written: Written) => wrote(database, written))(inTransaction(database, work, holdsFirstOf(database, commit)))
}
