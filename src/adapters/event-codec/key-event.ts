import * as t from 'io-ts'

import type { Cause } from '../../domain/key/cause.js'
import type { KeyEvent, KeyEventType, RemovalMode } from '../../domain/key/event.js'
import type { Proof, Witnesses } from '../../domain/key/proof.js'
import type { RemotePolicy } from '../../domain/key/remote-policy.js'
import type { KeySpec } from '../../domain/key/spec.js'
import { attemptId, instant, keyHash, lineage, money, nonce, orNull, ownerId, word, workspaceId } from './values.js'

/** An event's own fields: its type and its time rest in columns of their own. */
type Body<T extends KeyEventType> = Omit<Extract<KeyEvent, { readonly type: T }>, 'type' | 'at'>

const cause: t.Type<Cause, unknown> = t.type({
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
    'user',
  ),
  status: orNull(t.number),
  message: t.string,
})

const policy: t.Type<RemotePolicy, unknown> = t.type({
  disabled: t.boolean,
  limit: orNull(money),
  reset: orNull(word('daily', 'weekly', 'monthly', 'other')),
  includeByok: t.boolean,
})

const spec: t.Type<KeySpec, unknown> = t.type({
  limits: t.type({ monthly: orNull(money) }),
  includeByok: t.boolean,
  expiresAt: orNull(instant),
  workspace: orNull(workspaceId),
  tags: t.record(t.string, t.string),
})

const witnesses: t.Type<Witnesses, unknown> = t.type({
  account: t.boolean,
  listing: word('lacks-it', 'partial', 'has-it'),
  byHash: word('absent', 'present'),
  canary: word('held-key', 'listed-key', 'earlier-read', 'none', 'missing'),
  secret: word('refused', 'accepted', 'unknown', 'not-held'),
})

const proof: t.Type<Proof, unknown> = t.type({ strength: word('strong', 'weak'), witnesses })
const mode: t.Type<RemovalMode, unknown> = t.type({ leaked: t.boolean, force: t.boolean })
const reason = t.literal('user')
const nothing = t.type({})
const stall = { cause, retryAt: instant }

/** The stored fields of every event type, schema 1. A new field is a new schema with a lifter, never an edit here. */
export const keyEventBodies: { readonly [T in KeyEventType]: t.Type<Body<T>, unknown> } = {
  ProvisioningRequested: t.type({ lineage, spec }),
  CreationIntended: t.type({ attempt: attemptId, nonce, birthLimit: money, owner: ownerId, claimUntil: instant }),
  CreationFailed: t.type({ attempt: attemptId, cause }),
  CreationOutcomeUnknown: t.type({ attempt: attemptId, cause, settleUntil: instant }),
  AttemptClosed: t.type({ attempt: attemptId, finding: word('not-created', 'orphaned') }),
  Provisioned: t.type({ attempt: attemptId, hash: keyHash, label: t.string, policy }),
  Activated: t.type({ policy }),
  ActivationRefused: t.type({ cause }),
  ProvisioningAbandoned: nothing,
  ProvisioningRolledBack: t.type({ cause }),
  ChangeClaimed: t.type({
    attempt: attemptId,
    effect: word('activate', 'converge', 'contain', 'restore', 'delete'),
    hash: keyHash,
    owner: ownerId,
    claimUntil: instant,
  }),
  ChangeFailed: t.type({ attempt: attemptId, cause }),
  ChangeOutcomeUnknown: t.type({ attempt: attemptId, cause }),
  LateOutcomeObserved: t.type({ attempt: attemptId, hash: keyHash }),
  ContainmentRequested: t.type({ reason, note: orNull(t.string) }),
  ContainmentRolledBack: t.type({ reason, cause }),
  LiftingRequested: t.type({ reason }),
  LiftingRolledBack: t.type({ reason, cause }),
  PolicyObserved: t.type({ policy }),
  ConvergenceStalled: t.type(stall),
  DriftObserved: t.type({ policy: orNull(policy) }),
  RemovalRequested: t.type({ mode }),
  RemovalVerified: t.type({ policy: orNull(policy) }),
  RemovalRefused: t.type({ cause }),
  RemovalRolledBack: t.type({ cause }),
  RollbackStalled: t.type(stall),
  Contained: t.type({ hash: keyHash, policy }),
  RemoteDeleted: t.type({ hash: keyHash, answer: word('deleted', 'absent') }),
  RevocationProven: t.type({ hash: keyHash, proof }),
  RevocationDisproved: t.type({ hash: keyHash, witnesses }),
  RevocationStalled: t.type({ hash: keyHash, ...stall }),
  RetryRequested: nothing,
  LeftAliveByChoice: nothing,
  SecretShredded: t.type({ lineage }),
  Removed: t.type({
    lineage,
    hash: keyHash,
    remote: word('revoked', 'already-gone', 'left-alive'),
    proof: orNull(proof),
  }),
  StrayFound: t.type({
    hash: keyHash,
    origin: word('lost-create', 'late-create', 'resurfaced', 'unheld'),
    nonce: orNull(nonce),
  }),
}
