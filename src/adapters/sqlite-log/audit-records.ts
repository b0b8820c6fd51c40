import * as E from 'fp-ts/lib/Either.js'

import type { DamagedStream, LogDamage } from '../../application/ports/log-audit.js'
import type { LogHead } from '../../application/ports/log-proof.js'
import { genesis } from './chain.js'
import { attempt, type Database } from './database.js'
import type { Row } from './driver.js'
import type { Heads } from './guard.js'
import { isDamaged } from './heads.js'
import { readStream } from './reads.js'
import { eventColumns, eventsWithProofs, proofColumns, proven, type ProvenRecord } from './records.js'
import { textIn } from './text.js'

const select = `SELECT ${eventColumns}, ${proofColumns} FROM ${eventsWithProofs}`
const pageAfter = `${select} WHERE e.sequence > ? ORDER BY e.sequence LIMIT ?`
const rowAt = `${select} WHERE e.sequence = ?`
const page = 500

/** What a walk over the whole log found. */
export interface Walk {
  /** The authentic records by sequence number. */
  readonly records: ReadonlyMap<number, ProvenRecord>
  readonly damage: ReadonlyArray<LogDamage>
}

const rowsAfter = (database: Database, after: number): ReadonlyArray<Row> | null => {
  const rows = attempt(database, () => database.statement(pageAfter).all(after, page))
  return E.isRight(rows) ? rows.right : null
}

const rowsBetween = (database: Database, after: number, upTo: number): ReadonlyArray<Row> =>
  Array.from({ length: Math.max(0, upTo - after) }, (_, n) => after + 1 + n).flatMap((sequence): ReadonlyArray<Row> => {
    const row = attempt(database, () => database.statement(rowAt).get(sequence))
    return E.isRight(row) && row.right !== undefined ? [row.right] : []
  })

/** Page by page, and one by one where a page cannot be read: what is beside a damaged place is still there. */
const allRows = (database: Database, last: number): ReadonlyArray<Row> => {
  const found: Row[] = []
  let after = 0
  for (;;) {
    const rows = rowsAfter(database, after)
    if (rows !== null) {
      found.push(...rows)
      const end = rows[rows.length - 1]?.['sequence']
      if (rows.length < page || typeof end !== 'number') return found
      after = end
    } else {
      const upTo = Math.min(after + page, last)
      found.push(...rowsBetween(database, after, upTo))
      if (upTo >= last) return found
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

/** Every record of the log by itself, and each against the one before it. */
export const walkRecords = (database: Database, last: number): Walk => {
  const records = new Map<number, ProvenRecord>()
  const damage: LogDamage[] = []
  for (const row of allRows(database, last)) {
    const found = proven(database.guard, row)
    if (found === null) damage.push(unproven(row))
    else records.set(found.record.sequence, found)
  }
  for (const [sequence, found] of records) {
    const before = sequence === 1 ? genesis : records.get(sequence - 1)?.hash
    if (before !== undefined && before !== found.previous) damage.push(unchained(found))
  }
  return { records, damage }
}

/** The last authentic record. */
export const lastOf = ({ records }: Walk): LogHead | null => {
  const last = [...records.values()].reduce<ProvenRecord | null>((most, one) => (most !== null && most.record.sequence > one.record.sequence ? most : one), null)
  return last === null ? null : { sequence: last.record.sequence, hash: last.hash }
}

const versionsOf = ({ records }: Walk): ReadonlyMap<string, ReadonlySet<number>> => {
  const found = new Map<string, Set<number>>()
  for (const { record } of records.values()) found.set(record.stream, (found.get(record.stream) ?? new Set<number>()).add(record.version))
  return found
}

const streamDamage = (database: Database, stream: string, versions: number, found: ReadonlySet<number>): DamagedStream | null => {
  const all = Array.from({ length: versions }, (_, n) => n + 1)
  const lost = all.filter((version) => !found.has(version))
  const read = E.flatten(attempt(database, () => readStream(database, stream, 1)))
  return lost.length === 0 && E.isRight(read) ? null : { stream, versions, readable: all.filter((version) => found.has(version)), lost }
}

/** Each stream up to its proven end, and as an ordinary read sees it. Where the end is not proven, up to what is found. */
export const auditStreams = (database: Database, heads: Heads, walk: Walk): ReadonlyArray<DamagedStream> => {
  const found = versionsOf(walk)
  const names = new Set([...heads.all.keys(), ...found.keys()])
  return [...names].sort().flatMap((stream) => {
    const head = heads.all.get(stream)
    const own = found.get(stream) ?? new Set<number>()
    const versions = head === undefined || isDamaged(head) ? Math.max(0, ...own) : head.version
    return streamDamage(database, stream, versions, own) ?? []
  })
}
