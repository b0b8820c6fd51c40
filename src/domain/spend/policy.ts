import { type Picodollars, zero } from '../shared/picodollars.js'
import type { SpendLimits } from './limits.js'

/** Who enforces a limit; `null` where there is none to enforce. */
export type Enforcer = 'openrouter' | 'guardrail' | 'watcher' | 'nobody' | null

/** The limit that sits on the key itself, and when it starts again; both `null`: no limit. */
export interface KeyCap {
  readonly limit: Picodollars | null
  readonly reset: 'daily' | 'monthly' | null
}

/** The budget of a guardrail assigned to the key. Guardrails refuse zero, so it is above zero. */
export interface GuardrailCap {
  readonly limit: Picodollars
  readonly reset: 'daily' | 'monthly'
}

/** A window that nobody native counts: the watcher contains the key when `limit` is reached. */
export interface WatchedCap {
  readonly window: 'day' | 'month'
  readonly limit: Picodollars
}

/** Limits as what each enforcer is to hold. */
export interface CompiledPolicy {
  readonly key: KeyCap
  readonly guardrail: GuardrailCap | null
  readonly watcher: WatchedCap | null
}

/** What the account can do. `guardrails: false`: they are refused, so a second window falls to the watcher. */
export interface Capabilities {
  readonly guardrails: boolean
}

const onKey = (limit: Picodollars | null, reset: KeyCap['reset']): CompiledPolicy => ({
  key: { limit, reset },
  guardrail: null,
  watcher: null,
})

/**
 * Compiles limits to whoever enforces them best. The monthly limit sits on the key, so that the whole exposure stays
 * bounded whatever else fails; the daily one on a guardrail, or with the watcher where guardrails are refused.
 * A limit of zero sits on the key alone, and so does a daily limit that the monthly one implies.
 * One limit with one window per key: https://openrouter.ai/docs/api-reference/api-keys
 */
export const compilePolicy = ({ monthly, daily }: SpendLimits, { guardrails }: Capabilities): CompiledPolicy => {
  if (daily === null) return onKey(monthly, monthly === null ? null : 'monthly')
  if (monthly === null) return onKey(daily, 'daily')
  if (monthly === daily) return onKey(monthly, 'monthly')
  if (daily === zero) return onKey(zero, 'daily')
  const key: KeyCap = { limit: monthly, reset: 'monthly' }
  return guardrails
    ? { key, guardrail: { limit: daily, reset: 'daily' }, watcher: null }
    : { key, guardrail: null, watcher: { window: 'day', limit: daily } }
}

/** What was spent in the current windows. The day lies in the month, so `day` is at most `month`. */
export interface Spent {
  readonly month: Picodollars
  readonly day: Picodollars
}

const left = (limit: Picodollars, spent: Picodollars): Picodollars => (limit > spent ? limit - spent : 0n) as Picodollars

const least = (amounts: ReadonlyArray<Picodollars | null>): Picodollars | null =>
  amounts.reduce((smallest, amount) => {
    if (amount === null) return smallest
    return smallest === null || amount < smallest ? amount : smallest
  }, null)

const perLimit = (limit: Picodollars | null, spent: Picodollars): Picodollars | null =>
  limit === null ? null : left(limit, spent)

/** What may still be spent now under the limits; `null`: without bound. */
export const headroom = ({ monthly, daily }: Pick<SpendLimits, 'monthly' | 'daily'>, spent: Spent): Picodollars | null =>
  least([perLimit(monthly, spent.month), perLimit(daily, spent.day)])

const spentIn = (window: 'daily' | 'monthly' | 'day' | 'month' | null, spent: Spent): Picodollars =>
  window === 'daily' || window === 'day' ? spent.day : spent.month

/** The same as the enforcers of a compiled policy see it: the law is that both agree for every spending. */
export const headroomUnder = ({ key, guardrail, watcher }: CompiledPolicy, spent: Spent): Picodollars | null =>
  least([
    perLimit(key.limit, spentIn(key.reset, spent)),
    guardrail === null ? null : left(guardrail.limit, spentIn(guardrail.reset, spent)),
    watcher === null ? null : left(watcher.limit, spentIn(watcher.window, spent)),
  ])

/** Who stands behind a compiled policy now. */
export interface Enforcement {
  /** The guardrail of the policy is assigned to the key, as far as we know. */
  readonly guardrailAssigned: boolean
  /** A watcher's heartbeat is fresh. */
  readonly watcherAlive: boolean
}

/** Who enforces each limit, truthfully: a guardrail that is not assigned and a watcher that is not there are nobody. */
export const enforcersOf = (
  limits: Pick<SpendLimits, 'monthly' | 'daily'>,
  policy: CompiledPolicy,
  { guardrailAssigned, watcherAlive }: Enforcement,
): { readonly monthly: Enforcer; readonly daily: Enforcer } => {
  const second = (): Enforcer => {
    if (policy.guardrail !== null) return guardrailAssigned ? 'guardrail' : 'nobody'
    if (policy.watcher !== null) return watcherAlive ? 'watcher' : 'nobody'
    return 'openrouter'
  }
  return {
    monthly: limits.monthly === null ? null : 'openrouter',
    daily: limits.daily === null ? null : second(),
  }
}
