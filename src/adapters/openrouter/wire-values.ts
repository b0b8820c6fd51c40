import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

import { scrub } from '../../application/secret.js'
import type { RemotePolicy } from '../../domain/key/remote-policy.js'
import { type GuardrailId, guardrailId, type KeyHash, keyHash, type WorkspaceId, workspaceId } from '../../domain/shared/identifiers.js'
import { type Instant, instant } from '../../domain/shared/instant.js'
import { fromDecimalDollars, type Picodollars, picodollars } from '../../domain/shared/picodollars.js'

/**
 * Two rules for fields whose value we cannot read. Where `null` has a meaning (no cap, never resets, no expiry), the answer
 * is unreadable. Where `null` says that OpenRouter did not tell, it becomes `null`: one odd field must not hide a key.
 */
const wire = <A>(name: string, is: t.Is<A>, read: (value: unknown) => E.Either<unknown, A>): t.Type<A, A, unknown> =>
  new t.Type<A, A, unknown>(
    name,
    is,
    (value, context) => {
      const found = read(value)
      return E.isLeft(found) ? t.failure(value, context) : t.success(found.right)
    },
    t.identity,
  )

const unreadable: E.Either<unknown, never> = E.left(undefined)

const orNull =
  <A>(read: (value: unknown) => E.Either<unknown, A>) =>
  (value: unknown): E.Either<unknown, A | null> =>
    value === null ? E.right(null) : read(value)

const toldOrNull =
  <A>(read: (value: unknown) => E.Either<unknown, A>) =>
  (value: unknown): E.Either<unknown, A | null> =>
    E.right(E.match(() => null, (read: A) => read)(read(value)))

const isNullOr =
  <A>(is: t.Is<A>): t.Is<A | null> =>
  (value): value is A | null =>
    value === null || is(value)

const isString = (value: unknown): value is string => typeof value === 'string'
const isAmount = (value: unknown): value is Picodollars => typeof value === 'bigint' && E.isRight(picodollars(value))
const isInstant = (value: unknown): value is Instant => typeof value === 'number' && E.isRight(instant(value))
const isHash = (value: unknown): value is KeyHash => isString(value) && E.isRight(keyHash(value))
const isGuardrail = (value: unknown): value is GuardrailId => isString(value) && E.isRight(guardrailId(value))
const isWorkspace = (value: unknown): value is WorkspaceId => isString(value) && E.isRight(workspaceId(value))

// The shortest decimal text of a double is the text that it was read from, as far as a double can tell.
const readAmount = (value: unknown): E.Either<unknown, Picodollars> =>
  typeof value === 'number' || isString(value) ? fromDecimalDollars(String(value)) : unreadable

const isoTime = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/i

/** An ISO 8601 time with any offset; without one it is UTC, as all of OpenRouter's times are. */
const readInstant = (value: unknown): E.Either<unknown, Instant> => {
  const match = isString(value) ? isoTime.exec(value) : null
  if (match === null) return unreadable
  const [, day, minute, second = ':00', fraction = '', offset = 'Z'] = match
  const zone = offset.toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
  return instant(Date.parse(`${day}T${minute}${second}${fraction.slice(0, 4)}${zone}`))
}

const masked = /^sk-or-[A-Za-z0-9-]{0,10}(\.\.\.|…)[A-Za-z0-9_-]{0,6}$/

/** A masked key such as `sk-or-v1-0fa...240` shows a few characters on purpose; anything longer is scrubbed. */
const readLabel = (value: unknown): E.Either<unknown, string> =>
  isString(value) ? E.right(masked.test(value) ? value : scrub(value)) : unreadable

const readLabelOrNothing = (value: unknown): E.Either<unknown, string> => E.right(E.getOrElse(() => '')(readLabel(value)))

const resets = ['daily', 'weekly', 'monthly'] as const

const isReset = (value: unknown): value is RemotePolicy['reset'] =>
  value === null || value === 'other' || resets.some((known) => known === value)

// New enum values appear without notice (https://openrouter.ai/docs/api-reference/versioning). An unknown window read as
// `null` would pass for a lifetime cap, and refusing the row would hide every other key of the account.
const readReset = (value: unknown): E.Either<unknown, RemotePolicy['reset']> => {
  if (value === null) return E.right(null)
  return isString(value) ? E.right(resets.find((known) => known === value) ?? 'other') : unreadable
}

const readText = (value: unknown): E.Either<unknown, string> => (isString(value) ? E.right(scrub(value)) : unreadable)

const readHash = (value: unknown): E.Either<unknown, KeyHash> => (isString(value) ? keyHash(value) : unreadable)

const readGuardrail = (value: unknown): E.Either<unknown, GuardrailId> => (isString(value) ? guardrailId(value) : unreadable)

const readWorkspace = (value: unknown): E.Either<unknown, WorkspaceId> =>
  isString(value) ? workspaceId(value) : unreadable

const readFlag = (value: unknown): E.Either<unknown, boolean> => (typeof value === 'boolean' ? E.right(value) : unreadable)

const readCount = (value: unknown): E.Either<unknown, number> =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? E.right(value) : unreadable

const absentIsNull = (value: unknown): unknown => (value === undefined ? null : value)

export const hash = wire('64 lowercase hex digits', isHash, readHash)
export const guardrail = wire('a guardrail id', isGuardrail, readGuardrail)
export const workspace = wire('a workspace id', isWorkspace, readWorkspace)
/** Text without anything key-shaped. */
export const text = wire('text', isString, readText)
export const label = wire('text', isString, readLabel)
/** For display only, so that a missing one must not hide a key. */
export const labelOrNothing = wire('text', isString, readLabelOrNothing)
export const textOrUnknown = wire('text', isNullOr(isString), toldOrNull(readText))
export const workspaceOrUnknown = wire('a workspace id', isNullOr(isWorkspace), toldOrNull(readWorkspace))
export const flagOrUnknown = wire('true or false', isNullOr(t.boolean.is), toldOrNull(readFlag))
export const countOrUnknown = wire('a whole number', isNullOr(t.number.is), toldOrNull(readCount))
/** A cap; `null` is no cap. */
export const cap = wire('an amount of dollars or null', isNullOr(isAmount), orNull(readAmount))
/** Money spent; `null` when OpenRouter did not say, or said something that no total can be, such as a negative one. */
export const amountOrUnknown = wire('an amount of dollars', isNullOr(isAmount), toldOrNull(readAmount))
export const instantOrUnknown = wire('an ISO 8601 time', isNullOr(isInstant), toldOrNull(readInstant))
/** `null` or left out: never expires. */
export const expiry = wire('an ISO 8601 time or null', isNullOr(isInstant), (value) => orNull(readInstant)(absentIsNull(value)))
export const reset = wire('daily, weekly, monthly, another word or null', isReset, readReset)

/** The window of a guardrail; left out, it has none. */
export const resetOrNone = wire('daily, weekly, monthly, another word or null', isReset, (value) => readReset(absentIsNull(value)))

/** `undefined` where the codec cannot read the value. */
export const orUnread = <A>(codec: t.Type<A, unknown, unknown>): t.Type<A | undefined, A | undefined, unknown> =>
  wire(
    codec.name,
    (value): value is A | undefined => value === undefined || codec.is(value),
    (value) => E.right(E.match(() => undefined, (read: A | undefined) => read)(codec.decode(value))),
  )
