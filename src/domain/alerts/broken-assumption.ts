import type { Instant } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import { type Assumptions, overshootBound } from '../spend/overshoot.js'
import { windowStart } from '../spend/window.js'
import type { Incident, TotalReading, WindowFacts } from './facts.js'
import type { StandingLimit } from './limit-history.js'
import { money, span } from './words.js'

/** What is measured against the assumptions. The limits are those that stand, with the time since which they do. */
export interface Measured {
  readonly windows: ReadonlyArray<WindowFacts>
  readonly limits: ReadonlyArray<StandingLimit>
  readonly readings: ReadonlyArray<TotalReading>
  readonly largestReported: Picodollars | null
  readonly now: Instant
}

/** Beyond its limit by more than the bound that is printed; a limit that was lowered meanwhile may well lie below what was spent. */
const overshot = ({ windows, limits }: Measured, assumptions: Assumptions): Incident | null => {
  const bound = overshootBound(assumptions, 'watcher')
  const found = windows.find(({ used, limit, start, revision }) => {
    const stood = limits.some((each) => each.revision === revision && each.amount === limit && each.from <= start)
    return used !== null && limit !== null && stood && used > limit + bound
  })
  if (found === undefined || found.used === null || found.limit === null) return null
  const { used, limit, window } = found
  const over = money((used - limit) as Picodollars)
  return { at: found.start, text: `has gone ${over} beyond its limit of ${money(limit)} for the ${window}, where at most ${money(bound)} was stated,` }
}

/** In any span of time at most so much can be charged, if the largest request and the spacing of requests are what we assume. */
const mostWithin = ({ largestRequest, spacing, lag, duration }: Assumptions, time: number): bigint =>
  (1n + BigInt(Math.floor((time + lag + duration) / Math.max(1, spacing)))) * largestRequest

const tooFast = ({ readings, now }: Measured, assumptions: Assumptions): Incident | null => {
  const today = windowStart('day', now)
  const found = readings.find((to, n) => {
    const from = readings[n - 1]
    return from !== undefined && from.at >= today && to.total - from.total > mostWithin(assumptions, to.at - from.at)
  })
  const before = found === undefined ? undefined : readings[readings.indexOf(found) - 1]
  if (found === undefined || before === undefined) return null
  const rise = money((found.total - before.total) as Picodollars)
  const most = money(mostWithin(assumptions, found.at - before.at) as Picodollars)
  return { at: today, text: `spent ${rise} within ${span(found.at - before.at)}, where at most ${most} was assumed,` }
}

const tooLarge = ({ largestReported, now }: Measured, { largestRequest }: Assumptions): Incident | null =>
  largestReported === null || largestReported <= largestRequest
    ? null
    : {
        at: windowStart('day', now),
        text: `had one request of ${money(largestReported)}, where at most ${money(largestRequest)} was assumed,`,
      }

/** The assumption of the stated bound that what was read breaks, once for each window; null where all hold. */
export const brokenAssumption = (measured: Measured, assumptions: Assumptions): Incident | null =>
  overshot(measured, assumptions) ?? tooFast(measured, assumptions) ?? tooLarge(measured, assumptions)
