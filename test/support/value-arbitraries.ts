import fc from 'fast-check'

import type { Cause } from '../../src/domain/key/cause.js'
import type { RemovalMode } from '../../src/domain/key/event.js'
import type { OwnGuardrail } from '../../src/domain/key/own-guardrail.js'
import type { Proof, Witnesses } from '../../src/domain/key/proof.js'
import type { RemotePolicy } from '../../src/domain/key/remote-policy.js'
import type { KeySpec } from '../../src/domain/key/spec.js'
import type { Tags } from '../../src/domain/key/tags.js'
import type {
  AttemptId,
  GuardrailId,
  KeyHash,
  KeyName,
  Lineage,
  Nonce,
  OwnerId,
  VaultId,
  WorkspaceId,
} from '../../src/domain/shared/identifiers.js'
import { lineageOf } from '../../src/domain/shared/identifiers.js'
import type { Instant } from '../../src/domain/shared/instant.js'
import type { SpendLimits } from '../../src/domain/spend/limits.js'
import type { Picodollars } from '../../src/domain/shared/picodollars.js'

const charactersOf = (characters: string): fc.Arbitrary<string> => fc.constantFrom(...characters)

const hex = (minLength: number, maxLength = minLength): fc.Arbitrary<string> =>
  fc.string({ unit: charactersOf('0123456789abcdef'), minLength, maxLength })

const visible = charactersOf(Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).join(''))

/** Any text, with everything that text can have: quotes, control characters, emoji, halves of surrogate pairs. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '"', '\\', '\n', '\u0000', '\ud800', '</script>', '__proto__'),
)

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export const anyKeyName: fc.Arbitrary<KeyName> = fc
  .tuple(charactersOf(alphanumeric), fc.string({ unit: charactersOf(`${alphanumeric}._-`), maxLength: 63 }))
  .map(([first, rest]) => `${first}${rest}` as KeyName)

export const anyLineage: fc.Arbitrary<Lineage> = fc
  .tuple(anyKeyName, fc.integer({ min: 1, max: 999_999_999 }))
  .map(([name, n]) => lineageOf(name, n))

export const anyHash: fc.Arbitrary<KeyHash> = hex(64).map((text) => text as KeyHash)
export const anyNonce: fc.Arbitrary<Nonce> = hex(32).map((text) => text as Nonce)
export const anyVaultId: fc.Arbitrary<VaultId> = hex(32).map((text) => text as VaultId)
export const anyAttemptId: fc.Arbitrary<AttemptId> = hex(16, 32).map((text) => text as AttemptId)

const identifier = fc.string({ unit: visible, minLength: 1, maxLength: 128 })
export const anyOwnerId: fc.Arbitrary<OwnerId> = identifier.map((text) => text as OwnerId)
export const anyWorkspaceId: fc.Arbitrary<WorkspaceId> = identifier.map((text) => text as WorkspaceId)

export const latestInstant = 253_402_300_799_999

export const anyInstant: fc.Arbitrary<Instant> = fc
  .oneof(fc.integer({ min: 0, max: latestInstant }), fc.constantFrom(0, latestInstant, 1_767_225_600_000))
  .map((value) => value as Instant)

/** Money from nothing to more than there is, with the small and round amounts that people use. */
export const anyMoney: fc.Arbitrary<Picodollars> = fc
  .oneof(
    fc.bigInt({ min: 0n, max: 10n ** 30n - 1n }),
    fc.bigInt({ min: 0n, max: 1000n }).map((dollars) => dollars * 10n ** 12n),
    fc.constantFrom(0n, 1n, 37_500n, 10n ** 10n, 2n ** 53n + 1n),
  )
  .map((value) => value as Picodollars)

export const anyPolicy: fc.Arbitrary<RemotePolicy> = fc.record({
  disabled: fc.boolean(),
  limit: fc.option(anyMoney),
  reset: fc.constantFrom('daily', 'weekly', 'monthly', 'other', null),
  includeByok: fc.boolean(),
})

const anyThresholds = fc.uniqueArray(fc.constantFrom(0.0001, 0.5, 0.8, 0.95, 1), { maxLength: 3 })

export const anyLimits: fc.Arbitrary<SpendLimits> = fc
  .tuple(fc.option(anyMoney), fc.option(anyMoney), anyThresholds)
  .map(([monthly, daily, thresholds]) => ({
    monthly,
    daily: monthly !== null && daily !== null && daily > monthly ? monthly : daily,
    alertThresholds: thresholds.sort((a, b) => a - b),
  }))

export const anyGuardrail: fc.Arbitrary<OwnGuardrail> = fc.record({
  id: fc.uuid().map((text) => text as GuardrailId),
  cap: fc.record({ limit: anyMoney, reset: fc.constantFrom('daily', 'monthly') }),
  includeByok: fc.boolean(),
})

export const anyTags: fc.Arbitrary<Tags> = fc.dictionary(anyText, anyText, { maxKeys: 4, noNullPrototype: true })

export const anySpec: fc.Arbitrary<KeySpec> = fc.record({
  limits: anyLimits,
  requireEnforced: fc.boolean(),
  includeByok: fc.boolean(),
  expiresAt: fc.option(anyInstant),
  workspace: fc.option(anyWorkspaceId),
  tags: anyTags,
})

const causeKinds = [
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
] as const satisfies ReadonlyArray<Cause['kind']>

export const anyCause: fc.Arbitrary<Cause> = fc.record({
  kind: fc.constantFrom(...causeKinds),
  status: fc.option(fc.constantFrom(200, 400, 401, 403, 404, 408, 409, 429, 500, 503)),
  message: anyText,
})

/** Every combination of witnesses that there is. */
export const allWitnesses: ReadonlyArray<Witnesses> = [true, false].flatMap((account) =>
  (['lacks-it', 'partial', 'has-it'] as const).flatMap((listing) =>
    (['absent', 'present'] as const).flatMap((byHash) =>
      (['held-key', 'listed-key', 'earlier-read', 'none', 'missing'] as const).flatMap((canary) =>
        (['refused', 'accepted', 'unknown', 'not-held'] as const).map((secret) => ({
          account,
          listing,
          byHash,
          canary,
          secret,
        })),
      ),
    ),
  ),
)

export const anyWitnesses: fc.Arbitrary<Witnesses> = fc.constantFrom(...allWitnesses)

export const anyProof: fc.Arbitrary<Proof> = fc.record({
  strength: fc.constantFrom('strong', 'weak'),
  witnesses: anyWitnesses,
})

export const anyMode: fc.Arbitrary<RemovalMode> = fc.record({ leaked: fc.boolean(), force: fc.boolean() })
