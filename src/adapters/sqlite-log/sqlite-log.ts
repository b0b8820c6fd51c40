import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { EventLog, EventRecord, LogUnavailable, SealedSecret, SecretRef } from '../../application/ports/event-log.js'
import { commitTo } from './commit.js'
import { attempt, type Database } from './database.js'
import { unavailable } from './failure.js'
import { toBytes, toRecords } from './records.js'
import { shredIn } from './shred.js'

const columns = 'sequence, stream, version, type, schema, at, data'
const ofStream = `SELECT ${columns} FROM events WHERE stream = ? AND version >= ? ORDER BY version`
const ofAll = `SELECT ${columns} FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?`
const streamsWith = `SELECT stream FROM events
WHERE version = 1 AND stream >= ?1 AND substr(stream, 1, length(?1)) = ?1 ORDER BY stream`
const sealedAt = 'SELECT key_id, bytes FROM sealed WHERE stream = ? AND owner = ? AND generation = ?'

type Answer<A> = E.Either<LogUnavailable, A>

const read = (database: Database, stream: string, from: number): Answer<ReadonlyArray<EventRecord>> => {
  const rows = attempt(database, () => database.statement(ofStream).all(stream, from))
  if (E.isLeft(rows)) return rows
  return toRecords(rows.right, (record, n) => record.stream === stream && record.version === from + n)
}

const readAll = (database: Database, after: number, limit: number): Answer<ReadonlyArray<EventRecord>> => {
  const rows = attempt(database, () => database.statement(ofAll).all(after, limit))
  if (E.isLeft(rows)) return rows
  return toRecords(rows.right, (record, n) => record.sequence === after + 1 + n)
}

const streams = (database: Database, prefix: string): Answer<ReadonlyArray<string>> =>
  attempt(database, () => database.statement(streamsWith).all(prefix).map((row) => String(row['stream'])))

const sealed = (database: Database, ref: SecretRef): Answer<SealedSecret | null> => {
  const row = attempt(database, () => database.statement(sealedAt).get(ref.stream, ref.owner, ref.generation))
  if (E.isLeft(row)) return row
  if (row.right === undefined) return E.right(null)
  const keyId = row.right['key_id']
  const bytes = toBytes(row.right['bytes'])
  if (typeof keyId === 'string' && bytes !== null) return E.right({ ref, keyId, bytes })
  return E.left(unavailable('corrupt', 'The vault file is damaged: a sealed secret cannot be read.'))
}

const closed = unavailable('io', 'The log is closed.')

/** Runs synchronous work on the database when the task is run; never after it was closed. */
export type Run = <Error, A>(
  work: (database: Database) => E.Either<Error | LogUnavailable, A>,
) => TaskEither<Error | LogUnavailable, A>

/** The log over one opened database, and what else may use that database until the log is closed. */
export const makeSqliteLog = (database: Database): { readonly log: EventLog; readonly run: Run } => {
  let isOpen = true
  const run: Run = (work) => () => Promise.resolve(isOpen ? work(database) : E.left(closed))
  const close = (): Answer<void> => {
    if (!isOpen) return E.right(undefined)
    isOpen = false
    return attempt(database, () => database.close())
  }
  const log: EventLog = {
    read: (stream, fromVersion = 1) => run((db) => read(db, stream, Math.max(1, fromVersion))),
    readAll: (afterSequence, limit) => run((db) => readAll(db, Math.max(0, afterSequence), Math.max(0, limit))),
    streams: (prefix) => run((db) => streams(db, prefix)),
    commit: (commit) => run((db) => commitTo(db, commit)),
    sealed: (ref) => run((db) => sealed(db, ref)),
    shred: (ref) => run((db) => shredIn(db, ref)),
    close: () => () => Promise.resolve(close()),
  }
  return { log, run }
}
