import * as E from 'fp-ts/lib/Either.js'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { Connection, Driver, Statement } from './driver.js'
import { toUnavailable } from './failure.js'
import { type Guard, makeGuard } from './guard.js'

/** One opened file. All but `abandon` throw: use them within `attempt` or `inTransaction` only. */
export interface Database {
  readonly driver: Driver
  readonly guard: Guard
  readonly exec: (sql: string) => void
  /** The prepared statement for this text, prepared at its first use. */
  readonly statement: (sql: string) => Statement
  readonly close: () => void
  /** Lets nothing through any more, when the state of the connection is unknown. */
  readonly abandon: () => void
}

export const makeDatabase = (driver: Driver, connection: Connection): Database => {
  const prepared = new Map<string, Statement>()
  let abandoned = false
  const use = (): Connection => {
    if (abandoned) throw new Error('abandoned')
    return connection
  }
  return {
    driver,
    guard: makeGuard(),
    exec: (sql) => use().exec(sql),
    statement: (sql) => {
      const statement = prepared.get(sql) ?? use().prepare(sql)
      prepared.set(sql, statement)
      return statement
    },
    close: () => {
      prepared.clear()
      if (!abandoned) connection.close()
    },
    abandon: () => {
      abandoned = true
      prepared.clear()
      // Closing rolls back what is open, so that nobody else has to wait for it.
      E.tryCatch(() => connection.close(), () => undefined)
    },
  }
}

export const attempt = <A>({ driver }: Pick<Database, 'driver'>, work: () => A): E.Either<LogUnavailable, A> =>
  E.tryCatch(work, toUnavailable(driver))
