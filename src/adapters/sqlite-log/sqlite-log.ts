import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { EventLog, EventRecord, LogUnavailable, SealedSecret, SecretRef } from '../../application/ports/event-log.js'
import { commitTo } from './commit.js'
import { attempt, type Database } from './database.js'
import { unavailable } from './failure.js'
import { withAllKeys } from './heads.js'
import { patiently, type Patience } from './patiently.js'
import { plainLog, plainNames, plainSealed, plainStream } from './plain-reads.js'
import { readStreams } from './read-streams.js'
import { readLog, readSealed, readStream, streamNames } from './reads.js'
import { shredIn } from './shred.js'
import { inSnapshot } from './transaction.js'

type Answer<A> = E.Either<LogUnavailable, A>

const isPlain = ({ guard }: Database): boolean => guard.format === 1

/** One state of the file, judged with all of the vault's keys. */
const reading = <A>(database: Database, work: () => Answer<A>): Answer<A> => inSnapshot(database, () => withAllKeys(database, work))

/** SQLite's own complaints name no stream. */
const at =
  (stream: string) =>
  (error: LogUnavailable): LogUnavailable =>
    error.reason !== 'corrupt' || error.message.includes(stream) ? error : { ...error, message: `${error.message} It was found at ${stream}.` }

/** The records of one stream, proven up to its end. */
const read = (database: Database, stream: string, from: number): Answer<ReadonlyArray<EventRecord>> =>
  E.mapLeft(at(stream))(reading(database, () => (isPlain(database) ? plainStream : readStream)(database, stream, from)))

const readMany = (database: Database, asked: ReadonlyArray<string>): Answer<ReadonlyMap<string, ReadonlyArray<EventRecord>>> =>
  isPlain(database) ? E.right(new Map()) : reading(database, () => readStreams(database, asked))

const readAll = (database: Database, after: number, limit: number): Answer<ReadonlyArray<EventRecord>> =>
  reading(database, () => (isPlain(database) ? plainLog : readLog)(database, after, limit))

const streams = (database: Database, prefix: string): Answer<ReadonlyArray<string>> =>
  reading(database, () => (isPlain(database) ? plainNames : streamNames)(database, prefix))

const sealed = (database: Database, ref: SecretRef): Answer<SealedSecret | null> =>
  E.mapLeft(at(ref.stream))(reading(database, () => (isPlain(database) ? plainSealed : readSealed)(database, ref)))

const closed = unavailable('io', 'The log is closed.')

/** Runs synchronous work on the database when the task is run; never after it was closed. */
export type Run = <Error, A>(
  work: (database: Database) => E.Either<Error | LogUnavailable, A>,
) => TaskEither<Error | LogUnavailable, A>

/** The log over one opened database, and what else may use that database until the log is closed. */
export const makeSqliteLog = (database: Database, patience: Patience): { readonly log: EventLog; readonly run: Run } => {
  let isOpen = true
  const run: Run = (work) => patiently(patience, () => (isOpen ? work(database) : E.left(closed)))
  const close = (): Answer<void> => {
    if (!isOpen) return E.right(undefined)
    isOpen = false
    return attempt(database, () => database.close())
  }
  const log: EventLog = {
    read: (stream, fromVersion = 1) => run((db) => read(db, stream, Math.max(1, fromVersion))),
    readMany: (asked) => run((db) => readMany(db, asked)),
    readAll: (afterSequence, limit) => run((db) => readAll(db, Math.max(0, afterSequence), Math.max(0, limit))),
    streams: (prefix) => run((db) => streams(db, prefix)),
    commit: (commit) => run((db) => commitTo(db, commit)),
    sealed: (ref) => run((db) => sealed(db, ref)),
    shred: (ref) => run((db) => shredIn(db, ref)),
    close: () => () => Promise.resolve(close()),
  }
  return { log, run }
}
