import type { AlertEvent } from '../../../src/domain/alerts/event.js'
import { refOf } from '../../../src/domain/alerts/identity.js'
import type { Cause } from '../../../src/domain/key/cause.js'
import type { KeyEvent, KeyEventType } from '../../../src/domain/key/event.js'
import type { Proof, Witnesses } from '../../../src/domain/key/proof.js'
import type { RemotePolicy } from '../../../src/domain/key/remote-policy.js'
import type { KeySpec } from '../../../src/domain/key/spec.js'
import type { AttemptId, ChannelName, GuardrailId, KeyHash, KeyName, Lineage, Nonce, OwnerId, VaultId, WorkspaceId } from '../../../src/domain/shared/identifiers.js'
import type { Instant, Millis } from '../../../src/domain/shared/instant.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import type { SpendEvent } from '../../../src/domain/spend/event.js'
import { noLimits } from '../../../src/domain/spend/limits.js'
import type { AccountPin, VaultEvent } from '../../../src/domain/vault/event.js'

const at = Date.parse('2026-02-03T04:05:06.789Z') as Instant
const until = Date.parse('2026-02-03T04:06:06.007Z') as Instant
const attempt = '0123456789abcdef0123456789abcdef' as AttemptId
const nonce = 'fedcba9876543210fedcba9876543210' as Nonce
const hash = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' as KeyHash
const lineage = 'team.build_bot-1#12' as Lineage
const owner = 'host:4711:abc' as OwnerId
const ops = 'ops' as ChannelName
const money = (amount: bigint): Picodollars => amount as Picodollars

const cause: Cause = { kind: 'refused', status: 403, message: 'Tür "zu" \\ 錠\n' }
const causes: ReadonlyArray<Cause> = (
  [
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
  ] as const
).map((kind) => ({ kind, status: kind === 'refused' ? 400 : null, message: '' }))

const policies: ReadonlyArray<RemotePolicy> = [
  { disabled: false, limit: money(100_000_000_000_000n), reset: 'monthly', includeByok: false },
  { disabled: true, limit: money(0n), reset: 'daily', includeByok: true },
  { disabled: false, limit: null, reset: null, includeByok: false },
  { disabled: false, limit: money(123_456_789_012_345_678_901_234_567_890n), reset: 'weekly', includeByok: false },
  { disabled: false, limit: money(37_500n), reset: 'other', includeByok: false },
]
const policy: RemotePolicy = { disabled: true, limit: money(10_000_000_000n), reset: 'monthly', includeByok: false }

/** What came into the stored spec after the first goldens were frozen. */
export const laterKeySamples: Readonly<Record<string, ReadonlyArray<KeyEvent>>> = {
  'ProvisioningRequested.v1-daily': [
    {
      type: 'ProvisioningRequested',
      lineage,
      spec: {
        limits: { monthly: money(100_000_000_000_000n), daily: money(10_000_000_000_000n), alertThresholds: [0.5, 0.95] },
        includeByok: false,
        expiresAt: null,
        workspace: null,
        tags: {},
        requireEnforced: true,
      },
      at,
    },
  ],
}

const specs: ReadonlyArray<KeySpec> = [
  { limits: noLimits, includeByok: false, expiresAt: null, workspace: null, tags: {}, requireEnforced: false },
  {
    limits: { ...noLimits, monthly: money(25_500_000_000_000n) },
    requireEnforced: false,
    includeByok: true,
    expiresAt: Date.parse('2027-12-31T23:59:59.000Z') as Instant,
    workspace: 'b7e2-ws' as WorkspaceId,
    tags: { env: 'prod', 'team/owner': 'Zoë 🚀' },
  },
]

const strong: Witnesses = { account: true, listing: 'lacks-it', byHash: 'absent', canary: 'held-key', secret: 'refused' }
const witnesses: ReadonlyArray<Witnesses> = [
  strong,
  { account: false, listing: 'partial', byHash: 'present', canary: 'earlier-read', secret: 'accepted' },
  { account: true, listing: 'has-it', byHash: 'absent', canary: 'none', secret: 'unknown' },
  { account: true, listing: 'lacks-it', byHash: 'absent', canary: 'missing', secret: 'not-held' },
  { account: true, listing: 'lacks-it', byHash: 'absent', canary: 'listed-key', secret: 'refused' },
]
const proofs: ReadonlyArray<Proof> = [
  { strength: 'strong', witnesses: strong },
  { strength: 'weak', witnesses: { ...strong, canary: 'none', secret: 'not-held' } },
]

type Of<T extends KeyEventType> = Extract<KeyEvent, { readonly type: T }>
type Body<T extends KeyEventType> = Omit<Of<T>, 'type' | 'at'>

/** Events of every type: each field with every kind of value that it can have. Frozen with the golden files: add, never change. */
const bodies: { readonly [T in KeyEventType]: ReadonlyArray<Body<T>> } = {
  ProvisioningRequested: specs.map((spec) => ({ lineage, spec })),
  Adopted: policies.map((each, index) => ({
    lineage,
    spec: {
      limits: { ...noLimits, monthly: index === 0 ? each.limit : null },
      includeByok: each.includeByok,
      expiresAt: null,
      workspace: null,
      tags: {},
      requireEnforced: false,
    },
    hash,
    label: 'sk-or-v1-abc...123',
    policy: each,
    sealed: index % 2 === 0,
  })),
  CreationIntended: [{ attempt, nonce, birthLimit: money(10_000_000_000n), owner, claimUntil: until }],
  CreationFailed: causes.map((each) => ({ attempt, cause: each })),
  CreationOutcomeUnknown: [{ attempt, cause, settleUntil: until }],
  AttemptClosed: [
    { attempt, finding: 'not-created' },
    { attempt, finding: 'orphaned' },
  ],
  Provisioned: [{ attempt, hash, label: 'sk-or-v1-abc...123', policy }],
  Activated: policies.map((each) => ({ policy: each })),
  ActivationRefused: [{ cause }],
  ProvisioningAbandoned: [{}],
  ProvisioningRolledBack: [{ cause }],
  ChangeClaimed: (['activate', 'converge', 'contain', 'restore', 'delete'] as const).map((effect) => ({
    attempt,
    effect,
    hash,
    owner,
    claimUntil: until,
  })),
  ChangeFailed: [{ attempt, cause }],
  ChangeOutcomeUnknown: [{ attempt, cause }],
  ChangeMayArrive: [
    { hash, policy, until },
    { hash, policy: null, until },
  ],
  LateChangesRuledOut: [{ asOf: until }],
  LateOutcomeObserved: [{ attempt, hash }],
  ContainmentRequested: [
    { reason: 'user', note: null },
    { reason: 'user', note: 'looks "odd"' },
  ],
  ContainmentRolledBack: [{ reason: 'user', cause }],
  LiftingRequested: [{ reason: 'user' }],
  LiftingRolledBack: [{ reason: 'user', cause }],
  GuardrailObserved: [
    { guardrail: null },
    { guardrail: { id: '0b6b7a3e-51a3-4c7b-9c1e-2f8d0f3a9f10' as GuardrailId, cap: { limit: money(10_000_000_000_000n), reset: 'daily' }, includeByok: true } },
  ],
  GuardrailUnavailable: causes.map((each) => ({ cause: each })),
  GuardrailDoubted: [{ attempt }],
  GuardrailDriftObserved: [
    { guardrail: null },
    { guardrail: { id: '0b6b7a3e-51a3-4c7b-9c1e-2f8d0f3a9f10' as GuardrailId, cap: { limit: money(10_000_000_000_000n), reset: 'monthly' }, includeByok: false } },
  ],
  GuardrailRetryRequested: [{}],
  LimitsChangeRequested: [
    { limits: { monthly: money(25_500_000_000_000n), daily: money(1_000_000_000_000n), alertThresholds: [0.5, 0.9] } },
    { limits: noLimits },
  ],
  LimitsChangeRolledBack: causes.map((each) => ({ cause: each })),
  TagsChanged: [{ tags: {} }, { tags: { 'cost/centre': '42 "odd"', team: 'web' } }],
  RotationScheduled: [
    { after: 7_776_000_000 as Millis, byWatcher: true },
    { after: 'never', byWatcher: null },
    { after: null, byWatcher: false },
  ],
  PolicyObserved: [{ policy }],
  ConvergenceStalled: [{ cause, retryAt: until }],
  DriftObserved: [{ policy: null }, { policy }],
  RemovalRequested: [
    { mode: { leaked: false, force: false } },
    { mode: { leaked: true, force: false } },
    { mode: { leaked: false, force: true } },
  ],
  RemovalVerified: [{ policy: null }, { policy }],
  RemovalRefused: [{ cause }],
  RemovalRolledBack: [{ cause }],
  RollbackStalled: [{ cause, retryAt: until }],
  Contained: [{ hash, policy, used: null }],
  RemoteDeleted: [
    { hash, answer: 'deleted' },
    { hash, answer: 'absent' },
  ],
  RevocationProven: proofs.map((proof) => ({ hash, proof })),
  RevocationDisproved: witnesses.map((each) => ({ hash, witnesses: each })),
  RevocationStalled: [{ hash, cause, retryAt: until }],
  RetryRequested: [{}],
  LeftAliveByChoice: [{}],
  SecretSealed: [{ hash }],
  SecretShredded: [{ lineage }],
  Removed: [
    { lineage, hash, remote: 'revoked', proof: proofs[0] ?? null },
    { lineage, hash, remote: 'already-gone', proof: proofs[1] ?? null },
    { lineage, hash, remote: 'left-alive', proof: null },
  ],
  StrayFound: (['lost-create', 'late-create', 'resurfaced', 'unheld'] as const).map((origin, index) => ({
    hash,
    origin,
    nonce: index < 2 ? nonce : null,
  })),
  RotationRequested: [
    { generation: 2, mode: { grace: 86_400_000 as Millis, leaked: false }, expiresAt: null },
    { generation: 3, mode: { grace: 0 as Millis, leaked: true }, expiresAt: until },
  ],
  OtherKeyChanged: [
    { of: 'successor', fact: { type: 'Provisioned', attempt, hash, label: 'sk-or-v1-abc...123', policy, at: until } },
    { of: 'predecessor', fact: { type: 'Contained', hash, policy, used: money(1_234_567_890_123n), at: until } },
    { of: 'predecessor', fact: { type: 'SecretShredded', lineage, at: until } },
  ],
  SuccessorVerified: [{ hash }],
  PredecessorShrunk: [{ hash }],
  BudgetSplit: [
    {
      left: money(80_000_000_000_000n),
      lagBound: money(9_100_000_000_000n),
      from: money(20_000_000_000_001n),
      predecessor: money(35_450_000_000_000n),
      successor: money(35_450_000_000_000n),
      turnsAt: until,
      day: { left: money(3n), turnsAt: until },
      quiet: 90_000 as Millis,
    },
    { left: money(0n), lagBound: money(0n), from: money(0n), predecessor: money(0n), successor: money(0n), turnsAt: null, day: null, quiet: 0 as Millis },
  ],
  RotationSwitched: [{ successor: hash, predecessor: hash, overlapUntil: until }],
  OverlapEnded: [{ leaked: false }, { leaked: true }],
  PredecessorMeasured: [{ used: money(1n), settled: true }],
  WindowTurned: [{ cap: null }, { cap: { limit: money(5n), reset: 'monthly', until: null, instead: { limit: money(9n), reset: 'monthly' }, next: null } }],
  RotationFinished: [
    {
      cap: {
        limit: money(5n),
        reset: null,
        until,
        instead: { limit: null, reset: null },
        next: { limit: money(6n), reset: 'daily', until: null, instead: { limit: money(9n), reset: 'other' } },
      },
      lifetime: null,
      spent: money(7n),
    },
    { cap: null, lifetime: money(3n), spent: money(0n) },
  ],
  RotationRolledBack: [{ cause }],
}

export const keySamples: Readonly<Record<string, ReadonlyArray<KeyEvent>>> = Object.fromEntries(
  Object.entries(bodies).map(([type, each]) => [
    type,
    // The table above pairs each type with its own fields.
    each.map((body) => ({ ...body, type, at }) as unknown as KeyEvent),
  ]),
)

const pins: ReadonlyArray<AccountPin> = [
  { baseUrl: 'https://openrouter.ai/api/v1', creatorId: 'user_2x', workspaces: ['b7e2-ws' as WorkspaceId, 'w2' as WorkspaceId] },
  { baseUrl: 'http://127.0.0.1:8080/api/v1', creatorId: null, workspaces: [] },
]

const sources = ['key-file', 'passphrase', 'keychain'] as const
const recipient = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'

export const vaultSamples: Readonly<Record<VaultEvent['type'], ReadonlyArray<VaultEvent>>> = {
  VaultInitialised: pins.map((pin) => ({
    type: 'VaultInitialised',
    vault: '00112233445566778899aabbccddeeff' as VaultId,
    pin,
    credential: 1,
    at,
  })),
  AccountRepinned: pins.map((pin) => ({ type: 'AccountRepinned', pin, at })),
  CredentialChanged: pins.map((pin) => ({ type: 'CredentialChanged', credential: 2, pin, at })),
  VaultKeyRotated: sources.map((source) => ({ type: 'VaultKeyRotated', source, at })),
  VaultKeyMoved: sources.map((source) => ({ type: 'VaultKeyMoved', source, at })),
  RecipientAdded: ['Zoë', null].map((label) => ({ type: 'RecipientAdded', recipient, label, at })),
  RecipientRemoved: [{ type: 'RecipientRemoved', recipient, at }],
  VaultRestored: [{ type: 'VaultRestored', epoch: 2, backupAt: until, at }],
  ChannelAdded: [
    { type: 'ChannelAdded', channel: ops, kind: 'webhook', address: 'https://hooks.example', credential: 1, at },
    { type: 'ChannelAdded', channel: ops, kind: 'command', address: '/usr/local/bin/tell', credential: 0, at },
  ],
  ChannelCredentialChanged: [{ type: 'ChannelCredentialChanged', channel: ops, credential: 2, at }],
  ChannelRemoved: [{ type: 'ChannelRemoved', channel: ops, at }],
}

const identity = { subject: lineage, rule: 'threshold', threshold: '80', scope: 'month 2026-11-01', revision: 2, occurrence: 1 }
const refs = [refOf(identity), refOf({ subject: 'account', rule: 'credit-low', threshold: '', scope: '', revision: 0, occurrence: 3 })]
const text = { happened: 'k "has" spent $1.00', means: 'ü', next: 'look' }

export const alertSamples: Readonly<Record<AlertEvent['type'], ReadonlyArray<AlertEvent>>> = {
  AlertRaised: [
    { type: 'AlertRaised', identity, name: 'team.build_bot-1' as KeyName, severity: 'warning', text, asOf: until, muted: false, at },
    { type: 'AlertRaised', identity: { ...identity, subject: 'account' }, name: null, severity: 'critical', text, asOf: at, muted: true, at },
  ],
  AlertCleared: [{ type: 'AlertCleared', case: { subject: 'account', rule: 'credit-low', threshold: '', scope: '', revision: 0 }, asOf: at, at }],
  DeliveryClaimed: [{ type: 'DeliveryClaimed', channel: ops, attempt, alerts: refs, owner, claimUntil: until, at }],
  AlertActionDue: refs.map((alert) => ({ type: 'AlertActionDue', alert, at })),
  AlertActionTaken: refs.map((alert, n) => ({ type: 'AlertActionTaken', alert, outcome: n === 0 ? 'contained' : 'nothing-to-contain', at })),
  AlertDelivered: [{ type: 'AlertDelivered', channel: ops, alerts: refs, at }],
  DeliveryFailed: [{ type: 'DeliveryFailed', channel: ops, alerts: refs, cause: 'answered 500', retryAt: until, at }],
  DeliveryDeadLettered: [{ type: 'DeliveryDeadLettered', channel: ops, alerts: refs, cause: 'answered 410', at }],
  DeliveryReplayed: [{ type: 'DeliveryReplayed', channel: ops, alerts: refs, at }],
  AlertAcknowledged: refs.map((alert, n) => ({ type: 'AlertAcknowledged', alert, note: n === 0 ? null : 'seen', at })),
  AlertsMuted: [null, 'spike'].map((rule) => ({ type: 'AlertsMuted', rule, until, note: rule, at })),
  AlertsUnmuted: [null, 'spike'].map((rule) => ({ type: 'AlertsUnmuted', rule, at })),
}

const totals = { total: money(12_345_678_901_234n), day: money(1n), week: money(2n), month: null }
const base = { start: at, before: money(0n), earlier: null }

export const spendSamples: Readonly<Record<SpendEvent['type'], ReadonlyArray<SpendEvent>>> = {
  SpendMonthOpened: [
    {
      type: 'SpendMonthOpened',
      lineage,
      month: '2026-02',
      carried: {
        last: { at, ...totals },
        bases: { day: base, week: { ...base, earlier: money(7n) }, month: { ...base, before: money(5n) } },
        unconfirmed: [{ at, cost: money(500_000_000_000n) }],
        suspicion: 'shrunken',
      },
      at,
    },
  ],
  UsageObserved: [
    { type: 'UsageObserved', ...totals, at },
    { type: 'UsageObserved', total: money(0n), day: null, week: null, month: money(0n), at },
  ],
  ReadingSuspected: [
    { type: 'ReadingSuspected', reason: 'shrunken', total: money(3n), at },
    { type: 'ReadingSuspected', reason: 'unreadable', total: null, at },
  ],
  CostReported: [{ type: 'CostReported', generation: 'gen-1 "ü"', cost: money(1_000_000n), at }],
  SpendMonthClosed: [money(9n), null].map((spent) => ({ type: 'SpendMonthClosed', total: money(12n), spent, at })),
}
