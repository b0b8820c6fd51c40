import { between, type Instant } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import { type WindowKind, windowEnd, windowStart } from './window.js'

/** What comes of a window if it goes on as it did. */
export interface Forecast {
  /** Spent at the end of the window. */
  readonly atEnd: Picodollars
  /** When the limit is reached; `null` where that is not within the window, or there is no limit. */
  readonly limitReachedAt: Instant | null
}

/** Before this share of a window has passed, its pace says nothing: one forty-eighth, half an hour of a day. */
const tooEarly = 48

/**
 * The window's pace since its beginning, or since the key's birth if that is later, drawn on to its end; `null` where too little
 * time has passed to tell. `asOf` is when `used` was read.
 */
export const forecast = (
  kind: WindowKind,
  used: Picodollars,
  limit: Picodollars | null,
  asOf: Instant,
  bornAt: Instant,
): Forecast | null => {
  const start = windowStart(kind, asOf)
  const end = windowEnd(kind, asOf)
  const from = bornAt > start ? bornAt : start
  const elapsed = between(from, asOf)
  if (elapsed * tooEarly < end - start) return null
  const atEnd = (used + (used * BigInt(end - asOf)) / BigInt(elapsed)) as Picodollars
  if (limit === null || used >= limit || used === 0n) return { atEnd, limitReachedAt: null }
  const after = ((limit - used) * BigInt(elapsed) + used - 1n) / used
  const reached = BigInt(asOf) + after
  return { atEnd, limitReachedAt: reached < BigInt(end) ? (Number(reached) as Instant) : null }
}
