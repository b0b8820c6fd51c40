import * as E from 'fp-ts/lib/Either.js'

import type { LogDamage } from '../../application/ports/log-audit.js'
import type { LogHead } from '../../application/ports/log-proof.js'
import { genesis } from './chain.js'
import { attempt, type Database } from './database.js'
import type { Row } from './driver.js'
import { packedRows } from './packed-rows.js'
import { proven, type ProvenRecord, recordsWithProofs } from './records.js'
import { textIn } from './columns.js'

const pageAfter = recordsWithProofs('WHERE e.sequence > ? ORDER BY e.sequence LIMIT ?')
const rowAt = recordsWithProofs('WHERE e.sequence = ?')
const page = 500

/** What is authentic of one stream, in the order of the log. */
export interface WalkedStream {
  /** The versions that were met. */
  readonly versions: ReadonlyArray<number>
  /** Whether they begin at 1 and none is left out. */
  readonly isWhole: boolean
  readonly last: LogHead
}

/** What a walk over the whole log found. */
export interface Walk {
  /** How many records are authentic. */
  readonly records: number
  /** The last record that is authentic. */
  readonly last: LogHead | null
  /** The hashes of those records that were asked for, as far as they are authentic. */
  readonly hashes: ReadonlyMap<number, string>
  readonly streams: ReadonlyMap<string, WalkedStream>
  readonly damage: ReadonlyArray<LogDamage>
}

interface Judged {
  readonly row: Row
  readonly found: ProvenRecord | null
}

const judge = (database: Database, rows: ReadonlyArray<Row>): ReadonlyArray<Judged> =>
  rows.map((row) => ({ row, found: proven(database.guard, row) }))

const rowsAfter = (database: Database, after: number): ReadonlyArray<Judged> | null => {
  const packed = judge(database, packedRows(database, pageAfter, after, page) ?? [])
  if (packed.length > 0 && packed.every(({ found }) => found !== null)) return packed
  const rows = attempt(database, () => database.statement(pageAfter.plain).all(after, page))
  return E.isRight(rows) ? judge(database, rows.right) : null
}

const rowsBetween = (database: Database, after: number, upTo: number): ReadonlyArray<Judged> =>
  Array.from({ length: Math.max(0, upTo - after) }, (_, n) => after + 1 + n).flatMap((sequence): ReadonlyArray<Judged> => {
    const row = attempt(database, () => database.statement(rowAt.plain).get(sequence))
    return E.isRight(row) && row.right !== undefined ? judge(database, [row.right]) : []
  })

/** Page by page, and one by one where a page cannot be read: what is beside a damaged place is still there. */
function* allRows(database: Database, last: number): Generator<Judged> {
  let after = 0
  for (;;) {
    const rows = rowsAfter(database, after)
    if (rows !== null) {
      yield* rows
      const end = rows[rows.length - 1]?.row['sequence']
      if (rows.length < page || typeof end !== 'number') return
      after = end
    } else {
      const upTo = Math.min(after + page, last)
      yield* rowsBetween(database, after, upTo)
      if (upTo >= last) return
      after = upTo
    }
  }
}

const unproven = (row: Row): LogDamage => {
  const { version } = row
  const where = textIn(row['stream']) ?? 'log'
  return { where, version: typeof version === 'number' ? version : null, what: 'is not what was written' }
}

const unchained = ({ record: { stream, version } }: ProvenRecord): LogDamage => ({
  where: stream,
  version,
  what: 'does not follow the record before it',
})

/** Only the walk itself adds to them. */
interface OpenStream {
  readonly versions: number[]
  isWhole: boolean
  last: LogHead
}

const meet = (streams: Map<string, OpenStream>, { record: { stream, version, sequence }, hash }: ProvenRecord): LogHead => {
  const last = { sequence, hash }
  const known = streams.get(stream)
  if (known === undefined) {
    streams.set(stream, { versions: [version], isWhole: version === 1, last })
    return last
  }
  known.isWhole = known.isWhole && version === known.versions.length + 1
  known.versions.push(version)
  known.last = last
  return last
}

/** Every record of the log by itself, and each against the one before it. `noted`: the records whose hashes are wanted. */
export const walkRecords = (database: Database, upTo: number, noted: ReadonlySet<number>): Walk => {
  const streams = new Map<string, OpenStream>()
  const hashes = new Map<number, string>()
  const [spoilt, loose]: [LogDamage[], LogDamage[]] = [[], []]
  let records = 0
  let last: LogHead | null = null
  for (const { row, found } of allRows(database, upTo)) {
    if (found === null) {
      spoilt.push(unproven(row))
      continue
    }
    const { sequence } = found.record
    const before: string | null = sequence === 1 ? genesis : last !== null && last.sequence === sequence - 1 ? last.hash : null
    if (before !== null && before !== found.previous) loose.push(unchained(found))
    if (noted.has(sequence)) hashes.set(sequence, found.hash)
    last = meet(streams, found)
    records += 1
  }
  return { records, last, hashes, streams, damage: [...spoilt, ...loose] }
}
