import type { Clock } from '../application/ports/environment.js'
import type { Instant, Millis } from '../domain/shared/instant.js'

/** A clock that goes on only when something sleeps on it, or when it is told to. */
export interface VirtualClock extends Clock {
  /** Goes on by so many milliseconds. */
  readonly advance: (duration: Millis) => void
  /** Sets the time of day, forwards or backwards; what is measured by `monotonic` does not notice. */
  readonly jump: (to: Instant) => void
}

/** A virtual clock at `start`. A `sleep` takes no time but the clock's own. */
export const makeVirtualClock = (start: Instant): VirtualClock => {
  const time = { now: start, monotonic: 0 as Millis }
  const advance = (duration: Millis): void => {
    time.now = (time.now + duration) as Instant
    time.monotonic = (time.monotonic + duration) as Millis
  }
  return {
    now: () => time.now,
    monotonic: () => time.monotonic,
    sleep: (duration) => async () => {
      await Promise.resolve()
      advance(duration)
    },
    advance,
    jump: (to) => {
      time.now = to
    },
  }
}
