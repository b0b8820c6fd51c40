import { between, type Instant, type Millis } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import { type Forecast, forecast } from './forecast.js'
import { shareOf, type SpendLimits } from './limits.js'
import type { Assumptions } from './overshoot.js'
import type { Suspicion } from './reading.js'
import type { SpendState } from './spend-state.js'
import { usageOf } from './usage.js'
import { windowEnd, windowStart } from './window.js'

/** `exceeded`: nothing is left to spend. `unknown`: a limit stands and what was spent in its window is not known. */
export type SpendLevel = 'ok' | 'warning' | 'exceeded' | 'unknown'

/** Which bound is the nearest: the least of what is left. */
export type Binding = 'daily' | 'monthly' | 'credit' | null

/** One limited or unlimited window of a key. Money is picodollars; `null` is unknown or absent. */
export interface WindowFacts {
  readonly start: Instant
  readonly end: Instant
  readonly limit: Picodollars | null
  readonly used: Picodollars | null
  /** What enforcement counts, never less than `used`. */
  readonly enforced: Picodollars | null
  readonly remaining: Picodollars | null
  readonly forecast: Forecast | null
}

/** All that is known of a key's spending, for people, scripts and alerts. */
export interface SpendFacts {
  readonly limits: SpendLimits
  readonly day: WindowFacts
  readonly month: WindowFacts
  /** When OpenRouter last told; `null`: never. */
  readonly readAt: Instant | null
  /** Older than the watcher's gap and OpenRouter's lag together. */
  readonly stale: boolean
  readonly suspicion: Suspicion | null
  readonly level: SpendLevel
  readonly binding: Binding
}

const windowFacts = (
  kind: 'day' | 'month',
  limit: Picodollars | null,
  state: SpendState | null,
  about: { readonly now: Instant; readonly bornAt: Instant; readonly lag: Millis },
): WindowFacts => {
  const { now, bornAt, lag } = about
  const { used, enforced } = state === null ? { used: null, enforced: null } : usageOf(state, kind, now, lag)
  const left = limit === null || enforced === null ? null : limit > enforced ? limit - enforced : 0n
  return {
    start: windowStart(kind, now),
    end: windowEnd(kind, now),
    limit,
    used,
    enforced,
    remaining: left as Picodollars | null,
    forecast: state === null || used === null ? null : forecast(kind, used, limit, state.last.at, bornAt),
  }
}

const isUnknown = ({ limit, remaining }: WindowFacts): boolean => limit !== null && remaining === null

const isNear = ({ limit, enforced }: WindowFacts, thresholds: ReadonlyArray<number>): boolean => {
  const [first] = thresholds
  return limit !== null && enforced !== null && first !== undefined && enforced >= shareOf(limit, first)
}

const levelOf = (windows: ReadonlyArray<WindowFacts>, thresholds: ReadonlyArray<number>): SpendLevel => {
  if (windows.some(({ remaining }) => remaining === 0n)) return 'exceeded'
  if (windows.some(isUnknown)) return 'unknown'
  return windows.some((window) => isNear(window, thresholds)) ? 'warning' : 'ok'
}

const bindingOf = (day: WindowFacts, month: WindowFacts, credit: Picodollars | null): Binding => {
  const bounds = [
    { name: 'daily' as const, left: day.remaining },
    { name: 'monthly' as const, left: month.remaining },
    { name: 'credit' as const, left: credit },
  ]
  return bounds.reduce<{ readonly name: Binding; readonly left: Picodollars | null }>(
    (least, bound) => (bound.left !== null && (least.left === null || bound.left < least.left) ? bound : least),
    { name: null, left: null },
  ).name
}

/** What `facts` looks at. `credit`: what the account has left, `null` where nobody asked. */
export interface FactsAbout {
  readonly limits: SpendLimits
  readonly state: SpendState | null
  readonly now: Instant
  readonly bornAt: Instant
  readonly credit: Picodollars | null
  readonly assumptions: Assumptions
}

export const spendFacts = ({ limits, state, now, bornAt, credit, assumptions }: FactsAbout): SpendFacts => {
  const about = { now, bornAt, lag: assumptions.lag }
  const day = windowFacts('day', limits.daily, state, about)
  const month = windowFacts('month', limits.monthly, state, about)
  return {
    limits,
    day,
    month,
    readAt: state?.last.at ?? null,
    stale: state === null || state.suspicion !== null || between(state.last.at, now) > assumptions.pollGap + assumptions.lag,
    suspicion: state?.suspicion ?? null,
    level: levelOf([day, month], limits.alertThresholds),
    binding: bindingOf(day, month, credit),
  }
}
