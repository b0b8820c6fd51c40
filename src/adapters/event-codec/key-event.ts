import * as t from 'io-ts'

import type { Cause } from '../../domain/key/cause.js'
import type { KeyEvent, KeyEventType, RemovalMode } from '../../domain/key/event.js'
import type { OwnGuardrail } from '../../domain/key/own-guardrail.js'
import type { Proof, Witnesses } from '../../domain/key/proof.js'
import type { RemotePolicy } from '../../domain/key/remote-policy.js'
import type { Cap } from '../../domain/key/cap.js'
import type { KeySpec } from '../../domain/key/spec.js'
import type { Tags } from '../../domain/key/tags.js'
import { noLimits, type SpendLimits, sameLimits } from '../../domain/spend/limits.js'
import { otherFact } from './other-fact.js'
import { attemptId, guardrailId, instant, keyHash, lifted, lineage, millis, money, nonce, orNull, ownerId, word, workspaceId } from './values.js'

/** An event's own fields: its type and its time rest in columns of their own. */
type Body<T extends KeyEventType> = Omit<Extract<KeyEvent, { readonly type: T }>, 'type' | 'at'>

const cause: t.Type<Cause, unknown> = t.strict({
  kind: word(
    'refused',
    'unreachable',
    'rate-limited',
    'unreadable',
    'kept-differently',
    'absent',
    'not-proven',
    'claim-expired',
    'unsealable',
    'unenforced',
    'user',
  ),
  status: orNull(t.number),
  message: t.string,
})

const policy: t.Type<RemotePolicy, unknown> = t.strict({
  disabled: t.boolean,
  limit: orNull(money),
  reset: orNull(word('daily', 'weekly', 'monthly', 'other')),
  includeByok: t.boolean,
})

/** Shares in (0, 1]; the domain checked them before they came here. */
const thresholds: t.Type<ReadonlyArray<number>, unknown> = t.readonlyArray(t.number)

/** Events before there were daily limits have the monthly one alone. */
const limits: t.Type<SpendLimits, unknown> = t.strict({
  monthly: orNull(money),
  daily: lifted(orNull(money), null, (value) => value === null),
  alertThresholds: lifted(thresholds, noLimits.alertThresholds, (alertThresholds) =>
    sameLimits({ ...noLimits, alertThresholds }, noLimits),
  ),
})

const tags: t.Type<Tags, unknown> = t.record(t.string, t.string)

const spec: t.Type<KeySpec, unknown> = t.strict({
  limits,
  includeByok: t.boolean,
  expiresAt: orNull(instant),
  workspace: orNull(workspaceId),
  tags,
  requireEnforced: lifted(t.boolean, false, (value) => !value),
})

const ownGuardrail: t.Type<OwnGuardrail, unknown> = t.strict({
  id: guardrailId,
  cap: t.strict({ limit: money, reset: word('daily', 'monthly') }),
  includeByok: t.boolean,
})

const witnesses: t.Type<Witnesses, unknown> = t.strict({
  account: t.boolean,
  listing: word('lacks-it', 'partial', 'has-it'),
  byHash: word('absent', 'present'),
  canary: word('held-key', 'listed-key', 'earlier-read', 'none', 'missing'),
  secret: word('refused', 'accepted', 'unknown', 'not-held'),
})

const proof: t.Type<Proof, unknown> = t.strict({ strength: word('strong', 'weak'), witnesses })
const mode: t.Type<RemovalMode, unknown> = t.strict({ leaked: t.boolean, force: t.boolean })
const reason = word('user', 'drift', 'window', 'panic', 'alert', 'leaked')
const capTerm = {
  limit: money,
  reset: orNull(word('daily', 'weekly', 'monthly')),
  until: orNull(instant),
  instead: t.strict({ limit: orNull(money), reset: orNull(word('daily', 'weekly', 'monthly', 'other')) }),
}
const cap: t.Type<Cap, unknown> = t.strict({ ...capTerm, next: orNull(t.strict(capTerm)) })
const left = { left: money, turnsAt: orNull(instant) }
const nothing = t.strict({})
const stall = { cause, retryAt: instant }

/**
 * The stored fields of every event type, schema 1. A new field is a new schema with a lifter, never an edit here.
 * Strict all through: what an object carries besides is neither written nor read, so that nothing gets into the log unseen.
 */
export const keyEventBodies: { readonly [T in KeyEventType]: t.Type<Body<T>, unknown> } = {
  ProvisioningRequested: t.strict({ lineage, spec }),
  Adopted: t.strict({ lineage, spec, hash: keyHash, label: t.string, policy, sealed: t.boolean }),
  CreationIntended: t.strict({ attempt: attemptId, nonce, birthLimit: money, owner: ownerId, claimUntil: instant }),
  CreationFailed: t.strict({ attempt: attemptId, cause }),
  CreationOutcomeUnknown: t.strict({ attempt: attemptId, cause, settleUntil: instant }),
  AttemptClosed: t.strict({ attempt: attemptId, finding: word('not-created', 'orphaned') }),
  Provisioned: t.strict({ attempt: attemptId, hash: keyHash, label: t.string, policy }),
  Activated: t.strict({ policy }),
  ActivationRefused: t.strict({ cause }),
  ProvisioningAbandoned: nothing,
  ProvisioningRolledBack: t.strict({ cause }),
  ChangeClaimed: t.strict({
    attempt: attemptId,
    effect: word('activate', 'converge', 'contain', 'restore', 'delete', 'guard'),
    hash: keyHash,
    owner: ownerId,
    claimUntil: instant,
  }),
  ChangeFailed: t.strict({ attempt: attemptId, cause }),
  ChangeOutcomeUnknown: t.strict({ attempt: attemptId, cause }),
  ChangeMayArrive: t.strict({ hash: keyHash, policy: orNull(policy), until: instant }),
  LateChangesRuledOut: t.strict({ asOf: instant }),
  LateOutcomeObserved: t.strict({ attempt: attemptId, hash: keyHash }),
  ContainmentRequested: t.strict({ reason, note: orNull(t.string) }),
  ContainmentRolledBack: t.strict({ reason, cause }),
  LiftingRequested: t.strict({ reason }),
  LiftingRolledBack: t.strict({ reason, cause }),
  GuardrailObserved: t.strict({ guardrail: orNull(ownGuardrail) }),
  GuardrailUnavailable: t.strict({ cause }),
  GuardrailDoubted: t.strict({ attempt: attemptId }),
  GuardrailDriftObserved: t.strict({ guardrail: orNull(ownGuardrail) }),
  GuardrailRetryRequested: t.strict({}),
  LimitsChangeRequested: t.strict({ limits }),
  LimitsChangeRolledBack: t.strict({ cause }),
  TagsChanged: t.strict({ tags }),
  RotationScheduled: t.strict({ after: t.union([millis, t.literal('never'), t.null]), byWatcher: orNull(t.boolean) }),
  PolicyObserved: t.strict({ policy }),
  ConvergenceStalled: t.strict(stall),
  DriftObserved: t.strict({ policy: orNull(policy) }),
  RemovalRequested: t.strict({ mode }),
  RemovalVerified: t.strict({ policy: orNull(policy) }),
  RemovalRefused: t.strict({ cause }),
  RemovalRolledBack: t.strict({ cause }),
  RollbackStalled: t.strict(stall),
  Contained: t.strict({ hash: keyHash, policy, used: lifted(orNull(money), null, (amount) => amount === null) }),
  RemoteDeleted: t.strict({ hash: keyHash, answer: word('deleted', 'absent') }),
  RevocationProven: t.strict({ hash: keyHash, proof }),
  RevocationDisproved: t.strict({ hash: keyHash, witnesses }),
  RevocationStalled: t.strict({ hash: keyHash, ...stall }),
  RetryRequested: nothing,
  LeftAliveByChoice: nothing,
  SecretSealed: t.strict({ hash: keyHash }),
  SecretShredded: t.strict({ lineage }),
  Removed: t.strict({
    lineage,
    hash: keyHash,
    remote: word('revoked', 'already-gone', 'left-alive'),
    proof: orNull(proof),
  }),
  StrayFound: t.strict({
    hash: keyHash,
    origin: word('lost-create', 'late-create', 'resurfaced', 'unheld'),
    nonce: orNull(nonce),
  }),
  RotationRequested: t.strict({ generation: t.number, mode: t.strict({ grace: millis, leaked: t.boolean }), expiresAt: orNull(instant) }),
  OtherKeyChanged: t.strict({ of: word('successor', 'predecessor'), fact: otherFact(() => keyEventBodies) }),
  SuccessorVerified: t.strict({ hash: keyHash }),
  PredecessorShrunk: t.strict({ hash: keyHash }),
  BudgetSplit: t.strict({
    ...left,
    day: orNull(t.strict(left)),
    lagBound: money,
    from: money,
    predecessor: money,
    successor: money,
    quiet: millis,
  }),
  RotationSwitched: t.strict({ successor: keyHash, predecessor: keyHash, overlapUntil: instant }),
  OverlapEnded: t.strict({ leaked: t.boolean }),
  PredecessorMeasured: t.strict({ used: money, settled: t.boolean }),
  WindowTurned: t.strict({ cap: orNull(cap) }),
  RotationFinished: t.strict({ cap: orNull(cap), lifetime: orNull(money), spent: money }),
  RotationRolledBack: t.strict({ cause }),
}
