import type { HistoryEntry } from '../../index.js'
import { relativeTime } from './relative-time.js'
import type { Column } from './table.js'

const brief = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)

const detailsOf = (details: HistoryEntry['details']): string =>
  Object.entries(details)
    .map(([field, value]) => `${field}=${brief(value)}`)
    .join(' ')

/** The columns of recorded facts. */
export const historyColumns: ReadonlyArray<Column> = [
  { title: 'NO' },
  { title: 'TIME' },
  { title: 'AGE', leftOut: 1 },
  { title: 'NAME', mayShrink: true },
  { title: 'EVENT' },
  { title: 'DETAILS', mayShrink: true },
]

/** One recorded fact as the cells of a line, by `historyColumns`. */
export const historyRow = (entry: HistoryEntry, now: number): ReadonlyArray<string> => [
  String(entry.sequence),
  entry.at.replace(/\.\d+Z$/, 'Z'),
  relativeTime(entry.at, now),
  entry.name ?? '(vault)',
  entry.event,
  detailsOf(entry.details),
]
