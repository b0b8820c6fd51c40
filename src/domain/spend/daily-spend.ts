import type { Instant } from '../shared/instant.js'
import { add, type Picodollars, zero } from '../shared/picodollars.js'
import type { Reading } from './reading.js'
import { windowEnd, windowStart } from './window.js'

/** What was spent on one UTC day. `spent: null`: nothing that was read tells. `exact: false`: it was at least that. */
export interface DaySpend {
  readonly start: Instant
  readonly spent: Picodollars | null
  readonly exact: boolean
}

/** What rose after `last` and before the day of `next` began; null where nobody can tell. */
const lateOf = (last: Reading, next: Reading, end: Instant): Picodollars | null => {
  if (next.total === last.total) return zero
  if (next.day === null || windowStart('day', next.at) !== end) return null
  const late = next.total - next.day - last.total
  return late < 0n ? null : (late as Picodollars)
}

const ofDay = (start: Instant, readings: ReadonlyArray<Reading>, bornAt: Instant): DaySpend => {
  const end = windowEnd('day', start)
  const unknown: DaySpend = { start, spent: null, exact: false }
  const upTo = readings.filter((each) => each.at < end)
  const last = upTo[upTo.length - 1]
  const next = readings[upTo.length]
  if (last === undefined) return end <= bornAt ? { start, spent: zero, exact: true } : unknown
  const own = last.at >= start ? last.day : zero
  if (own === null) return unknown
  // A day without a reading of its own has spent what rose across it, if that is nothing.
  if (last.at < start) return next !== undefined && next.total === last.total ? { start, spent: zero, exact: true } : unknown
  const late = next === undefined ? null : lateOf(last, next, end)
  return { start, spent: late === null ? own : add(own, late), exact: late !== null }
}

/**
 * What was spent on each UTC day from the day of `from` to that of `now`, oldest first, by the readings that were recorded, oldest first.
 * The counters of OpenRouter are the measure; what rose after the last reading of a day is told by the first of the next one.
 */
export const dailySpend = (readings: ReadonlyArray<Reading>, from: Instant, now: Instant, bornAt: Instant): ReadonlyArray<DaySpend> => {
  const days: Array<DaySpend> = []
  for (let start = windowStart('day', from); start <= now; start = windowEnd('day', start)) days.push(ofDay(start, readings, bornAt))
  return days
}
