import type { HistoryEntry } from '../../index.js'
import { fullTime } from './relative-time.js'

const brief = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)

const detailsOf = (details: HistoryEntry['details']): string =>
  Object.entries(details)
    .map(([field, value]) => `${field}=${brief(value)}`)
    .join(' ')

/** One recorded fact as the cells of a line: number, time, name, event, details. */
export const historyRow = (entry: HistoryEntry, now: number): ReadonlyArray<string> => [
  String(entry.sequence),
  fullTime(entry.at, now),
  entry.name ?? '(vault)',
  entry.event,
  detailsOf(entry.details),
]
