import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'

import { mostTags, type TagsPatch } from '../../domain/key/tags.js'
import type { RotationMode } from '../../domain/key/rotation-event.js'
import { type KeyName, keyName } from '../../domain/shared/identifiers.js'
import { type Instant, instant, type Millis } from '../../domain/shared/instant.js'
import { fromDecimalDollars, type Picodollars } from '../../domain/shared/picodollars.js'
import { type LimitsPatch, noLimits, patchLimits, type SpendLimits } from '../../domain/spend/limits.js'
import type { LimitOptions } from '../limit-options.js'
import { invalidInput, type VaultError } from '../errors.js'
import type { RotateOptions } from '../vault.js'

const bad = (field: string, rule: string): E.Either<VaultError, never> =>
  E.left({ _tag: 'InvalidInput', field, rule })

/** Callers in plain JavaScript get past the types, and what they pass must not get into the log. */
const isText = (value: unknown): value is string => typeof value === 'string'

export const parseName = (text: string): E.Either<VaultError, KeyName> =>
  isText(text) ? pipe(keyName(text), E.mapLeft(invalidInput)) : bad('name', 'must be a text')

const dollars = /^\d{1,9}(\.\d{1,4})?$/

/** A limit in dollars: not negative, at most four decimals, below a billion. Zero means "may not spend". */
export const parseLimit = (field: string, value: string | number): E.Either<VaultError, Picodollars> => {
  const text = String(value).trim()
  return dollars.test(text)
    ? pipe(fromDecimalDollars(text), E.mapLeft(invalidInput))
    : bad(field, 'must be a number of dollars, not negative, with at most four decimals, such as 25 or 12.50')
}

const alertRule = 'must be shares of a limit above 0 and at most 1, with at most four decimals, such as 0.8 or 0.8,0.95'

/** Shares of a limit at which to warn, as numbers or as one text such as `0.8,0.95`; at least one. */
const parseThresholds = (given: unknown): E.Either<VaultError, ReadonlyArray<number>> => {
  const parts = Array.isArray(given) ? given.map(String) : String(given).split(',')
  const shares = parts.map((part) => (/^\s*(0?\.\d{1,4}|1(\.0{1,4})?)\s*$/.test(part) ? Number(part) : Number.NaN))
  return shares.length === 0 || shares.some((share) => !(share > 0)) ? bad('alertThreshold', alertRule) : E.right(shares)
}

const optionalLimit = (field: string, value: string | number | null): E.Either<VaultError, Picodollars | null> =>
  value === null ? E.right(null) : parseLimit(field, value)

/** The limits that were spoken of, each checked by itself. */
export const parsePatch = ({ monthlyLimit, dailyLimit, alertThreshold }: LimitOptions): E.Either<VaultError, LimitsPatch> =>
  pipe(
    E.Do,
    E.bind('monthly', () => (monthlyLimit === undefined ? E.right({}) : E.map((monthly) => ({ monthly }))(optionalLimit('monthlyLimit', monthlyLimit)))),
    E.bind('daily', () => (dailyLimit === undefined ? E.right({}) : E.map((daily) => ({ daily }))(optionalLimit('dailyLimit', dailyLimit)))),
    E.bind('thresholds', () =>
      alertThreshold === undefined ? E.right({}) : E.map((alertThresholds) => ({ alertThresholds }))(parseThresholds(alertThreshold)),
    ),
    E.map(({ monthly, daily, thresholds }): LimitsPatch => ({ ...monthly, ...daily, ...thresholds })),
  )

/** `limits` with what was spoken of, checked as a whole. */
const withPatch = (limits: SpendLimits, patch: LimitsPatch): E.Either<VaultError, SpendLimits> =>
  pipe(patchLimits(limits, patch), E.mapLeft(invalidInput))

/** Whole limits: what is not spoken of is no limit, and the usual threshold. */
export const parseLimits = (input: LimitOptions): E.Either<VaultError, SpendLimits> =>
  pipe(
    parsePatch(input),
    E.flatMap((patch) => withPatch(noLimits, patch)),
  )

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const span = /^(\d{1,5})([mhdw])$/
const iso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/

const spanOf = (text: string): number | null => {
  const match = span.exec(text)
  const unit = units[match?.[2] ?? '']
  return match === null || unit === undefined ? null : Number(match[1]) * unit
}

const isoOf = (text: string): number | null => {
  if (!iso.test(text)) return null
  const day = Date.parse(`${text.slice(0, 10)}T00:00:00Z`)
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== text.slice(0, 10)) return null
  const parsed = Date.parse(text)
  return Number.isNaN(parsed) ? null : parsed
}

const longestGrace = 90 * 86_400_000
const momentRule = 'must be a span such as 90d, 12h or 30m, or an ISO 8601 time such as 2027-01-31T00:00:00Z'

/** When a key is to expire: in the future. OpenRouter takes whole seconds in UTC. */
export const parseExpiry = (text: string, now: Instant): E.Either<VaultError, Instant> => {
  if (!isText(text)) return bad('expires', momentRule)
  const length = spanOf(text)
  const moment = length === null ? isoOf(text) : now + length
  if (moment === null) return bad('expires', momentRule)
  const whole = Math.floor(moment / 1000) * 1000
  if (whole <= now) return bad('expires', 'must lie in the future')
  return pipe(
    instant(whole),
    E.mapLeft(() => invalidInput({ field: 'expires', rule: 'must lie before the year 10000' })),
  )
}

/** A moment in the past, given as a span back from now or as a time. */
export const parseSince = (text: string, now: Instant): E.Either<VaultError, Instant> => {
  if (!isText(text)) return bad('since', momentRule)
  const length = spanOf(text)
  const moment = length === null ? isoOf(text) : Math.max(0, now - length)
  if (moment === null) return bad('since', momentRule)
  return pipe(
    instant(moment),
    E.mapLeft(() => invalidInput({ field: 'since', rule: momentRule })),
  )
}

/** How a rotation is to go. */
export const parseRotation = ({ grace, leaked }: RotateOptions): E.Either<VaultError, RotationMode> => {
  if (grace === undefined) return E.right({ grace: 0 as Millis, leaked: leaked === true })
  const length = isText(grace) ? spanOf(grace) : null
  if (length === null || length > longestGrace) return bad('grace', 'must be a span of at most 90 days, such as 24h, 30m or 7d')
  return leaked === true && length > 0
    ? bad('grace', 'contradicts leaked: a leaked key is contained at once')
    : E.right({ grace: length as Millis, leaked: leaked === true })
}

const tagKey = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/
// eslint-disable-next-line no-control-regex -- a tag is shown on terminals
const tagValue = /^[^\u0000-\u001f\u007f]{0,256}$/
const tagKeyRule = 'must have a name of 1 to 64 letters, digits, dots, slashes, underscores or hyphens that begins with a letter or a digit'
const secretLike = /sk-or-[A-Za-z0-9_-]{8,}/

/** Tags are facts in a readable log: short, printable, and no place for a secret. */
export const parseTags = (
  tags: Readonly<Record<string, string>>,
): E.Either<VaultError, Readonly<Record<string, string>>> => {
  const entries = Object.entries(tags)
  if (entries.length > mostTags) return bad('tags', `must be one of at most ${String(mostTags)} on a key`)
  if (entries.some(([key]) => !tagKey.test(key))) return bad('tags', tagKeyRule)
  if (entries.some(([, value]) => !isText(value) || !tagValue.test(value)))
    return bad('tags', 'must have a value of at most 256 printable characters')
  if (entries.some(([key, value]) => secretLike.test(`${key}=${value}`)))
    return bad('tags', 'looks like a secret; tags are stored readable')
  return E.right(tags)
}

/** What to change of tags: each name, and each value but null, by the rules of tags. */
export const parseTagsPatch = (patch: TagsPatch): E.Either<VaultError, TagsPatch> => {
  const given: unknown = patch
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return bad('tags', 'must be an object of tag names')
  const entries = Object.entries(patch)
  if (entries.some(([key]) => !tagKey.test(key))) return bad('tags', tagKeyRule)
  return pipe(
    parseTags(Object.fromEntries(entries.flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])))),
    E.map(() => ({ ...patch })),
  )
}

/** A note that goes into the log with a suspension. */
export const parseNote = (note: string | undefined): E.Either<VaultError, string | null> => {
  if (note === undefined) return E.right(null)
  if (!isText(note) || !tagValue.test(note)) return bad('reason', 'must be at most 256 printable characters')
  return secretLike.test(note) ? bad('reason', 'looks like a secret; reasons are stored readable') : E.right(note)
}
