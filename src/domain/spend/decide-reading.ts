import type { Instant } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import type { SpendEvent } from './event.js'
import type { Suspicion } from './reading.js'
import { observed, type SpendState } from './spend-state.js'

/** What OpenRouter told of a key's spending, and when it was asked. `null`: it did not say. */
export interface TotalsRead {
  readonly at: Instant
  readonly total: Picodollars | null
  readonly day: Picodollars | null
  readonly week: Picodollars | null
  readonly month: Picodollars | null
}

const suspected = (state: SpendState, reason: Suspicion, { at, total }: TotalsRead): ReadonlyArray<SpendEvent> =>
  state.suspicion === reason ? [] : [{ type: 'ReadingSuspected', reason, total, at }]

/**
 * The facts that a reading gives: none where nothing changed. A total that is missing or has shrunk is suspicious and no truth.
 * A reading that was asked for before the last one tells nothing any more.
 */
export const decideReading = (state: SpendState, read: TotalsRead): ReadonlyArray<SpendEvent> => {
  const { last } = state
  const { at, total, day, week, month } = read
  if (at < last.at) return []
  if (total === null) return suspected(state, 'unreadable', read)
  if (total < last.total) return suspected(state, 'shrunken', read)
  const same = total === last.total && day === last.day && week === last.week && month === last.month
  return same && state.suspicion === null ? [] : [{ type: 'UsageObserved', total, day, week, month, at }]
}

/** `state` as it is known to be at `seenAt`, when a reading showed that nothing had changed: no fact, only its age. */
export const seenAgain = (state: SpendState, seenAt: Instant | null): SpendState =>
  seenAt === null || seenAt <= state.last.at || state.suspicion !== null ? state : observed(state, { ...state.last, at: seenAt })
