import type { Instant } from '../../src/domain/shared/instant.js'
import { monthOf, windowEnd, windowStart } from '../../src/domain/spend/window.js'

const midnight = (at: number): Date => {
  const date = new Date(at)
  date.setUTCHours(0, 0, 0, 0)
  return date
}

/** The windows of `at` by `Date`, which shares no arithmetic with the domain: start and end of day, week and month, and its name. */
const oracle = (at: number): ReadonlyArray<number | string> => {
  const monday = midnight(at)
  while (monday.getUTCDay() !== 1 && monday.getTime() > 0) monday.setUTCDate(monday.getUTCDate() - 1)
  const sunday = midnight(at)
  do sunday.setUTCDate(sunday.getUTCDate() + 1)
  while (sunday.getUTCDay() !== 1)
  const first = midnight(at)
  first.setUTCDate(1)
  const next = new Date(first)
  next.setUTCMonth(next.getUTCMonth() + 1)
  const tomorrow = midnight(at)
  tomorrow.setUTCDate(tomorrow.getUTCDate() + 1)
  const edges = [midnight(at), tomorrow, monday, sunday, first, next].map((date) => date.getTime())
  return [...edges, new Date(at).toISOString().slice(0, 7)]
}

/** `null` where domain and oracle agree, else both. */
export const compareWindows = (at: number): string | null => {
  const now = at as Instant
  const own = [
    windowStart('day', now),
    windowEnd('day', now),
    windowStart('week', now),
    windowEnd('week', now),
    windowStart('month', now),
    windowEnd('month', now),
    monthOf(now),
  ]
  const [mine, other] = [own.join(' '), oracle(at).join(' ')]
  return mine === other ? null : `${at}: ${mine} and not ${other}`
}
