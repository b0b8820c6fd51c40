import type { KeyHash } from '../shared/identifiers.js'
import type { Instant, Millis } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import type { Cap } from './cap.js'
import type { Cause } from './cause.js'
import type { Split } from './split.js'

/** How a rotation is to go: how long both keys answer, and whether the old one is in wrong hands and contained at once. */
export interface RotationMode {
  readonly grace: Millis
  readonly leaked: boolean
}

type At<E> = E & { readonly at: Instant }

/** The facts of replacing a key. They are part of `KeyEvent`, and stored as those are. */
export type RotationEvent =
  | At<{
      readonly type: 'RotationRequested'
      readonly generation: number
      readonly mode: RotationMode
      /** When the successor is to expire. */
      readonly expiresAt: Instant | null
    }>
  | At<{ readonly type: 'SuccessorVerified'; readonly hash: KeyHash }>
  | At<{ readonly type: 'BudgetSplit' } & Split>
  /** Read once it is shrunk for certain, the predecessor had spent no more than its share: what is left for the successor is really left. */
  | At<{ readonly type: 'PredecessorShrunk'; readonly hash: KeyHash }>
  /** The successor is the key of the name from here on, and the predecessor a debt until it is proven dead. */
  | At<{
      readonly type: 'RotationSwitched'
      readonly successor: KeyHash
      readonly predecessor: KeyHash
      readonly overlapUntil: Instant
    }>
  | At<{ readonly type: 'OverlapEnded'; readonly leaked: boolean }>
  /** What the predecessor had spent; `settled` when nothing can be missing any more. */
  | At<{ readonly type: 'PredecessorMeasured'; readonly used: Picodollars; readonly settled: boolean }>
  /** A window turned: what stands in for the key's limit from now on. */
  | At<{ readonly type: 'WindowTurned'; readonly cap: Cap | null }>
  /** The predecessor is proven dead; the successor keeps what is left. */
  | At<{
      readonly type: 'RotationFinished'
      readonly cap: Cap | null
      /** What is left of a cap for the whole life, where the key's limit is one. */
      readonly lifetime: Picodollars | null
      /** What the predecessors of the lineage's key spent in all. */
      readonly spent: Picodollars
    }>
  | At<{ readonly type: 'RotationRolledBack'; readonly cause: Cause }>
