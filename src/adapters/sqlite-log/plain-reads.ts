import * as E from 'fp-ts/lib/Either.js'

import type { EventRecord, LogUnavailable, SealedSecret, SecretRef } from '../../application/ports/event-log.js'
import { toBytes } from './bytes.js'
import type { Database } from './database.js'
import { unavailable } from './failure.js'
import { plainRecords, type ProvenRecord, toRecords } from './records.js'
import { bytesColumn, textColumn, textIn } from './columns.js'

const ofStream = plainRecords('WHERE e.stream = ? AND e.version >= ? ORDER BY e.version')
const ofAll = plainRecords('WHERE e.sequence > ? ORDER BY e.sequence LIMIT ?')
const names = `SELECT ${textColumn('stream')} FROM events WHERE version = 1 ORDER BY 1`
const sealedAt = `SELECT ${textColumn('key_id')}, ${bytesColumn('bytes')} FROM sealed WHERE stream = ? AND owner = ? AND generation = ?`

type Answer<A> = E.Either<LogUnavailable, A>

const recordsOf = E.map((found: ReadonlyArray<ProvenRecord>): ReadonlyArray<EventRecord> => found.map(({ record }) => record))

/** A file of format 1, until it is unlocked and lifted: it has no proofs, so the order of its records is all that is checked. */
export const plainStream = (database: Database, stream: string, from: number): Answer<ReadonlyArray<EventRecord>> =>
  recordsOf(
    toRecords(
      database.guard,
      database.statement(ofStream).all(stream, from),
      ({ record }, before) => record.stream === stream && record.version === (before === null ? from : before.record.version + 1),
      (n) => `event ${from + n} of ${stream}`,
    ),
  )

export const plainLog = (database: Database, after: number, limit: number): Answer<ReadonlyArray<EventRecord>> =>
  recordsOf(
    toRecords(
      database.guard,
      database.statement(ofAll).all(after, limit),
      ({ record }, before) => record.sequence === (before === null ? after : before.record.sequence) + 1,
      (n) => `record ${after + 1 + n}`,
    ),
  )

export const plainNames = (database: Database, prefix: string): Answer<ReadonlyArray<string>> =>
  E.right(
    database
      .statement(names)
      .all()
      .flatMap((row) => textIn(row['stream']) ?? [])
      .filter((stream) => stream.startsWith(prefix)),
  )

export const plainSealed = (database: Database, ref: SecretRef): Answer<SealedSecret | null> => {
  const row = database.statement(sealedAt).get(ref.stream, ref.owner, ref.generation)
  if (row === undefined) return E.right(null)
  const keyId = textIn(row['key_id'])
  const bytes = toBytes(row['bytes'])
  if (keyId !== null && bytes !== null) return E.right({ ref, keyId, bytes })
  return E.left(unavailable('corrupt', 'The vault file is damaged: a sealed secret cannot be read.'))
}
