import type { Instant } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import type { KeptLimit, LimitReset } from './remote-policy.js'

/** A limit that stands in for a key's own, until a window turns or, with `null`, until the rotation says otherwise. */
export interface CapTerm {
  readonly limit: Picodollars
  readonly reset: LimitReset | null
  readonly until: Instant | null
  /** The owner's limit that it stands in for: by as much as he changes that, what is left changes. */
  readonly instead: KeptLimit
}

/** What a key has while a rotation shares out what is left, and until its windows turn. `next: null`: then its own limit counts. */
export interface Cap extends CapTerm {
  readonly next: CapTerm | null
}

/** What earlier keys of a lineage spent, and when the last of them ended. */
export interface Predecessors {
  readonly spent: Picodollars
  readonly until: Instant
}
