import { type Instant, type Millis } from '../shared/instant.js'
import type { WatchedCap } from './policy.js'
import type { SpendState } from './spend-state.js'
import { usageOf } from './usage.js'

/** What the watcher is to do about a window that nobody native counts; null: leave the key as it is. */
export type WindowVerdict = 'contain' | 'lift' | null

/** What the verdict looks at. `contained`: the key stands contained for a spent window now. */
export interface WindowSeen {
  readonly cap: WatchedCap | null
  readonly state: SpendState | null
  readonly contained: boolean
  readonly now: Instant
  /** How old a reading may be when it is new to us. Milliseconds. */
  readonly lag: Millis
}

/**
 * Contains when the window is spent, and lifts when it turned, when the limit was raised above what was spent, or when no limit is left to
 * watch. Where nothing is known of the current window, nothing is done: an old reading neither locks a key nor frees a budget.
 */
export const windowVerdict = ({ cap, state, contained, now, lag }: WindowSeen): WindowVerdict => {
  if (cap === null) return contained ? 'lift' : null
  const enforced = state === null ? null : usageOf(state, cap.window, now, lag).enforced
  if (enforced === null) return null
  const isSpent = enforced >= cap.limit
  if (isSpent === contained) return null
  return isSpent ? 'contain' : 'lift'
}
