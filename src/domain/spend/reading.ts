import type { Instant } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'

/** Cumulative totals as OpenRouter told them; a window's counter is `null` where it did not say. */
export interface Totals {
  readonly total: Picodollars
  readonly day: Picodollars | null
  readonly week: Picodollars | null
  readonly month: Picodollars | null
}

/** Totals with the instant at which they were read. */
export interface Reading extends Totals {
  readonly at: Instant
}

/** Why a reading is not believed: its total is missing, or below one that was read before. */
export type Suspicion = 'unreadable' | 'shrunken'
