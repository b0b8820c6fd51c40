import * as E from 'fp-ts/lib/Either.js'

import { attempt, type Database } from './database.js'

/** While a checkpoint waits for readers nobody can write, so it waits shortly and is asked for again. Milliseconds. */
const longest = 100

/**
 * Empties the write-ahead log, in which old pages are until then. `pending` where a reader holds that up: a later one does it.
 * https://sqlite.org/c3ref/wal_checkpoint_v2.html
 */
export const emptyWal = (database: Database): 'shredded' | 'pending' => {
  const done = attempt(database, () => {
    const usual = Number(database.statement('PRAGMA busy_timeout').get()?.['timeout'])
    database.exec(`PRAGMA busy_timeout = ${Math.min(usual, longest)}`)
    try {
      return database.statement('PRAGMA wal_checkpoint(TRUNCATE)').all()[0]
    } finally {
      database.exec(`PRAGMA busy_timeout = ${usual}`)
    }
  })
  return E.isRight(done) && done.right?.['busy'] === 0 ? 'shredded' : 'pending'
}
