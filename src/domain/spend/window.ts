import type { Instant } from '../shared/instant.js'

/** A span in which spending is counted: a UTC day, an ISO week (Monday to Sunday, UTC), a UTC calendar month. */
export type WindowKind = 'day' | 'week' | 'month'

export const windowKinds: ReadonlyArray<WindowKind> = ['day', 'week', 'month']

/** A UTC calendar month, `2026-11`. */
export type MonthId = string

interface CivilDate {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
}

const dayLength = 86_400_000
const daysPerEra = 146_097
/** Days from 0000-03-01, where the eras of 400 years begin, to 1970-01-01. */
const epoch = 719_468

const dayOf = (at: number): number => Math.floor(at / dayLength)

/** Source: https://howardhinnant.github.io/date_algorithms.html#civil_from_days */
const civilFromDays = (days: number): CivilDate => {
  const shifted = days + epoch
  const era = Math.floor(shifted / daysPerEra)
  const dayOfEra = shifted - era * daysPerEra
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

/** Source: https://howardhinnant.github.io/date_algorithms.html#days_from_civil */
const daysFromCivil = ({ year, month, day }: CivilDate): number => {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * daysPerEra + dayOfEra - epoch
}

const startDay = (kind: WindowKind, at: Instant): number => {
  const day = dayOf(at)
  switch (kind) {
    case 'day':
      return day
    case 'week':
      // 1970-01-01 was a Thursday, three days after a Monday.
      return day - ((day + 3) % 7)
    case 'month':
      return daysFromCivil({ ...civilFromDays(day), day: 1 })
  }
}

/** The first instant of the window of `at`; in the week of 1970-01-01 the beginning of that day, for time begins there. */
export const windowStart = (kind: WindowKind, at: Instant): Instant =>
  (Math.max(0, startDay(kind, at)) * dayLength) as Instant

const nextMonth = ({ year, month }: CivilDate): CivilDate =>
  month === 12 ? { year: year + 1, month: 1, day: 1 } : { year, month: month + 1, day: 1 }

/** The first instant after the window of `at`. */
export const windowEnd = (kind: WindowKind, at: Instant): Instant => {
  const start = startDay(kind, at)
  switch (kind) {
    case 'day':
      return ((start + 1) * dayLength) as Instant
    case 'week':
      return ((start + 7) * dayLength) as Instant
    case 'month':
      return (daysFromCivil(nextMonth(civilFromDays(start))) * dayLength) as Instant
  }
}

/** The UTC calendar month of `at`. Sorted as text, months are in order. */
export const monthOf = (at: Instant): MonthId => {
  const { year, month } = civilFromDays(dayOf(at))
  return `${year.toString().padStart(4, '0')}-${month.toString().padStart(2, '0')}`
}
