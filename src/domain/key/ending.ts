import type { KeyHash, Lineage } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { Cause } from './cause.js'
import type { StrayOrigin } from './event.js'
import type { Proof } from './proof.js'

/** A work that met a refusal or ran out of time: why, how often, and when it is due again. */
export interface Stall {
  readonly cause: Cause
  readonly retryAt: Instant
  readonly failures: number
}

/** How far the end of a remote key has come. Every phase may be repeated. */
export interface Destruction {
  readonly phase: 'verify' | 'contain' | 'delete' | 'prove' | 'shred'
  readonly contained: boolean
  /** A containing or deleting request of ours went out: it took hold, or nobody knows. */
  readonly touched: boolean
  /** OpenRouter answered 200 for this hash since this removal, or its last retry, began: then its 404 means something. */
  readonly seen: boolean
  /** OpenRouter said that it deleted the key, and not only that it has none. */
  readonly deleted: boolean
  /** It was gone before we did anything. */
  readonly alreadyGone: boolean
  readonly proof: Proof | null
}

/** The end of a remote key of which nothing is done yet. */
export const endFrom = (phase: Destruction['phase']): Destruction => ({
  phase,
  contained: false,
  touched: false,
  seen: false,
  deleted: false,
  alreadyGone: false,
  proof: null,
})

/** A remote key that is ours to destroy and is not the key of the name. */
export interface Stray {
  readonly hash: KeyHash
  readonly origin: StrayOrigin
  readonly phase: 'contain' | 'delete' | 'prove'
  readonly aliveAt: Instant
  readonly deleted: boolean
  readonly stall: Stall | null
}

/** A remote key that is proven dead, kept so that it is known again should it come back. */
export interface Buried {
  readonly hash: KeyHash
  readonly lineage: Lineage | null
}
