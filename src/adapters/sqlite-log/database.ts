import * as E from 'fp-ts/lib/Either.js'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { Connection, Driver, Statement } from './driver.js'
import { toUnavailable, unavailable } from './failure.js'

/** One opened file. `statement` and `connection` throw: use them within `attempt` or `inTransaction` only. */
export interface Database {
  readonly driver: Driver
  readonly connection: Connection
  /** The prepared statement for this text, prepared at its first use. */
  readonly statement: (sql: string) => Statement
}

export const makeDatabase = (driver: Driver, connection: Connection): Database => {
  const prepared = new Map<string, Statement>()
  const statement = (sql: string): Statement => {
    const known = prepared.get(sql) ?? connection.prepare(sql)
    prepared.set(sql, known)
    return known
  }
  return { driver, connection, statement }
}

export const attempt = <A>({ driver }: Pick<Database, 'driver'>, work: () => A): E.Either<LogUnavailable, A> =>
  E.tryCatch(work, toUnavailable(driver))

const rollBack = (database: Database): void => {
  // It fails when SQLite has already rolled back by itself, as it does after a full disk.
  attempt(database, () => database.connection.exec('ROLLBACK'))
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
    database.connection.exec('BEGIN IMMEDIATE')
    database.statement(fence).run()
    const found = wasWritten()
    database.connection.exec('COMMIT')
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
  const begun = attempt(database, () => database.connection.exec('BEGIN IMMEDIATE'))
  if (E.isLeft(begun)) return begun
  const worked = E.flatten<Refusal | LogUnavailable, A>(attempt(database, work))
  if (E.isLeft(worked)) {
    rollBack(database)
    return worked
  }
  const committed = attempt(database, () => database.connection.exec('COMMIT'))
  if (E.isRight(committed)) return worked
  rollBack(database)
  const settled = settle(database, committed.left, wasWritten)
  return E.isLeft(settled) ? settled : worked
}

export const closedLog: LogUnavailable = unavailable('io', 'The log is closed.')
