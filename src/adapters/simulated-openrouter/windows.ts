import { add, type Picodollars, zero } from '../../domain/shared/picodollars.js'

const dayLength = 86_400_000

/** Start of the UTC day of `at` (epoch milliseconds). */
export const dayStart = (at: number): number => Math.floor(at / dayLength) * dayLength

/** Start of the ISO week of `at`: the Monday at 00:00 UTC. */
export const weekStart = (at: number): number => {
  const day = Math.floor(at / dayLength)
  // 1970-01-01 was a Thursday, three days after a Monday.
  return (day - ((day + 3) % 7)) * dayLength
}

/** Start of the UTC calendar month of `at`. */
export const monthStart = (at: number): number => {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
}

interface WindowCount {
  readonly since: number
  readonly amount: Picodollars
}

/** A running sum with its share of the current day, week and month. */
export interface Tally {
  readonly total: Picodollars
  readonly day: WindowCount
  readonly week: WindowCount
  readonly month: WindowCount
}

/** A tally as seen at one instant: a window that has turned reads zero. */
export interface TallyReading {
  readonly total: Picodollars
  readonly daily: Picodollars
  readonly weekly: Picodollars
  readonly monthly: Picodollars
}

const nothing: WindowCount = { since: 0, amount: zero }

export const emptyTally: Tally = { total: zero, day: nothing, week: nothing, month: nothing }

const countedSince = (count: WindowCount, start: number): Picodollars => (start > count.since ? zero : count.amount)

const counted = (count: WindowCount, start: number, amount: Picodollars): WindowCount => ({
  since: Math.max(start, count.since),
  amount: add(countedSince(count, start), amount),
})

export const record = (tally: Tally, amount: Picodollars, at: number): Tally => ({
  total: add(tally.total, amount),
  day: counted(tally.day, dayStart(at), amount),
  week: counted(tally.week, weekStart(at), amount),
  month: counted(tally.month, monthStart(at), amount),
})

export const readTally = (tally: Tally, at: number): TallyReading => ({
  total: tally.total,
  daily: countedSince(tally.day, dayStart(at)),
  weekly: countedSince(tally.week, weekStart(at)),
  monthly: countedSince(tally.month, monthStart(at)),
})
