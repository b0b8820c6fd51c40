import * as E from 'fp-ts/lib/Either.js'

import type { EventRecord, LogUnavailable, SealedSecret, SecretRef } from '../../application/ports/event-log.js'
import { toBytes } from './bytes.js'
import { genesis, sealedDigest } from './chain.js'
import type { Database } from './database.js'
import type { Row } from './driver.js'
import { unavailable } from './failure.js'
import type { StreamHead } from './guard.js'
import { damagedHead, headsNow, incomplete, isDamaged } from './heads.js'
import { withRows } from './packed-rows.js'
import { damagedRecord, type ProvenRecord, recordsWithProofs, toRecords } from './records.js'
import { bytesColumn, textColumn, textIn } from './columns.js'

const ofStream = recordsWithProofs('WHERE e.stream = ? AND e.version >= ? ORDER BY e.version LIMIT ?')
const ofAll = recordsWithProofs('WHERE e.sequence > ? ORDER BY e.sequence LIMIT ?')
const sealedAt = `SELECT ${textColumn('key_id')}, ${bytesColumn('bytes')} FROM sealed WHERE stream = ? AND owner = ? AND generation = ?`

type Answer<A> = E.Either<LogUnavailable, A>

const recordsOf = E.map((found: ReadonlyArray<ProvenRecord>): ReadonlyArray<EventRecord> => found.map(({ record }) => record))

/** The head of a stream, or null where there certainly is no such stream. */
const headOf = (database: Database, stream: string): Answer<StreamHead | null> => {
  const heads = headsNow(database)
  const head = heads.all.get(stream)
  const all = heads.completeness
  if (head === undefined) return all === 'complete' ? E.right(null) : E.left(incomplete)
  if (isDamaged(head)) return E.left(damagedHead(stream))
  return all === 'incomplete' ? E.left(incomplete) : E.right(head)
}

/** Whether the last record of a stream, if there is one, is the one that its end names. */
export const endsAt = (head: StreamHead | null, last: ProvenRecord | undefined): boolean =>
  last === undefined || (last.hash === head?.hash && last.record.sequence === head.sequence)

/** So many records are asked for at once: one answer of a driver must not hold a history of any length. */
const page = 1000

/** What is there of a stream, in order and without a gap. */
const streamRecords = (database: Database, stream: string, from: number): Answer<ReadonlyArray<ProvenRecord>> => {
  const records: ProvenRecord[] = []
  for (;;) {
    const first = from + records.length
    const found = withRows(database, ofStream, [stream, first, page], (rows) =>
      toRecords(
        database.guard,
        rows,
        ({ record }, before) => record.stream === stream && record.version === (before === null ? first : before.record.version + 1),
        (n) => `event ${first + n} of ${stream}`,
      ),
    )
    if (E.isLeft(found)) return found
    for (const one of found.right) records.push(one)
    if (found.right.length < page) return E.right(records)
  }
}

/** The records of a stream up to its proven end. Within a transaction that is open; it throws what the driver throws. */
export const readStream = (database: Database, stream: string, from: number): Answer<ReadonlyArray<EventRecord>> => {
  const head = headOf(database, stream)
  if (E.isLeft(head)) return head
  const end = head.right?.version ?? 0
  const records = streamRecords(database, stream, from)
  if (E.isLeft(records)) return records
  if (records.right.length !== Math.max(0, end - from + 1)) return E.left(damagedRecord(`event ${from + records.right.length} of ${stream}`))
  return endsAt(head.right, records.right[records.right.length - 1]) ? recordsOf(records) : E.left(damagedRecord(`event ${end} of ${stream}`))
}

/** Records in sequence. Within a transaction that is open; it throws what the driver throws. */
export const readLog = (database: Database, after: number, limit: number): Answer<ReadonlyArray<EventRecord>> => {
  const follows = ({ record, previous }: ProvenRecord, before: ProvenRecord | null): boolean => {
    if (before !== null) return record.sequence === before.record.sequence + 1 && previous === before.hash
    return record.sequence === after + 1 && (after > 0 || previous === genesis)
  }
  const nameOf = (rows: ReadonlyArray<Row>) => (n: number): string => {
    const stream = textIn(rows[n]?.['stream'])
    return stream !== null ? `record ${after + 1 + n} (${stream})` : `record ${after + 1 + n}`
  }
  const records = withRows(database, ofAll, [after, limit], (rows) => toRecords(database.guard, rows, follows, nameOf(rows)))
  if (E.isLeft(records)) return records
  const isCut = records.right.length < limit && after + records.right.length < headsNow(database).last
  return isCut ? E.left(damagedRecord(`record ${after + records.right.length + 1}`)) : recordsOf(records)
}

/** The names of streams. Within a transaction that is open; it throws what the driver throws. */
export const streamNames = (database: Database, prefix: string): Answer<ReadonlyArray<string>> => {
  const heads = headsNow(database)
  if (heads.completeness === 'incomplete') return E.left(incomplete)
  const named = [...heads.all.values()].filter((head) => head.stream.startsWith(prefix) && (isDamaged(head) || head.version > 0))
  return E.right(named.map(({ stream }) => stream).sort())
}

const damagedSecret = ({ stream }: SecretRef): LogUnavailable =>
  unavailable('corrupt', `The vault file is damaged: a sealed secret of ${stream} is missing or is not what was written.`)

const toSealed = (ref: SecretRef, row: Row): SealedSecret | null => {
  const keyId = textIn(row['key_id'])
  const bytes = toBytes(row['bytes'])
  return keyId !== null && bytes !== null ? { ref, keyId, bytes } : null
}

/** A sealed secret as its stream's head names it. Within a transaction that is open; it throws what the driver throws. */
export const readSealed = (database: Database, ref: SecretRef): Answer<SealedSecret | null> => {
  const head = headOf(database, ref.stream)
  if (E.isLeft(head)) return head
  const entry = head.right?.sealed.find(({ owner, generation }) => owner === ref.owner && generation === ref.generation)
  const row = database.statement(sealedAt).get(ref.stream, ref.owner, ref.generation)
  if (entry === undefined && row === undefined) return E.right(null)
  const found = row === undefined ? null : toSealed(ref, row)
  return found !== null && entry?.digest === sealedDigest(found) ? E.right(found) : E.left(damagedSecret(ref))
}
