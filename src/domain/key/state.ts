import type { KeyHash, Lineage, Nonce } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import type { SpendLimits } from '../spend/limits.js'
import type { Attempt, Claim } from './attempt.js'
import type { Cap, Predecessors } from './cap.js'
import type { Cause } from './cause.js'
import type { Buried, Destruction, Stall, Stray } from './ending.js'
import type { RemovalMode } from './event.js'
import type { Guard } from './own-guardrail.js'
import type { Proof } from './proof.js'
import type { KeptLimit, RemoteKnowledge, RemotePolicy } from './remote-policy.js'
import type { RotationMode } from './rotation-event.js'
import type { Schedule } from './schedule.js'
import type { ContainmentReason, KeySpec } from './spec.js'
import type { FinalUsage, Split, Turned } from './split.js'

/** One incarnation of the name, from `add` to the end. */
export interface Incarnation {
  readonly lineage: Lineage
  readonly spec: KeySpec
  readonly schedule: Schedule
  readonly createdAt: Instant
  /** Which of its keys this is, from 1: every rotation begins the next. */
  readonly generation: number
  /** When this generation was asked for. */
  readonly generationAt: Instant
}

/** What was asked for and is not confirmed yet; refused for good, it is undone. `before`: what limits are put back to. */
export type PendingChange =
  | { readonly kind: 'contain' | 'lift'; readonly reason: ContainmentReason }
  | { readonly kind: 'limits'; readonly before: LimitsHeld }

/** Limits as a key holds them: what its owner said, and what it came with where that could not say it. */
export interface LimitsHeld {
  readonly limits: SpendLimits
  readonly kept: KeptLimit | null
}

/** A change of ours without an answer, which may still take hold until then. `policy: null`: a deletion. */
export interface Underway {
  readonly policy: RemotePolicy | null
  readonly until: Instant
}

/** A remote key that we look after: made here or adopted, its secret held until it is shredded, or never held. */
export interface HeldKey {
  readonly incarnation: Incarnation
  readonly hash: KeyHash
  readonly label: string
  /** The limit it was born with, which is also the least limit that OpenRouter takes for it. */
  readonly floor: Picodollars
  /** Stands in for the spec's limits where an adopted key came with what they cannot say. */
  readonly kept: KeptLimit | null
  /** What somebody tightened at OpenRouter, kept while `drift` is a reason. */
  readonly tightened: RemotePolicy | null
  readonly reasons: ReadonlyArray<ContainmentReason>
  readonly remote: RemoteKnowledge
  readonly guard: Guard
  readonly underway: ReadonlyArray<Underway>
  /** What lost changes of ours would set. None is expected any more, but one that comes all the same is still no wish of somebody's. */
  readonly lost: ReadonlyArray<RemotePolicy>
  /** When OpenRouter last showed that the key is there. */
  readonly aliveAt: Instant
  readonly secretHeld: boolean
  /** Stands in for its limit while a rotation shares out what is left, and until the window turns after it. */
  readonly cap: Cap | null
  /** What earlier keys of this lineage spent; `null` where it is the first. */
  readonly predecessors: Predecessors | null
}

/** Where the name stands in its life. Waiting places are places: nothing is half-set. */
export type Stage =
  | { readonly _tag: 'Vacant' }
  | {
      readonly _tag: 'CreateDue'
      readonly incarnation: Incarnation
      readonly birthLimit: Picodollars
      readonly tries: number
    }
  | {
      readonly _tag: 'Creating'
      readonly incarnation: Incarnation
      readonly attempt: Attempt
      readonly tries: number
    }
  | {
      readonly _tag: 'CreateUnknown'
      readonly incarnation: Incarnation
      readonly attempt: Attempt
      readonly tries: number
      readonly settleUntil: Instant
      readonly abandoned: boolean
    }
  | { readonly _tag: 'Provisioned'; readonly key: HeldKey }
  | {
      readonly _tag: 'Compensating'
      readonly key: HeldKey
      readonly cause: Cause
      readonly destruction: Destruction
      readonly stall: Stall | null
    }
  | {
      readonly _tag: 'Held'
      readonly key: HeldKey
      readonly change: PendingChange | null
      readonly stall: Stall | null
    }
  | {
      readonly _tag: 'Removing'
      readonly key: HeldKey
      readonly mode: RemovalMode
      readonly destruction: Destruction
    }
  | {
      readonly _tag: 'RollingBack'
      readonly key: HeldKey
      readonly mode: RemovalMode
      readonly cause: Cause
      readonly stall: Stall | null
    }
  | {
      readonly _tag: 'Outstanding'
      readonly key: HeldKey
      readonly mode: RemovalMode
      readonly destruction: Destruction
      readonly stall: Stall
    }
  | { readonly _tag: 'LeavingAlive'; readonly key: HeldKey }
  | {
      readonly _tag: 'Removed'
      readonly incarnation: Incarnation
      readonly hash: KeyHash
      readonly label: string
      readonly remote: 'revoked' | 'already-gone' | 'left-alive'
      readonly proof: Proof | null
    }

export type StageTag = Stage['_tag']
export type StageOf<Tag extends StageTag> = Extract<Stage, { readonly _tag: Tag }>

/** The successor is made, as any key is, and takes over. */
export interface Staging {
  readonly _tag: 'Staging'
  readonly mode: RotationMode
  readonly other: Stage
  readonly verified: boolean
  readonly split: Split | null
  /** The predecessor was read after it was shrunk, and had kept to its share. */
  readonly shrunk: boolean
  /** What stood in for the limit before; it does so again should the rotation come to nothing. */
  readonly capBefore: Cap | null
}

export interface Retiring {
  readonly _tag: 'Retiring'
  readonly mode: RotationMode
  readonly other: Stage
  readonly split: Split | null
  readonly turned: Turned
  readonly switchedAt: Instant
  readonly overlapUntil: Instant
  readonly containedAt: Instant | null
  readonly final: FinalUsage | null
}

/**
 * A key is being replaced. Its name then has two lives: that of the key of the name, and the other one, which goes by the same
 * rules: the successor's, made as any key is, until the switch; after it the predecessor's, ended as any debt is.
 */
export type Rotation = Staging | Retiring

/** The whole life of one name. */
export interface KeyState {
  /** How many incarnations have begun. */
  readonly lineages: number
  readonly stage: Stage
  /** The repeatable change under way; while it stands, nothing else is sent for this name. */
  readonly claim: Claim | null
  readonly strays: ReadonlyArray<Stray>
  /** Nonces of attempts that ended without a key of ours: should one be born late, every sweep knows it. */
  readonly watched: ReadonlyArray<Nonce>
  readonly buried: ReadonlyArray<Buried>
  /** Remote keys that the owner chose to leave alive; nothing touches them again. */
  readonly leftAlive: ReadonlyArray<KeyHash>
  /** The replacement of the key that is under way. */
  readonly rotation: Rotation | null
  /** The highest generation of the lineage that was ever begun. */
  readonly generations: number
  readonly updatedAt: Instant | null
}
