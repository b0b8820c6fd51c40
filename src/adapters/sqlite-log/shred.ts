import * as E from 'fp-ts/lib/Either.js'

import type { LogUnavailable, SecretRef } from '../../application/ports/event-log.js'
import { attempt, type Database } from './database.js'
import { emptyWal } from './empty-wal.js'
import type { Heads } from './guard.js'
import { headForWrite, headsNow, headsOf, isDamaged, locked, withAllKeys, writeHead } from './heads.js'
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

const isNamed = (heads: Heads, { stream, owner, generation }: SecretRef): boolean => {
  const head = heads.all.get(stream)
  if (head === undefined || isDamaged(head)) return head !== undefined
  return head.sealed.some((entry) => entry.owner === owner && entry.generation === generation)
}

const removeIn = (database: Database, ref: SecretRef): E.Either<LogUnavailable, Heads> => {
  const { stream, owner, generation } = ref
  const heads = headsNow(database)
  database.guard.heads = null
  const head = headForWrite(heads, stream)
  if (E.isLeft(head)) return head
  const left = head.right.sealed.filter((entry) => entry.owner !== owner || entry.generation !== generation)
  const next = { ...head.right, sealed: left }
  const written = writeHead(database, next)
  if (E.isLeft(written)) return written
  database.statement(remove).run(stream, owner, generation)
  database.exec(rewrite)
  return E.right(headsOf(heads.stamp, new Map([...heads.all, [stream, next]]), heads.texts))
}

/** Deletes the row and drives its bytes out of the files. For a row that is gone already it repeats the second part. */
export const shredIn = (database: Database, ref: SecretRef): E.Either<LogUnavailable, 'shredded' | 'pending'> => {
  if (database.guard.authenticator === null) return E.left(locked)
  const isGone = (): boolean =>
    database.statement(find).get(ref.stream, ref.owner, ref.generation) === undefined && !isNamed(headsNow(database), ref)
  const there = attempt(database, () => !isGone())
  if (E.isLeft(there)) return there
  if (!there.right) return E.right(emptyWal(database))
  const removed = inTransaction(database, () => withAllKeys(database, () => removeIn(database, ref)), isGone)
  if (E.isLeft(removed)) return removed
  database.guard.heads = removed.right
  return E.right(emptyWal(database))
}
