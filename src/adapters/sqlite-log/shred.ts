import * as E from 'fp-ts/lib/Either.js'

import type { LogUnavailable, SecretRef } from '../../application/ports/event-log.js'
import { attempt, type Database } from './database.js'
import { inTransaction } from './transaction.js'

const find = 'SELECT 1 FROM sealed WHERE stream = ? AND owner = ? AND generation = ?'
const remove = 'DELETE FROM sealed WHERE stream = ? AND owner = ? AND generation = ?'

/**
 * Writes the rows that stay into new pages. `secure_delete` clears a deleted row, but when SQLite moves rows between
 * pages it leaves copies in the unused middle of a page (20 of 14,892 in a trial); a page set free is cleared whole.
 */
const rewrite = `
CREATE TEMP TABLE kept AS SELECT * FROM sealed ORDER BY rowid;
DELETE FROM sealed;
INSERT INTO sealed SELECT * FROM kept;
DROP TABLE kept;
`

/** The old pages are still in the write-ahead log until a checkpoint has emptied it, which a reader can hold up. */
const emptyWal = (database: Database): 'shredded' | 'pending' => {
  const done = attempt(database, () => database.statement('PRAGMA wal_checkpoint(TRUNCATE)').all()[0])
  return E.isRight(done) && done.right?.['busy'] === 0 ? 'shredded' : 'pending'
}

/** Deletes the row and drives its bytes out of the files. For a row that is gone already it repeats the second part. */
export const shredIn = (database: Database, ref: SecretRef): E.Either<LogUnavailable, 'shredded' | 'pending'> => {
  const place = [ref.stream, ref.owner, ref.generation] as const
  const isGone = () => database.statement(find).get(...place) === undefined
  const removeIt = (): E.Either<never, void> => {
    database.statement(remove).run(...place)
    return E.right(database.exec(rewrite))
  }
  const there = attempt(database, () => !isGone())
  if (E.isLeft(there)) return there
  const removed = there.right ? inTransaction(database, removeIt, isGone) : E.right(undefined)
  return E.isLeft(removed) ? removed : E.right(emptyWal(database))
}
