import type { AttemptId, KeyHash, Nonce, OwnerId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import type { Effect } from './event.js'

/** One creation attempt: the intent of one POST, recognisable by its nonce. */
export interface Attempt {
  readonly id: AttemptId
  readonly nonce: Nonce
  readonly birthLimit: Picodollars
  readonly owner: OwnerId
  readonly claimUntil: Instant
}

/** Who may send the change that is under way, and until when. */
export interface Claim {
  readonly attempt: AttemptId
  readonly effect: Effect
  readonly hash: KeyHash
  readonly owner: OwnerId
  readonly until: Instant
}
