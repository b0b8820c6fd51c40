import * as E from 'fp-ts/lib/Either.js'

import type { EventRecord, LogUnavailable } from '../../application/ports/event-log.js'
import { instant } from '../../domain/shared/instant.js'
import { hashOf, recordText } from './chain.js'
import type { Row } from './driver.js'
import { unavailable } from './failure.js'
import type { Guard } from './guard.js'
import { type Query, query } from './packed-rows.js'
import { textIn } from './columns.js'

/** A record with what stands for it and for all before it. */
export interface ProvenRecord {
  readonly record: EventRecord
  readonly previous: string
  readonly hash: string
}

const numbers = ['e.sequence', 'e.version', 'e.schema', 'e.at']
const texts = ['e.stream', 'e.type', 'e.data']
const proofs = ['p.previous', 'p.hash', 'p.key_id', 'p.mac']

/** Asks for records without their proofs, which a file of format 1 has none of. */
export const plainRecords = (rest: string): string => query(numbers, texts, `FROM events e ${rest}`).plain

/** Asks for records with their proofs. */
export const recordsWithProofs = (rest: string): Query =>
  query(numbers, [...texts, ...proofs], `FROM events e LEFT JOIN proofs p ON p.sequence = e.sequence ${rest}`)

const toRecord = (row: Row): EventRecord | null => {
  const { sequence, version, schema, at } = row
  const [stream, type, data] = [textIn(row['stream']), textIn(row['type']), textIn(row['data'])]
  if (stream === null || type === null || data === null || typeof at !== 'number') return null
  if (typeof sequence !== 'number' || typeof version !== 'number' || typeof schema !== 'number') return null
  const time = instant(at)
  return E.isLeft(time) ? null : { sequence, stream, version, type, schema, at: time.right, data }
}

/**
 * A row as a record, if it is byte for byte what was written. SQLite does not notice a changed byte by itself. Without
 * keys, as long as the vault is not unlocked, the hash finds accidents; with them a forged record is found too.
 */
export const proven = ({ authenticator, format }: Guard, row: Row): ProvenRecord | null => {
  const record = toRecord(row)
  if (record === null) return null
  if (format === 1) return { record, previous: '', hash: '' }
  const [previous, hash, keyId, mac] = [textIn(row['previous']), textIn(row['hash']), textIn(row['key_id']), textIn(row['mac'])]
  if (previous === null || hash === null || hashOf(previous, record) !== hash) return null
  if (authenticator === null) return { record, previous, hash }
  if (keyId === null || mac === null || authenticator.tag(keyId, recordText(hash)) !== mac) return null
  return { record, previous, hash }
}

export const damagedRecord = (where: string): LogUnavailable =>
  unavailable('corrupt', `The vault file is damaged: ${where} is missing or is not what was written.`)

/** Rows as records; `follows` says whether a record may stand after the one before it, and `name` which one it should be. */
export const toRecords = (
  guard: Guard,
  rows: ReadonlyArray<Row>,
  follows: (now: ProvenRecord, before: ProvenRecord | null) => boolean,
  name: (index: number) => string,
): E.Either<LogUnavailable, ReadonlyArray<ProvenRecord>> => {
  const records: ProvenRecord[] = []
  for (const row of rows) {
    const now = proven(guard, row)
    if (now === null || !follows(now, records[records.length - 1] ?? null)) return E.left(damagedRecord(name(records.length)))
    records.push(now)
  }
  return E.right(records)
}
