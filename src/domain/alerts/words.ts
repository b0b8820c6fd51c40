import { between, type Instant } from '../shared/instant.js'
import { type Picodollars, toDecimalDollars } from '../shared/picodollars.js'
import type { KeyFacts, WindowFacts } from './facts.js'

/** Dollars with at least two and no needless digits: `$4.20`. */
export const money = (amount: Picodollars): string => {
  const [whole = '0', fraction = ''] = toDecimalDollars(amount).split('.')
  return `$${whole}.${fraction.padEnd(2, '0')}`
}

const units: ReadonlyArray<readonly [length: number, name: string]> = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
]

/** A length of time in its largest whole unit: `3 minutes`. */
export const span = (length: number): string => {
  const [size, name] = units.find(([each]) => length >= each) ?? [1_000, 'second']
  const count = Math.floor(length / size)
  return `${count} ${name}${count === 1 ? '' : 's'}`
}

/** How old something read at that time is: `read 3 minutes ago`. */
export const age = (readAt: Instant | null, now: Instant): string => {
  if (readAt === null) return 'never read'
  const length = between(readAt, now)
  return length < 1_000 ? 'read just now' : `read ${span(length)} ago`
}

/** A moment as UTC text to the minute. */
export const moment = (at: Instant): string => {
  const days = Math.floor(at / 86_400_000)
  const [year, month, day] = civil(days)
  const minutes = Math.floor((at % 86_400_000) / 60_000)
  return `${year}-${two(month)}-${two(day)} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)} UTC`
}

/** The UTC day of a moment: `2026-11-01`. */
export const dayOf = (at: Instant): string => moment(at).slice(0, 10)

const two = (value: number): string => String(value).padStart(2, '0')

/** Days since 1970-01-01 as year, month and day. http://howardhinnant.github.io/date_algorithms.html#civil_from_days */
const civil = (days: number): readonly [year: number, month: number, day: number] => {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const part = Math.floor((5 * dayOfYear + 2) / 153)
  const month = part < 10 ? part + 3 : part - 9
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - Math.floor((153 * part + 2) / 5) + 1]
}

/** What a window stands at, with limit and age: `$4.20 of its $25.00 for the month (read 3 minutes ago)`. */
export const standing = ({ used, limit, readAt, window }: WindowFacts, now: Instant): string => {
  const spent = used === null ? 'an unknown amount' : money(used)
  const bound = limit === null ? `with no limit for the ${window}` : `of its ${money(limit)} for the ${window}`
  return `${spent} ${bound} (${age(readAt, now)})`
}

/** A sentence of how a key stands, for alerts that are not about its spend themselves. */
export const standingOf = (key: KeyFacts, now: Instant): string => {
  const newest = [...key.windows].sort((a, b) => b.start - a.start)
  const window = newest.find((each) => each.limit !== null) ?? newest[0]
  return window === undefined
    ? `It has spent an unknown amount, with an unknown limit (${age(key.readAt, now)}).`
    : `It has spent ${standing(window, now)}.`
}
