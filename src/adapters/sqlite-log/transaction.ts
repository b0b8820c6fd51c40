import * as E from 'fp-ts/lib/Either.js'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import { attempt, type Database } from './database.js'

/** Leaves no transaction open: a later read would show what was never committed. */
const rollBack = (database: Database): void => {
  if (E.isRight(attempt(database, () => database.exec('ROLLBACK')))) return
  // After some failures, such as a full disk, SQLite has rolled back by itself. Only then can another one begin.
  const probed = attempt(database, () => {
    database.exec('BEGIN')
    database.exec('ROLLBACK')
  })
  if (E.isLeft(probed)) database.abandon()
}

/** Changes a row for certain: SQLite does not write a row that stays as it is. */
const fence = `INSERT INTO meta (name, value) VALUES ('fence', '1')
ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)`

/**
 * What became of a commit that failed. Its pages may lie in the write-ahead log without having been synced, so that
 * the next recovery would find them valid: absence alone proves nothing. A later commit that succeeds settles it: it
 * has either overwritten those pages or been synced after them.
 */
const settle = (database: Database, failure: LogUnavailable, wasWritten: () => boolean): E.Either<LogUnavailable, void> => {
  const written = attempt(database, () => {
    database.exec('BEGIN IMMEDIATE')
    database.statement(fence).run()
    const found = wasWritten()
    database.exec('COMMIT')
    return found
  })
  if (E.isRight(written)) return written.right ? E.right(undefined) : E.left(failure)
  rollBack(database)
  return E.left({ ...failure, wroteNothing: false })
}

/**
 * Runs `work` in one write transaction, which a `Left` or a throw rolls back.
 * `wasWritten` looks whether the work is in the file; it is asked only when the commit itself has failed.
 */
export const inTransaction = <Refusal, A>(
  database: Database,
  work: () => E.Either<Refusal, A>,
  wasWritten: () => boolean,
): E.Either<Refusal | LogUnavailable, A> => {
  const begun = attempt(database, () => database.exec('BEGIN IMMEDIATE'))
  if (E.isLeft(begun)) {
    rollBack(database)
    return begun
  }
  const worked = E.flatten<Refusal | LogUnavailable, A>(attempt(database, work))
  if (E.isLeft(worked)) {
    rollBack(database)
    return worked
  }
  const committed = attempt(database, () => database.exec('COMMIT'))
  if (E.isRight(committed)) return worked
  rollBack(database)
  const settled = settle(database, committed.left, wasWritten)
  return E.isLeft(settled) ? settled : worked
}

/** Runs `work` on one state of the file, whatever other processes write meanwhile. It changes nothing. */
export const inSnapshot = <Refusal, A>(
  database: Database,
  work: () => E.Either<Refusal, A>,
): E.Either<Refusal | LogUnavailable, A> => {
  const begun = attempt(database, () => database.exec('BEGIN'))
  if (E.isLeft(begun)) {
    rollBack(database)
    return begun
  }
  const worked = E.flatten<Refusal | LogUnavailable, A>(attempt(database, work))
  rollBack(database)
  return worked
}
