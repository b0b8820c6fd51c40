import fc from 'fast-check'

import type { KeyEvent, KeyEventType } from '../../src/domain/key/event.js'
import type { AttemptId, ChannelName, KeyHash, Lineage, Nonce, OwnerId } from '../../src/domain/shared/identifiers.js'
import type { OtherFact } from '../../src/domain/key/event.js'
import type { Instant, Millis } from '../../src/domain/shared/instant.js'
import type { Picodollars } from '../../src/domain/shared/picodollars.js'
import type { VaultEvent } from '../../src/domain/vault/event.js'
import {
  anyAttemptId,
  anyCause,
  anyHash,
  anyGuardrail,
  anyInstant,
  anyLimits,
  anyLineage,
  anyMode,
  anyMoney,
  anyNonce,
  anyOwnerId,
  anyPolicy,
  anyTags,
  anyProof,
  anySpec,
  anyText,
  anyVaultId,
  anyWitnesses,
  anyWorkspaceId,
} from './value-arbitraries.js'

/** Where the identities in events come from: a wide choice for formats, a narrow one so that events meet each other. */
export interface Identities {
  readonly attempt: fc.Arbitrary<AttemptId>
  readonly hash: fc.Arbitrary<KeyHash>
  readonly lineage: fc.Arbitrary<Lineage>
  readonly nonce: fc.Arbitrary<Nonce>
  readonly owner: fc.Arbitrary<OwnerId>
  readonly at: fc.Arbitrary<Instant>
  readonly birthLimit: fc.Arbitrary<Picodollars>
}

export const wideIdentities: Identities = {
  attempt: anyAttemptId,
  hash: anyHash,
  lineage: anyLineage,
  nonce: anyNonce,
  owner: anyOwnerId,
  at: anyInstant,
  birthLimit: anyMoney,
}

const few = <A extends string>(length: number, digits = 'abc'): fc.Arbitrary<A> =>
  fc.constantFrom(...digits).map((digit) => digit.repeat(length) as A)

export const fewIdentities: Identities = {
  attempt: few<AttemptId>(16),
  hash: few<KeyHash>(64),
  lineage: fc.constantFrom('k#1' as Lineage, 'k#2' as Lineage),
  nonce: few<Nonce>(32),
  owner: few<OwnerId>(4),
  at: fc.integer({ min: 0, max: 20 }).map((minute) => (1_767_225_600_000 + minute * 60_000) as Instant),
  birthLimit: fc.constantFrom(0n, 10n ** 10n).map((amount) => amount as Picodollars),
}

type Of<T extends KeyEventType> = Extract<KeyEvent, { readonly type: T }>
type Fields<T extends KeyEventType> = Omit<Of<T>, 'type' | 'at'>
type Arbitraries = { readonly [T in KeyEventType]: fc.Arbitrary<Of<T>> }

/** An arbitrary for every type of a key's events; a new type does not compile until it is here. */
export const keyEventArbitraries = (identities: Identities): Arbitraries => {
  const { attempt, hash, lineage, nonce, owner, at, birthLimit } = identities
  const of = <T extends KeyEventType>(
    type: T,
    fields: { readonly [F in keyof Fields<T>]: fc.Arbitrary<Fields<T>[F]> },
  ): fc.Arbitrary<Of<T>> =>
    // The fields are those of the type and `type` and `at` are added, which is all that an event has.
    fc.record({ type: fc.constant(type), at, ...fields }) as unknown as fc.Arbitrary<Of<T>>
  const reason = fc.constantFrom('user' as const, 'drift' as const, 'window' as const, 'panic' as const, 'alert' as const, 'leaked' as const)
  const reset = fc.constantFrom(null, 'daily' as const, 'weekly' as const, 'monthly' as const)
  const term = { limit: anyMoney, reset, until: fc.option(at), instead: fc.record({ limit: fc.option(anyMoney), reset }) }
  const cap = fc.record({ ...term, next: fc.option(fc.record(term)) })
  const anyMillis = fc.integer({ min: 0, max: 1_000_000 }).map((length) => length as Millis)
  const anyRotationMode = fc.record({ grace: anyMillis, leaked: fc.boolean() })
  const otherFacts: fc.Arbitrary<OtherFact> = fc.oneof(
    of('CreationIntended', { attempt, nonce, birthLimit, owner, claimUntil: at }),
    of('AttemptClosed', { attempt, finding: fc.constantFrom('not-created', 'orphaned') }),
    of('Provisioned', { attempt, hash, label: anyText, policy: anyPolicy }),
    of('Activated', { policy: anyPolicy }),
    of('Contained', { hash, policy: anyPolicy, used: anyMoney }),
    of('SecretShredded', { lineage }),
  )
  return {
    ProvisioningRequested: of('ProvisioningRequested', { lineage, spec: anySpec }),
    Adopted: of('Adopted', { lineage, spec: anySpec, hash, label: anyText, policy: anyPolicy, sealed: fc.boolean() }),
    CreationIntended: of('CreationIntended', { attempt, nonce, birthLimit, owner, claimUntil: at }),
    CreationFailed: of('CreationFailed', { attempt, cause: anyCause }),
    CreationOutcomeUnknown: of('CreationOutcomeUnknown', { attempt, cause: anyCause, settleUntil: at }),
    AttemptClosed: of('AttemptClosed', { attempt, finding: fc.constantFrom('not-created', 'orphaned') }),
    Provisioned: of('Provisioned', { attempt, hash, label: anyText, policy: anyPolicy }),
    Activated: of('Activated', { policy: anyPolicy }),
    ActivationRefused: of('ActivationRefused', { cause: anyCause }),
    ProvisioningAbandoned: of('ProvisioningAbandoned', {}),
    ProvisioningRolledBack: of('ProvisioningRolledBack', { cause: anyCause }),
    ChangeClaimed: of('ChangeClaimed', {
      attempt,
      effect: fc.constantFrom('activate', 'converge', 'contain', 'restore', 'delete', 'guard'),
      hash,
      owner,
      claimUntil: at,
    }),
    ChangeFailed: of('ChangeFailed', { attempt, cause: anyCause }),
    ChangeOutcomeUnknown: of('ChangeOutcomeUnknown', { attempt, cause: anyCause }),
    ChangeMayArrive: of('ChangeMayArrive', { hash, policy: fc.option(anyPolicy), until: at }),
    LateChangesRuledOut: of('LateChangesRuledOut', { asOf: at }),
    LateOutcomeObserved: of('LateOutcomeObserved', { attempt, hash }),
    ContainmentRequested: of('ContainmentRequested', { reason, note: fc.option(anyText) }),
    ContainmentRolledBack: of('ContainmentRolledBack', { reason, cause: anyCause }),
    LiftingRequested: of('LiftingRequested', { reason }),
    LiftingRolledBack: of('LiftingRolledBack', { reason, cause: anyCause }),
    GuardrailObserved: of('GuardrailObserved', { guardrail: fc.option(anyGuardrail) }),
    GuardrailUnavailable: of('GuardrailUnavailable', { cause: anyCause }),
    GuardrailDoubted: of('GuardrailDoubted', { attempt }),
    GuardrailDriftObserved: of('GuardrailDriftObserved', { guardrail: fc.option(anyGuardrail) }),
    GuardrailRetryRequested: of('GuardrailRetryRequested', {}),
    LimitsChangeRequested: of('LimitsChangeRequested', { limits: anyLimits }),
    LimitsChangeRolledBack: of('LimitsChangeRolledBack', { cause: anyCause }),
    TagsChanged: of('TagsChanged', { tags: anyTags }),
    RotationScheduled: of('RotationScheduled', { after: fc.oneof(anyMillis, fc.constantFrom('never' as const, null)), byWatcher: fc.option(fc.boolean()) }),
    PolicyObserved: of('PolicyObserved', { policy: anyPolicy }),
    ConvergenceStalled: of('ConvergenceStalled', { cause: anyCause, retryAt: at }),
    DriftObserved: of('DriftObserved', { policy: fc.option(anyPolicy) }),
    RemovalRequested: of('RemovalRequested', { mode: anyMode }),
    RemovalVerified: of('RemovalVerified', { policy: fc.option(anyPolicy) }),
    RemovalRefused: of('RemovalRefused', { cause: anyCause }),
    RemovalRolledBack: of('RemovalRolledBack', { cause: anyCause }),
    RollbackStalled: of('RollbackStalled', { cause: anyCause, retryAt: at }),
    Contained: of('Contained', { hash, policy: anyPolicy, used: fc.option(anyMoney) }),
    RemoteDeleted: of('RemoteDeleted', { hash, answer: fc.constantFrom('deleted', 'absent') }),
    RevocationProven: of('RevocationProven', { hash, proof: anyProof }),
    RevocationDisproved: of('RevocationDisproved', { hash, witnesses: anyWitnesses }),
    RevocationStalled: of('RevocationStalled', { hash, cause: anyCause, retryAt: at }),
    RetryRequested: of('RetryRequested', {}),
    LeftAliveByChoice: of('LeftAliveByChoice', {}),
    SecretSealed: of('SecretSealed', { hash }),
    SecretShredded: of('SecretShredded', { lineage }),
    Removed: of('Removed', {
      lineage,
      hash,
      remote: fc.constantFrom('revoked', 'already-gone', 'left-alive'),
      proof: fc.option(anyProof),
    }),
    StrayFound: of('StrayFound', {
      hash,
      origin: fc.constantFrom('lost-create', 'late-create', 'resurfaced', 'unheld'),
      nonce: fc.option(nonce),
    }),
    RotationRequested: of('RotationRequested', { generation: fc.integer({ min: 2, max: 4 }), mode: anyRotationMode, expiresAt: fc.option(at) }),
    OtherKeyChanged: fc.tuple(fc.constantFrom('successor' as const, 'predecessor' as const), otherFacts).map(([which, fact]) => ({
      type: 'OtherKeyChanged' as const,
      of: which,
      fact,
      at: fact.at,
    })),
    SuccessorVerified: of('SuccessorVerified', { hash }),
    PredecessorShrunk: of('PredecessorShrunk', { hash }),
    BudgetSplit: of('BudgetSplit', {
      left: anyMoney,
      lagBound: anyMoney,
      from: anyMoney,
      predecessor: anyMoney,
      successor: anyMoney,
      turnsAt: fc.option(at),
      day: fc.option(fc.record({ left: anyMoney, turnsAt: fc.option(at) })),
      quiet: anyMillis,
    }),
    RotationSwitched: of('RotationSwitched', { successor: hash, predecessor: hash, overlapUntil: at }),
    OverlapEnded: of('OverlapEnded', { leaked: fc.boolean() }),
    PredecessorMeasured: of('PredecessorMeasured', { used: anyMoney, settled: fc.boolean() }),
    WindowTurned: of('WindowTurned', { cap: fc.option(cap) }),
    RotationFinished: of('RotationFinished', { cap: fc.option(cap), lifetime: fc.option(anyMoney), spent: anyMoney }),
    RotationRolledBack: of('RotationRolledBack', { cause: anyCause }),
  }
}

export const anyKeyEvent = (identities: Identities): fc.Arbitrary<KeyEvent> =>
  fc.oneof(...Object.values<fc.Arbitrary<KeyEvent>>(keyEventArbitraries(identities)))

const pin = fc.record({
  baseUrl: anyText,
  creatorId: fc.option(anyText),
  workspaces: fc.array(anyWorkspaceId, { maxLength: 3 }),
})

const anyRecipient = fc.stringMatching(/^age1[0-9a-z]{1,80}$/)
const keySource = fc.constantFrom('key-file' as const, 'passphrase' as const, 'keychain' as const)
const anyChannelName = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,31}$/).map((text) => text as ChannelName)

type VaultEventType = VaultEvent['type']

/** An arbitrary for every type of the vault's own events. */
export const vaultEventArbitraries: {
  readonly [T in VaultEventType]: fc.Arbitrary<Extract<VaultEvent, { readonly type: T }>>
} = {
  VaultInitialised: fc.record({
    type: fc.constant('VaultInitialised'),
    vault: anyVaultId,
    pin,
    credential: fc.nat(),
    at: anyInstant,
  }),
  AccountRepinned: fc.record({ type: fc.constant('AccountRepinned'), pin, at: anyInstant }),
  CredentialChanged: fc.record({ type: fc.constant('CredentialChanged'), credential: fc.nat(), pin, at: anyInstant }),
  VaultKeyRotated: fc.record({ type: fc.constant('VaultKeyRotated'), source: keySource, at: anyInstant }),
  VaultKeyMoved: fc.record({ type: fc.constant('VaultKeyMoved'), source: keySource, at: anyInstant }),
  RecipientAdded: fc.record({
    type: fc.constant('RecipientAdded'),
    recipient: anyRecipient,
    label: fc.option(anyText),
    at: anyInstant,
  }),
  RecipientRemoved: fc.record({ type: fc.constant('RecipientRemoved'), recipient: anyRecipient, at: anyInstant }),
  VaultRestored: fc.record({
    type: fc.constant('VaultRestored'),
    epoch: fc.nat(),
    backupAt: anyInstant,
    at: anyInstant,
  }),
  ChannelAdded: fc.record({
    type: fc.constant('ChannelAdded'),
    channel: anyChannelName,
    kind: fc.constantFrom('stderr', 'jsonl', 'webhook', 'smtp', 'slack', 'discord', 'teams', 'pagerduty', 'desktop', 'command'),
    address: anyText,
    credential: fc.nat(),
    at: anyInstant,
  }),
  ChannelCredentialChanged: fc.record({
    type: fc.constant('ChannelCredentialChanged'),
    channel: anyChannelName,
    credential: fc.nat(),
    at: anyInstant,
  }),
  ChannelRemoved: fc.record({ type: fc.constant('ChannelRemoved'), channel: anyChannelName, at: anyInstant }),
}
