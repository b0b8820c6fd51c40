import * as E from 'fp-ts/lib/Either.js'

import type { LogUnavailable, VersionConflict } from '../../application/ports/event-log.js'
import type { KeyRingStore, RingChange, WrappedKey, WrappedRing } from '../../application/ports/key-ring-store.js'
import { toBytes } from './bytes.js'
import { type Written, writeAll, wrote } from './commit.js'
import { attempt, type Database } from './database.js'
import type { Row } from './driver.js'
import { emptyWal } from './empty-wal.js'
import { unavailable } from './failure.js'
import { dropSnapshots } from './fold-snapshots.js'
import type { Run } from './sqlite-log.js'
import { bytesColumn, textColumn, textIn } from './columns.js'
import { inTransaction } from './transaction.js'

const all = `SELECT ${textColumn('key_id')}, ${bytesColumn('bytes')} FROM keyring ORDER BY position`
const add = 'INSERT INTO keyring (position, key_id, bytes) VALUES (?, ?, ?)'
const lockOf = `SELECT ${textColumn('value')} FROM meta WHERE name = 'lock'`
const setLock = `INSERT INTO meta (name, value) VALUES ('lock', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`
const dropLock = `DELETE FROM meta WHERE name = 'lock'`

const damaged = unavailable('corrupt', 'The vault file is damaged: the key ring cannot be read.')

const toKey = (row: Row): WrappedKey | null => {
  const keyId = textIn(row['key_id'])
  const bytes = toBytes(row['bytes'])
  return keyId !== null && bytes !== null ? { keyId, bytes } : null
}

const isKey = (key: WrappedKey | null): key is WrappedKey => key !== null

/** Within a transaction, so that lock and keys are of one commit. */
const readIn = (database: Database): E.Either<LogUnavailable, WrappedRing> => {
  const keys = database.statement(all).all().map(toKey)
  const row = database.statement(lockOf).get()
  const lock = row === undefined ? null : textIn(row['value'])
  if (!keys.every(isKey) || (lock === null && row !== undefined)) return E.left(damaged)
  return E.right({ lock, keys })
}

const read = (database: Database): E.Either<LogUnavailable, WrappedRing> => {
  const begun = attempt(database, () => database.exec('BEGIN'))
  if (E.isLeft(begun)) return begun
  const ring = E.flatten(attempt(database, () => readIn(database)))
  const ended = attempt(database, () => database.exec('ROLLBACK'))
  if (E.isRight(ended)) return ring
  database.abandon()
  return ended
}

const write = (database: Database, { lock, keys }: WrappedRing): void => {
  database.exec('DELETE FROM keyring')
  dropSnapshots(database)
  keys.forEach(({ keyId, bytes }, n) => database.statement(add).run(n + 1, keyId, bytes))
  if (lock === null) database.statement(dropLock).run()
  else database.statement(setLock).run(lock)
}

const textOf = ({ lock, keys }: WrappedRing): string =>
  JSON.stringify([lock, keys.map(({ keyId, bytes }) => [keyId, Buffer.from(bytes).toString('hex')])])

const change = <Refusal>(
  database: Database,
  work: (now: WrappedRing) => E.Either<Refusal, RingChange | null>,
): E.Either<Refusal | VersionConflict | LogUnavailable, void> => {
  const wanted: Array<WrappedRing> = []
  const run = (): E.Either<Refusal | VersionConflict | LogUnavailable, Written | null> => {
    const now = readIn(database)
    if (E.isLeft(now)) return now
    const decided = work(now.right)
    if (E.isLeft(decided)) return decided
    if (decided.right === null) return E.right(null)
    wanted.push(decided.right.ring)
    write(database, decided.right.ring)
    return decided.right.appends.length === 0 ? E.right(null) : writeAll(database, decided.right.appends, [])
  }
  const isThere = (): boolean => {
    const found = readIn(database)
    return E.isRight(found) && wanted.some((ring) => textOf(ring) === textOf(found.right))
  }
  const done = inTransaction(database, run, isThere)
  // The old rows are in the write-ahead log until it is emptied. A reader may hold that up; a later checkpoint does it then.
  if (wanted.length > 0 && E.isRight(done)) emptyWal(database)
  if (E.isRight(done) && done.right !== null) wrote(database, done.right)
  return E.map(() => undefined)(done)
}

/** The key ring in the vault's own database. */
export const makeKeyRing = (run: Run): KeyRingStore => ({
  read: () => run(read),
  change: (work) => run((database) => change(database, work)),
})
