import type { AttemptId, KeyHash, Lineage, Nonce, OwnerId } from '../shared/identifiers.js'
import type { Instant, Millis } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import type { LimitsPatch } from '../spend/limits.js'
import type { Cause } from './cause.js'
import type { Effect, RemovalMode, StrayOrigin } from './event.js'
import type { OwnGuardrail } from './own-guardrail.js'
import type { Verdict } from './proof.js'
import type { RemotePolicy } from './remote-policy.js'
import type { LifetimeUsage } from './rotation-budget.js'
import type { RotationMode } from './rotation-event.js'
import type { Schedule, SchedulePatch } from './schedule.js'
import type { ContainmentReason, KeySpec } from './spec.js'
import type { TagsPatch } from './tags.js'

type At<C> = C & { readonly at: Instant }

/** What came of the one POST of an attempt. */
export type CreationResult =
  | { readonly _tag: 'Created'; readonly hash: KeyHash; readonly label: string; readonly policy: RemotePolicy }
  | { readonly _tag: 'Failed'; readonly cause: Cause }
  | { readonly _tag: 'Unknown'; readonly cause: Cause; readonly settleUntil: Instant }
  | { readonly _tag: 'Unsealable'; readonly hash: KeyHash; readonly cause: Cause }

/** What came of a repeatable change, its read-back included. `Failed` certainly changed nothing and may pass. */
export type ChangeResult =
  | { readonly _tag: 'Applied'; readonly policy: RemotePolicy; readonly used?: Picodollars }
  | { readonly _tag: 'Deleted'; readonly answer: 'deleted' | 'absent' }
  | { readonly _tag: 'Absent' }
  | { readonly _tag: 'Failed'; readonly cause: Cause }
  | { readonly _tag: 'Refused'; readonly cause: Cause }
  | { readonly _tag: 'Unknown'; readonly cause: Cause }

/** What is known of a key's guardrail now. `Failed` certainly changed nothing and may pass. */
export type GuardResult =
  | { readonly _tag: 'Observed'; readonly guardrail: OwnGuardrail | null }
  | { readonly _tag: 'Unavailable'; readonly cause: Cause }
  /** The key itself is not there any more. */
  | { readonly _tag: 'Absent' }
  | { readonly _tag: 'Failed'; readonly cause: Cause }
  | { readonly _tag: 'Refused'; readonly cause: Cause }
  | { readonly _tag: 'Unknown'; readonly cause: Cause }

/** The last look before giving up: the policy read, `null` when the key is gone, `unread` when nobody answered. */
export type LastLook = RemotePolicy | null | 'unread'

/** What the owner of a key may ask. */
export type OwnerCommand =
  | At<{ readonly _tag: 'Add'; readonly lineage: Lineage; readonly spec: KeySpec }>
  | At<{
      readonly _tag: 'Adopt'
      readonly lineage: Lineage
      readonly spec: KeySpec
      readonly hash: KeyHash
      readonly label: string
      readonly policy: RemotePolicy
      readonly sealed: boolean
      /** When it is to be replaced, where that is known as it comes in. */
      readonly schedule: Schedule
    }>
  /** The secret of a key that is looked after without it was given to us; it has this hash. */
  | At<{ readonly _tag: 'TakeSecret'; readonly hash: KeyHash }>
  | At<{ readonly _tag: 'Contain'; readonly reason: ContainmentReason; readonly note: string | null }>
  | At<{ readonly _tag: 'Lift'; readonly reason: ContainmentReason }>
  | At<{ readonly _tag: 'ChangeLimits'; readonly patch: LimitsPatch }>
  | At<{ readonly _tag: 'ChangeTags'; readonly patch: TagsPatch }>
  | At<{ readonly _tag: 'ChangeSchedule'; readonly patch: SchedulePatch }>
  | At<{ readonly _tag: 'Remove'; readonly mode: RemovalMode }>
  | At<{ readonly _tag: 'LeaveAlive' }>
  | At<{
      readonly _tag: 'Rotate'
      readonly mode: RotationMode
      readonly expiresAt: Instant | null
      /** A schedule asks: only for this generation, and only while nothing is against it. */
      readonly scheduled?: number
    }>

/** What the loop brings back from the outside, and the claims under which it acts. */
export type LoopCommand =
  | At<{
      readonly _tag: 'IntendCreation'
      readonly attempt: AttemptId
      readonly nonce: Nonce
      readonly owner: OwnerId
      readonly until: Instant
    }>
  | At<{
      readonly _tag: 'Claim'
      readonly attempt: AttemptId
      readonly effect: Effect
      readonly hash: KeyHash
      readonly owner: OwnerId
      readonly until: Instant
    }>
  | At<{
      readonly _tag: 'ExpireClaim'
      readonly attempt: AttemptId
      /** Its process is known to be dead, so nobody can send under it any more. */
      readonly ownerGone: boolean
      readonly settleUntil: Instant
    }>
  | At<{
      readonly _tag: 'RecordCreation'
      readonly attempt: AttemptId
      readonly nonce: Nonce
      readonly result: CreationResult
    }>
  | At<{
      readonly _tag: 'RecordLook'
      readonly attempt: AttemptId
      readonly found: ReadonlyArray<KeyHash>
      /** Its key is there and was set up since its birth, so somebody else holds it: this vault's copy does, or its original. */
      readonly heldElsewhere?: boolean
      readonly lookedAt: Instant
    }>
  | At<{
      readonly _tag: 'RecordChange'
      readonly attempt: AttemptId
      readonly effect: Effect
      readonly hash: KeyHash
      readonly result: ChangeResult
      /** Until when a change without an answer may still take hold; `null` where it certainly arrived or certainly never will. */
      readonly settleUntil: Instant | null
      readonly retryAt: Instant
    }>
  | At<{ 
      readonly _tag: 'RecordRead'
      readonly hash: KeyHash
      readonly policy: RemotePolicy | null
      /** When the read was sent. */
      readonly asOf: Instant
    }>
  | At<{
      readonly _tag: 'RecordGuard'
      /** `null`: nothing was sent but reads. */
      readonly attempt: AttemptId | null
      readonly hash: KeyHash
      readonly result: GuardResult
      /** Whether a watcher is at work, to whom a daily limit could fall. */
      readonly watched: boolean
      readonly retryAt: Instant
    }>
  | At<{ readonly _tag: 'RecordProof'; readonly hash: KeyHash; readonly verdict: Verdict }>
  | At<{ readonly _tag: 'RecordShred'; readonly lineage: Lineage; readonly generation?: number }>
  /** Whether a successor's own secret opens the API. */
  | At<{ readonly _tag: 'RecordVerification'; readonly hash: KeyHash; readonly accepted: boolean }>
  /** What a key that is being replaced has spent, `null` when it is gone; and how much of it OpenRouter may not show yet. */
  | At<{
      readonly _tag: 'RecordSpent'
      readonly hash: KeyHash
      readonly usage: LifetimeUsage | null
      readonly lagBound: Picodollars
      readonly quiet: Millis
    }>
  | At<{ readonly _tag: 'RecordTurn' }>
  | At<{
      readonly _tag: 'GiveUp'
      readonly cause: Cause
      readonly lastLook: LastLook
      readonly retryAt: Instant
    }>

/** What a sweep over the whole account finds, and its wish to try everything again now. */
export type SweepCommand =
  | At<{ readonly _tag: 'Observe'; readonly hash: KeyHash; readonly policy: RemotePolicy | null }>
  | At<{
      readonly _tag: 'Condemn'
      readonly hash: KeyHash
      readonly origin: StrayOrigin
      readonly nonce: Nonce | null
    }>
  | At<{ readonly _tag: 'RetryNow' }>
  /** What the listings of guardrails, sent at `asOf`, show on a key; `null`: none of ours. */
  | At<{ readonly _tag: 'ObserveGuard'; readonly hash: KeyHash; readonly found: OwnGuardrail | null; readonly asOf: Instant }>
  /** Try again whether a guardrail can be had. */
  | At<{ readonly _tag: 'RetryGuard' }>

export type KeyCommand = OwnerCommand | LoopCommand | SweepCommand
