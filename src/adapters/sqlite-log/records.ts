import * as E from 'fp-ts/lib/Either.js'

import type { EventRecord, LogUnavailable } from '../../application/ports/event-log.js'
import { instant } from '../../domain/shared/instant.js'
import type { Row } from './driver.js'
import { unavailable } from './failure.js'

const toRecord = (row: Row): EventRecord | null => {
  const { sequence, stream, version, type, schema, data } = row
  const at = instant(Number(row['at']))
  if (E.isLeft(at) || typeof stream !== 'string' || typeof type !== 'string' || typeof data !== 'string') return null
  if (typeof sequence !== 'number' || typeof version !== 'number' || typeof schema !== 'number') return null
  return { sequence, stream, version, type, schema, at: at.right, data }
}

/**
 * Rows as records. SQLite does not notice a changed byte by itself, so every row's types are looked at, and
 * `follows` says whether a record may stand after the one before it.
 */
export const toRecords = (
  rows: ReadonlyArray<Row>,
  follows: (record: EventRecord, index: number) => boolean,
): E.Either<LogUnavailable, ReadonlyArray<EventRecord>> => {
  const records: EventRecord[] = []
  for (const row of rows) {
    const record = toRecord(row)
    if (record === null || !follows(record, records.length)) {
      return E.left(unavailable('corrupt', 'The vault file is damaged: an event is missing or cannot be read.'))
    }
    records.push(record)
  }
  return E.right(records)
}

/** Bytes of their own: one driver gives a view, the other a buffer. */
export const toBytes = (value: unknown): Uint8Array | null => {
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  return value instanceof ArrayBuffer ? new Uint8Array(value.slice(0)) : null
}
