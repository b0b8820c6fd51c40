import * as E from 'fp-ts/lib/Either.js'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { KeyRingConflict, KeyRingStore, WrappedKey } from '../../application/ports/key-ring-store.js'
import { attempt, type Database } from './database.js'
import type { Row } from './driver.js'
import { isTaken, unavailable } from './failure.js'
import { toBytes } from './records.js'
import type { Run } from './sqlite-log.js'
import { inTransaction } from './transaction.js'

const all = 'SELECT key_id, bytes FROM keyring ORDER BY position'
const one = 'SELECT bytes FROM keyring WHERE key_id = ?'
const add = 'INSERT INTO keyring (position, key_id, bytes) VALUES (?, ?, ?)'

const toKey = (row: Row): WrappedKey | null => {
  const keyId = row['key_id']
  const bytes = toBytes(row['bytes'])
  return typeof keyId === 'string' && bytes !== null ? { keyId, bytes } : null
}

const isKey = (key: WrappedKey | null): key is WrappedKey => key !== null

const read = (database: Database): E.Either<LogUnavailable, ReadonlyArray<WrappedKey>> => {
  const rows = attempt(database, () => database.statement(all).all().map(toKey))
  if (E.isLeft(rows)) return rows
  return rows.right.every(isKey)
    ? E.right(rows.right)
    : E.left(unavailable('corrupt', 'The vault file is damaged: a key of the key ring cannot be read.'))
}

const taken: KeyRingConflict = { _tag: 'KeyRingConflict' }

const insert = (
  database: Database,
  expectedKeys: number,
  { keyId, bytes }: WrappedKey,
): E.Either<KeyRingConflict | LogUnavailable, void> => {
  const work = (): E.Either<KeyRingConflict, void> => {
    if (database.statement(all).all().length !== expectedKeys) return E.left(taken)
    try {
      return E.right(database.statement(add).run(expectedKeys + 1, keyId, bytes))
    } catch (error) {
      if (isTaken(database.driver, error)) return E.left(taken)
      throw error
    }
  }
  const isThere = (): boolean => {
    const held = toBytes(database.statement(one).get(keyId)?.['bytes'])
    return held !== null && Buffer.compare(held, bytes) === 0
  }
  return inTransaction(database, work, isThere)
}

/** The key ring in the vault's own database. */
export const makeKeyRing = (run: Run): KeyRingStore => ({
  read: () => run(read),
  insert: (expectedKeys, key) => run((database) => insert(database, expectedKeys, key)),
})
