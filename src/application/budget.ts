import { between, type Instant, type Millis } from '../domain/shared/instant.js'
import type { Clock, Random } from './ports/environment.js'

/** How long one command may go on repeating, counted on the monotonic clock. */
export interface Budget {
  readonly deadline: Millis
  /** So long it also waits until what was done can be told in full; absent: not at all. */
  readonly patience?: Millis
}

export const startBudget = (clock: Pick<Clock, 'monotonic'>, length: Millis): Budget => ({
  deadline: (clock.monotonic() + length) as Millis,
})

/** What is left to wait with; zero when the time is up. */
export const remaining = (clock: Pick<Clock, 'monotonic'>, budget: Budget): Millis =>
  Math.max(0, budget.deadline - clock.monotonic()) as Millis

/** Longer than it takes until OpenRouter's usage of a key that is quiet can be believed. */
export const patience = 180_000 as Millis

const firstPause = 250
const longestPause = 8_000

/**
 * How long to wait before the next try: full jitter below a doubling bound, or what the remote asked for if that is longer.
 * Source of full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export const pauseBefore = (random: Pick<Random, 'fraction'>, failures: number, asked: Millis | null): Millis => {
  const bound = Math.min(longestPause, firstPause * 2 ** Math.min(failures, 16))
  const jittered = Math.ceil(random.fraction() * bound)
  return Math.max(jittered, asked ?? 0) as Millis
}

const firstRetry = 30_000
const longestRetry = 3_600_000

/** When a stalled work is due again: doubling from half a minute, at most an hour, with up to a quarter of jitter. */
export const retryDate = (random: Pick<Random, 'fraction'>, now: Instant, failures: number): Instant => {
  const bound = Math.min(longestRetry, firstRetry * 2 ** Math.min(failures, 16))
  return (now + Math.ceil(bound * (0.75 + random.fraction() * 0.25))) as Instant
}

export const untilThen = (clock: Pick<Clock, 'now'>, at: Instant): Millis => between(clock.now(), at)
