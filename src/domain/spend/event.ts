import type { Lineage } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import type { Suspicion, Totals } from './reading.js'
import type { SpendState } from './spend-state.js'
import type { MonthId } from './window.js'

type At<E> = E & { readonly at: Instant }

/**
 * The facts of what one lineage spent in one UTC month. Only readings that changed something are facts.
 * These names and fields are the storage format, as those of `KeyEvent` are.
 */
export type SpendEvent =
  /** Opens the month with all that is known by then, so that no older stream need be read. */
  | At<{ readonly type: 'SpendMonthOpened'; readonly lineage: Lineage; readonly month: MonthId; readonly carried: SpendState }>
  | At<{ readonly type: 'UsageObserved' } & Totals>
  | At<{ readonly type: 'ReadingSuspected'; readonly reason: Suspicion; readonly total: Picodollars | null }>
  /** What a request cost, as its caller reported it. `generation` is OpenRouter's id of the request. */
  | At<{ readonly type: 'CostReported'; readonly generation: string; readonly cost: Picodollars }>
  /** The summary: the lifetime total at the end, and what the month's own counter said last, `null` where that is unknown. */
  | At<{ readonly type: 'SpendMonthClosed'; readonly total: Picodollars; readonly spent: Picodollars | null }>

export type SpendEventType = SpendEvent['type']
