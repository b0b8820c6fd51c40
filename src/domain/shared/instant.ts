import { type Either, left, right } from 'fp-ts/lib/Either.js'

import { type Branded, type InvalidValue, invalidValue } from './brand.js'

/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z. Always UTC; always injected, never read here. */
export type Instant = Branded<number, 'Instant'>

/** A length of time in whole milliseconds, never negative. */
export type Millis = Branded<number, 'Millis'>

const latest = 253_402_300_799_999

/** Accepts whole milliseconds between the year 1970 and the year 9999. */
export const instant = (value: number): Either<InvalidValue, Instant> =>
  Number.isSafeInteger(value) && value >= 0 && value <= latest
    ? right(value as Instant)
    : left(invalidValue('instant', 'must be whole milliseconds between 1970 and 9999'))

/** Accepts whole milliseconds that are not negative. */
export const millis = (value: number): Either<InvalidValue, Millis> =>
  Number.isSafeInteger(value) && value >= 0
    ? right(value as Millis)
    : left(invalidValue('duration', 'must be a whole number of milliseconds, not negative'))

/** `at` moved later by `duration`, held at the end of the year 9999. */
export const plus = (at: Instant, duration: Millis): Instant => Math.min(at + duration, latest) as Instant

/** How long from `start` to `end`; zero when `end` is not later. */
export const between = (start: Instant, end: Instant): Millis => Math.max(0, end - start) as Millis
