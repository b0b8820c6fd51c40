import type { KeyState } from '../../domain/key/state.js'
import { incarnationOf } from '../../domain/key/view.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Instant } from '../../domain/shared/instant.js'
import { type Picodollars, toDollars } from '../../domain/shared/picodollars.js'
import { type SpendFacts, spendFacts, type WindowFacts } from '../../domain/spend/facts.js'
import { defaultAssumptions, overshootBound } from '../../domain/spend/overshoot.js'
import type { SpendState } from '../../domain/spend/spend-state.js'
import type { KeyView, UsageReport, UsageView, WindowForecast } from '../reports.js'
import { isoOf } from '../view-key.js'

const dollars = (amount: Picodollars | null): number | null => (amount === null ? null : toDollars(amount))

/** What is known of a key's spending now; `null` where no key is or was. */
export const factsOf = (
  state: KeyState,
  spending: SpendState | null,
  credit: Picodollars | null,
  now: Instant,
): SpendFacts | null => {
  const incarnation = incarnationOf(state.stage)
  if (incarnation === null) return null
  return spendFacts({
    limits: incarnation.spec.limits,
    state: spending,
    now,
    bornAt: incarnation.createdAt,
    credit,
    assumptions: defaultAssumptions,
  })
}

export const usageView = (facts: SpendFacts | null): UsageView => ({
  currentMonth: dollars(facts?.month.used ?? null),
  currentDay: dollars(facts?.day.used ?? null),
  lastUpdated: facts?.readAt === null || facts === null ? null : isoOf(facts.readAt),
  stale: facts?.stale ?? true,
})

const forecastOf = ({ forecast, end }: WindowFacts): WindowForecast | null =>
  forecast === null
    ? null
    : {
        atEnd: toDollars(forecast.atEnd),
        end: isoOf(end),
        limitReachedAt: forecast.limitReachedAt === null ? null : isoOf(forecast.limitReachedAt),
      }

/** The bound of whoever is slowest; `null` where no limit can be overshot. */
const boundOf = ({ enforcedBy }: KeyView): number | null => {
  const enforcers = [enforcedBy.monthly, enforcedBy.daily]
  if (enforcers.every((each) => each === null) || enforcers.includes('nobody')) return null
  return toDollars(overshootBound(defaultAssumptions, enforcers.includes('watcher') ? 'watcher' : 'native'))
}

export const usageReport = (name: KeyName, view: KeyView, facts: SpendFacts, credit: Picodollars | null): UsageReport => ({
  name,
  limits: view.limits,
  usage: usageView(facts),
  remaining: { month: dollars(facts.month.remaining), day: dollars(facts.day.remaining) },
  credit: dollars(credit),
  binding: facts.binding,
  level: facts.level,
  enforcedBy: view.enforcedBy,
  overshootBound: boundOf(view),
  forecast: { month: forecastOf(facts.month), day: forecastOf(facts.day) },
  suspicious: facts.suspicion,
})
