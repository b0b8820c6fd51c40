import * as E from 'fp-ts/lib/Either.js'

import type { EventRecord, LogUnavailable } from '../../application/ports/event-log.js'
import type { Database } from './database.js'
import { headsNow, isDamaged } from './heads.js'
import { packedRows } from './packed-rows.js'
import { endsAt } from './reads.js'
import { type ProvenRecord, recordsWithProofs, toRecords } from './records.js'

const ofStreams = recordsWithProofs('WHERE e.stream IN (SELECT value FROM json_each(?)) ORDER BY e.stream, e.version LIMIT -1')

/** Longer streams are left out: one answer of a driver must not hold histories of any length. */
const longest = 256

const follows = ({ record }: ProvenRecord, before: ProvenRecord | null): boolean =>
  record.version === (before !== null && before.record.stream === record.stream ? before.record.version + 1 : 1)

const byStream = (records: ReadonlyArray<ProvenRecord>): ReadonlyMap<string, ReadonlyArray<ProvenRecord>> => {
  const found = new Map<string, ProvenRecord[]>()
  for (const one of records) {
    const own = found.get(one.record.stream)
    if (own === undefined) found.set(one.record.stream, [one])
    else own.push(one)
  }
  return found
}

/**
 * Those of the streams that can be read together and are as they should be; what is wrong with another one, a read of that one
 * alone tells. Within a transaction that is open; it throws what the driver throws.
 */
export const readStreams = (
  database: Database,
  asked: ReadonlyArray<string>,
): E.Either<LogUnavailable, ReadonlyMap<string, ReadonlyArray<EventRecord>>> => {
  const heads = headsNow(database)
  if (heads.completeness === 'incomplete') return E.right(new Map())
  const wanted = asked.flatMap((stream) => {
    const head = heads.all.get(stream)
    return head !== undefined && !isDamaged(head) && head.version <= longest ? [head] : []
  })
  const rows = packedRows(database, ofStreams, JSON.stringify(wanted.map(({ stream }) => stream))) ?? []
  const records = toRecords(database.guard, rows, follows, () => 'a record')
  const found = byStream(E.isRight(records) ? records.right : [])
  return E.right(
    new Map(
      wanted.flatMap((head) => {
        const own = found.get(head.stream) ?? []
        const isWhole = own.length === head.version && endsAt(head, own[own.length - 1])
        return isWhole ? [[head.stream, own.map(({ record }) => record)] as const] : []
      }),
    ),
  )
}
