import type { Instant, Millis } from '../shared/instant.js'
import { add, type Picodollars, zero } from '../shared/picodollars.js'
import type { SpendState, WindowBase } from './spend-state.js'
import { type WindowKind, windowStart } from './window.js'

/** What was spent in the current window. `null` is unknown: the window turned and nothing was read since. */
export interface WindowUsage {
  /** The best that is known. */
  readonly used: Picodollars | null
  /** What enforcement counts: never less, and more while a rise may belong to the window before. */
  readonly enforced: Picodollars | null
}

const unknown: WindowUsage = { used: null, enforced: null }

/**
 * Whether the counter is surely of this window. A reading may be as old as `lag`, so soon after a turn it may show the old window.
 * Where the old window had spent something, its counter would show more than the total rose by, and was found out by that.
 */
const isOfThisWindow = ({ start, earlier }: WindowBase, readAt: Instant, lag: Millis): boolean =>
  readAt - lag >= start || (earlier !== null && earlier > zero)

/**
 * What `kind`'s current window has cost. The lifetime total is the arbiter: a window's counter above its rise since the last
 * reading before the window belongs to the window before. Until the counter is surely of this window, a rise across the turn
 * counts in both. Reported costs that no reading has confirmed yet are counted on top.
 */
export const usageOf = (state: SpendState, kind: WindowKind, now: Instant, lag: Millis): WindowUsage => {
  const base = state.bases[kind]
  if (windowStart(kind, now) > base.start) return unknown
  const { last } = state
  const rise = (last.total - base.before) as Picodollars
  const counter = last[kind]
  const isPossible = counter !== null && counter <= rise
  const reported = state.unconfirmed
    .filter(({ at }) => at >= base.start)
    .reduce((sum, { cost }) => add(sum, cost), zero)
  const used = isPossible ? counter : rise
  const enforced = isPossible && isOfThisWindow(base, last.at, lag) ? counter : rise
  return { used: add(used, reported), enforced: add(enforced, reported) }
}
