import type { Clock } from '../../application/ports/environment.js'
import type { Instant, Millis } from '../../domain/shared/instant.js'

/** The machine's clock. `sleep` ends early when `stop` is aborted. */
export const systemClock = (stop: AbortSignal): Clock => ({
  // Both are whole milliseconds and never negative in any year that the program will see.
  now: () => Date.now() as Instant,
  monotonic: () => Math.floor(performance.now()) as Millis,
  sleep: (duration) => () =>
    new Promise((resolve) => {
      if (stop.aborted) return resolve()
      const end = (): void => {
        clearTimeout(timer)
        stop.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, Math.min(duration, longestTimer))
      stop.addEventListener('abort', end)
    }),
})

/** A longer timer would fire at once. https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const longestTimer = 2 ** 31 - 1
