import type { Millis } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'

/**
 * What we assume of the users of one key, of OpenRouter and of the watcher. OpenRouter promises none of it:
 * https://openrouter.ai/docs/api-reference/limits says only that a request is charged when it finishes.
 */
export interface Assumptions {
  /** The most that one request costs. */
  readonly largestRequest: Picodollars
  /** In any span of `t` milliseconds at most `1 + t / spacing` requests begin. */
  readonly spacing: Millis
  /** The longest time that a request takes. */
  readonly duration: Millis
  /** The longest time from the end of a request until limits and readings count it; also the greatest age of a stale reading. */
  readonly lag: Millis
  /** The longest time between the beginnings of two passes of the watcher. */
  readonly pollGap: Millis
  /** The longest time from the beginning of the pass that sees a spent window until the key refuses. */
  readonly timeToContain: Millis
}

/** Modest use of one key by a few people or one service, and a watcher that passes every minute. */
export const defaultAssumptions: Assumptions = {
  largestRequest: 100_000_000_000n as Picodollars,
  spacing: 1_000 as Millis,
  duration: 30_000 as Millis,
  lag: 60_000 as Millis,
  pollGap: 75_000 as Millis,
  timeToContain: 30_000 as Millis,
}

/**
 * The most that may be spent beyond a limit under the assumptions. The last request that was let through came while the
 * enforcer still saw less than the limit, and what it did not see by then began within the blind time before it.
 */
export const overshootBound = (
  { largestRequest, spacing, duration, lag, pollGap, timeToContain }: Assumptions,
  enforcer: 'native' | 'watcher',
): Picodollars => {
  const blind = duration + lag + (enforcer === 'watcher' ? pollGap + timeToContain : 0)
  const requests = 1 + Math.floor(blind / Math.max(1, spacing))
  return (BigInt(requests) * largestRequest) as Picodollars
}
