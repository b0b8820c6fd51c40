import type { AttemptId, KeyHash, Lineage, Nonce, OwnerId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import type { SpendLimits } from '../spend/limits.js'
import type { Cause } from './cause.js'
import type { OwnGuardrail } from './own-guardrail.js'
import type { Proof, Witnesses } from './proof.js'
import type { RemotePolicy } from './remote-policy.js'
import type { RotationEvent } from './rotation-event.js'
import type { Schedule } from './schedule.js'
import type { ContainmentReason, KeySpec } from './spec.js'
import type { Tags } from './tags.js'

/** How a removal is to go: `leaked` never rolls back, `force` ends without the secret whatever OpenRouter says. */
export interface RemovalMode {
  readonly leaked: boolean
  readonly force: boolean
}

/** A change of a remote key that may be repeated. */
export type Effect = 'activate' | 'converge' | 'contain' | 'restore' | 'delete' | 'guard'

/** How a remote key came to be ours to destroy without being the key of the name. */
export type StrayOrigin = 'lost-create' | 'late-create' | 'resurfaced' | 'unheld'

/** Every event tells when it was recorded. */
type At<E> = E & { readonly at: Instant }

/**
 * The facts of a name's life. These names and fields are the storage format: never rename one, add a schema version
 * and lift the old one when it is read. No field may ever hold a secret.
 */
export type KeyEvent =
  | At<{ readonly type: 'ProvisioningRequested'; readonly lineage: Lineage; readonly spec: KeySpec }>
  /** A key that was not made here became ours to look after. Its policy then is what its owner wants, until told otherwise. */
  | At<{
      readonly type: 'Adopted'
      readonly lineage: Lineage
      readonly spec: KeySpec
      readonly hash: KeyHash
      readonly label: string
      readonly policy: RemotePolicy
      /** Whether its secret was sealed here too; without it a key can be limited, contained and removed, but not handed out. */
      readonly sealed: boolean
    }>
  | At<{
      readonly type: 'CreationIntended'
      readonly attempt: AttemptId
      readonly nonce: Nonce
      readonly birthLimit: Picodollars
      readonly owner: OwnerId
      readonly claimUntil: Instant
    }>
  | At<{ readonly type: 'CreationFailed'; readonly attempt: AttemptId; readonly cause: Cause }>
  | At<{
      readonly type: 'CreationOutcomeUnknown'
      readonly attempt: AttemptId
      readonly cause: Cause
      readonly settleUntil: Instant
    }>
  | At<{ readonly type: 'AttemptClosed'; readonly attempt: AttemptId; readonly finding: 'not-created' | 'orphaned' }>
  | At<{
      readonly type: 'Provisioned'
      readonly attempt: AttemptId
      readonly hash: KeyHash
      readonly label: string
      readonly policy: RemotePolicy
    }>
  | At<{ readonly type: 'Activated'; readonly policy: RemotePolicy }>
  | At<{ readonly type: 'ActivationRefused'; readonly cause: Cause }>
  | At<{ readonly type: 'ProvisioningAbandoned' }>
  | At<{ readonly type: 'ProvisioningRolledBack'; readonly cause: Cause }>
  | At<{
      readonly type: 'ChangeClaimed'
      readonly attempt: AttemptId
      readonly effect: Effect
      readonly hash: KeyHash
      readonly owner: OwnerId
      readonly claimUntil: Instant
    }>
  | At<{ readonly type: 'ChangeFailed'; readonly attempt: AttemptId; readonly cause: Cause }>
  | At<{ readonly type: 'ChangeOutcomeUnknown'; readonly attempt: AttemptId; readonly cause: Cause }>
  /** A change that was sent and never answered may take hold until then. `policy: null` is a deletion. */
  | At<{
      readonly type: 'ChangeMayArrive'
      readonly hash: KeyHash
      readonly policy: RemotePolicy | null
      readonly until: Instant
    }>
  /** The key was read, by a request sent at `asOf`: changes that could arrive until then have, or never will. */
  | At<{ readonly type: 'LateChangesRuledOut'; readonly asOf: Instant }>
  | At<{ readonly type: 'LateOutcomeObserved'; readonly attempt: AttemptId; readonly hash: KeyHash }>
  | At<{ readonly type: 'ContainmentRequested'; readonly reason: ContainmentReason; readonly note: string | null }>
  | At<{ readonly type: 'ContainmentRolledBack'; readonly reason: ContainmentReason; readonly cause: Cause }>
  | At<{ readonly type: 'LiftingRequested'; readonly reason: ContainmentReason }>
  | At<{ readonly type: 'LiftingRolledBack'; readonly reason: ContainmentReason; readonly cause: Cause }>
  /** Which guardrail of ours is on the key, as it was read back; `null`: none. */
  | At<{ readonly type: 'GuardrailObserved'; readonly guardrail: OwnGuardrail | null }>
  /** Guardrails are refused, or somebody else's is on the key: the watcher stands in. */
  | At<{ readonly type: 'GuardrailUnavailable'; readonly cause: Cause }>
  /** A change of it came back after its claim was closed. */
  | At<{ readonly type: 'GuardrailDoubted'; readonly attempt: AttemptId }>
  /** Somebody changed or took away what was on the key; `null`: no guardrail of ours is on it any more. */
  | At<{ readonly type: 'GuardrailDriftObserved'; readonly guardrail: OwnGuardrail | null }>
  /** Guardrails were not to be had, and may be by now. */
  | At<{ readonly type: 'GuardrailRetryRequested' }>
  /** Its owner wants other limits from now on. */
  | At<{ readonly type: 'LimitsChangeRequested'; readonly limits: SpendLimits }>
  /** They could not be had, so those of before hold again: all of them. */
  | At<{ readonly type: 'LimitsChangeRolledBack'; readonly cause: Cause }>
  /** All of its tags from now on. */
  | At<{ readonly type: 'TagsChanged'; readonly tags: Tags }>
  /** When it is to be replaced from now on, and by whom. */
  | At<{ readonly type: 'RotationScheduled' } & Schedule>
  | At<{ readonly type: 'PolicyObserved'; readonly policy: RemotePolicy }>
  | At<{ readonly type: 'ConvergenceStalled'; readonly cause: Cause; readonly retryAt: Instant }>
  | At<{ readonly type: 'DriftObserved'; readonly policy: RemotePolicy | null }>
  | At<{ readonly type: 'RemovalRequested'; readonly mode: RemovalMode }>
  | At<{ readonly type: 'RemovalVerified'; readonly policy: RemotePolicy | null }>
  | At<{ readonly type: 'RemovalRefused'; readonly cause: Cause }>
  | At<{ readonly type: 'RemovalRolledBack'; readonly cause: Cause }>
  | At<{ readonly type: 'RollbackStalled'; readonly cause: Cause; readonly retryAt: Instant }>
  | At<{
      readonly type: 'Contained'
      readonly hash: KeyHash
      readonly policy: RemotePolicy
      /** What the key had spent in its whole life by then; `null` where nobody said. */
      readonly used: Picodollars | null
    }>
  | At<{ readonly type: 'RemoteDeleted'; readonly hash: KeyHash; readonly answer: 'deleted' | 'absent' }>
  | At<{ readonly type: 'RevocationProven'; readonly hash: KeyHash; readonly proof: Proof }>
  | At<{ readonly type: 'RevocationDisproved'; readonly hash: KeyHash; readonly witnesses: Witnesses }>
  | At<{ readonly type: 'RevocationStalled'; readonly hash: KeyHash; readonly cause: Cause; readonly retryAt: Instant }>
  | At<{ readonly type: 'RetryRequested' }>
  | At<{ readonly type: 'LeftAliveByChoice' }>
  /** The secret of a key that was adopted without it is here from now on. */
  | At<{ readonly type: 'SecretSealed'; readonly hash: KeyHash }>
  | At<{ readonly type: 'SecretShredded'; readonly lineage: Lineage }>
  | At<{
      readonly type: 'Removed'
      readonly lineage: Lineage
      readonly hash: KeyHash
      readonly remote: 'revoked' | 'already-gone' | 'left-alive'
      readonly proof: Proof | null
    }>
  | At<{
      readonly type: 'StrayFound'
      readonly hash: KeyHash
      readonly origin: StrayOrigin
      readonly nonce: Nonce | null
    }>
  | RotationEvent
  /** The same facts as of any key, of the one that is not the key of the name now. */
  | At<{ readonly type: 'OtherKeyChanged'; readonly of: 'successor' | 'predecessor'; readonly fact: OtherFact }>

/** A fact of the other life of a rotation: the successor's before the switch, the predecessor's after it. */
export type OtherFact = Exclude<KeyEvent, { readonly type: 'OtherKeyChanged' }>

export type KeyEventType = KeyEvent['type']
