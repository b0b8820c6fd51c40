import type { Either } from 'fp-ts/lib/Either.js'
import { isRight } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

import type { InvalidValue } from '../../domain/shared/brand.js'
import {
  attemptId as parseAttemptId,
  guardrailId as parseGuardrailId,
  channelName as parseChannelName,
  keyHash as parseKeyHash,
  keyName as parseKeyName,
  lineage as parseLineage,
  nonce as parseNonce,
  ownerId as parseOwnerId,
  vaultId as parseVaultId,
  workspaceId as parseWorkspaceId,
} from '../../domain/shared/identifiers.js'
import { type Instant, instant as parseInstant, type Millis, millis as parseMillis } from '../../domain/shared/instant.js'
import { type Picodollars, picodollars } from '../../domain/shared/picodollars.js'

/** A codec for text that passes a domain check. */
export const branded = <A extends string>(name: string, check: (text: string) => Either<InvalidValue, A>): t.Type<A, string> =>
  new t.Type<A, string>(
    name,
    (value): value is A => typeof value === 'string' && isRight(check(value)),
    (value, context) => {
      if (typeof value !== 'string') return t.failure(value, context)
      const checked = check(value)
      return isRight(checked) ? t.success(checked.right) : t.failure(value, context)
    },
    String,
  )

export const attemptId = branded('AttemptId', parseAttemptId)
export const channelName = branded('ChannelName', parseChannelName)
export const guardrailId = branded('GuardrailId', parseGuardrailId)
export const keyName = branded('KeyName', parseKeyName)
export const keyHash = branded('KeyHash', parseKeyHash)
export const lineage = branded('Lineage', parseLineage)
export const nonce = branded('Nonce', parseNonce)
export const ownerId = branded('OwnerId', parseOwnerId)
export const vaultId = branded('VaultId', parseVaultId)
export const workspaceId = branded('WorkspaceId', parseWorkspaceId)

/** An instant as UTC ISO 8601 text with milliseconds, so that a person can read the log. */
export const instant: t.Type<Instant, string> = new t.Type<Instant, string>(
  'Instant',
  (value): value is Instant => typeof value === 'number',
  (value, context) => {
    if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(value))
      return t.failure(value, context)
    const parsed = parseInstant(Date.parse(value))
    return isRight(parsed) ? t.success(parsed.right) : t.failure(value, context)
  },
  (value) => new Date(value).toISOString(),
)

/** A length of time in whole milliseconds. */
export const millis: t.Type<Millis, unknown> = new t.Type<Millis, unknown>(
  'Millis',
  (value): value is Millis => typeof value === 'number',
  (value, context) => {
    const parsed = typeof value === 'number' ? parseMillis(value) : null
    return parsed !== null && isRight(parsed) ? t.success(parsed.right) : t.failure(value, context)
  },
  t.identity,
)

const integer = /^\d{1,40}$/

/** Money as a decimal integer of picodollars in text: JSON numbers are doubles. */
export const money: t.Type<Picodollars, string> = new t.Type<Picodollars, string>(
  'Picodollars',
  (value): value is Picodollars => typeof value === 'bigint',
  (value, context) => {
    if (typeof value !== 'string' || !integer.test(value)) return t.failure(value, context)
    const parsed = picodollars(BigInt(value))
    return isRight(parsed) ? t.success(parsed.right) : t.failure(value, context)
  },
  String,
)

export const orNull = <A, O>(codec: t.Type<A, O>): t.Type<A | null, O | null> => t.union([codec, t.null])

/** A field that events of older versions lack: missing is `absent`, and `absent` is written as nothing. */
export const lifted = <A, O>(codec: t.Type<A, O>, absent: A, isAbsent: (value: A) => boolean): t.Type<A, O | undefined> =>
  new t.Type<A, O | undefined>(
    codec.name,
    codec.is,
    (value, context) => (value === undefined ? t.success(absent) : codec.validate(value, context)),
    (value) => (isAbsent(value) ? undefined : codec.encode(value)),
  )

/** One of a few words. */
export const word = <W extends string>(...words: readonly [W, W, ...W[]]): t.Type<W> => {
  const known: ReadonlySet<string> = new Set(words)
  const is = (value: unknown): value is W => typeof value === 'string' && known.has(value)
  return new t.Type<W>(
    words.join('|'),
    is,
    (value, context) => (is(value) ? t.success(value) : t.failure(value, context)),
    t.identity,
  )
}
