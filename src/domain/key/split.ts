import type { Instant, Millis } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'

/** What was left of a limit, as read, and when its window turns, a little later; `null`: never. */
export interface Left {
  readonly left: Picodollars
  readonly turnsAt: Instant | null
}

/** How what was left is shared between a key and its successor. */
export interface Split extends Left {
  /** The same of the day's limit, where the key has one besides. */
  readonly day: Left | null
  /** What may have been spent by then without being shown yet. The shares leave it out. */
  readonly lagBound: Picodollars
  /** What the predecessor had spent in its life, as read. */
  readonly from: Picodollars
  readonly predecessor: Picodollars
  readonly successor: Picodollars
  /** How long after its last request a key's usage may lack something. */
  readonly quiet: Millis
}

/** Which windows turned since the budget was split. */
export type Turned = 'none' | 'day' | 'all'

/** The last that is known of what a predecessor spent in its whole life. */
export interface FinalUsage {
  readonly used: Picodollars
  /** Read so long after it was contained that nothing can be missing. */
  readonly settled: boolean
}
