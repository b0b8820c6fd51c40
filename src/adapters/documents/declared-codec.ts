import * as t from 'io-ts'

import { closestOf } from '../../application/closest.js'
import type { DeclaredKeys } from '../../application/declared-keys.js'

/** A value that passes a check; the codec's name is the rule for people. */
const guarded = (rule: string, is: (value: unknown) => boolean): t.Type<unknown, unknown> =>
  new t.Type<unknown, unknown>(rule, (value): value is unknown => is(value), (value, context) => (is(value) ? t.success(value) : t.failure(value, context, rule)), t.identity)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const unknownField = (name: string, known: ReadonlyArray<string>, of: string): string => {
  const near = closestOf(name, known)
  return `is nothing that can be said of ${of}; what can be said is ${known.join(', ')}${near === null ? '' : `; did you mean ${near}?`}`
}

type Fields = Readonly<Record<string, t.Type<unknown, unknown>>>

/** A map with these fields and no others, each left out where it likes. */
const closed = <A>(of: string, fields: Fields, required: ReadonlyArray<string> = []): t.Type<A, unknown> =>
  new t.Type<A, unknown>(
    of,
    (value): value is A => isRecord(value),
    (value, context) => {
      if (!isRecord(value)) return t.failure(value, context, `must be a map of ${Object.keys(fields).join(', ')}`)
      const missing = required.find((name) => !Object.hasOwn(value, name))
      if (missing !== undefined) return t.failure(value, context, `must have ${missing}, which may be {}`)
      for (const [name, found] of Object.entries(value)) {
        const field = Object.hasOwn(fields, name) ? fields[name] : undefined
        const at = t.appendContext(context, name, field ?? t.never, found)
        if (field === undefined) return t.failure(found, at, unknownField(name, Object.keys(fields), of))
        const checked = field.validate(found, at)
        if (checked._tag === 'Left') return checked
      }
      // Every field was checked, and there are no others.
      return t.success(value as A)
    },
    t.identity,
  )

const keyPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const tagPattern = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/
// eslint-disable-next-line no-control-regex -- a tag is shown on terminals
const tagValuePattern = /^[^\u0000-\u001f\u007f]*$/u

/** A map of any names that pass a check, each with a value of one kind. */
const named = (rule: string, isName: RegExp, nameRule: string, value: t.Type<unknown, unknown>, most = Infinity): t.Type<unknown, unknown> =>
  new t.Type<unknown, unknown>(
    rule,
    isRecord,
    (given, context) => {
      if (!isRecord(given)) return t.failure(given, context, rule)
      if (Object.keys(given).length > most) return t.failure(given, context, `must have at most ${String(most)} entries`)
      for (const [name, found] of Object.entries(given)) {
        const at = t.appendContext(context, name, value, found)
        if (!isName.test(name)) return t.failure(found, at, nameRule)
        const checked = value.validate(found, at)
        if (checked._tag === 'Left') return checked
      }
      return t.success(given)
    },
    t.identity,
  )

const amount = guarded(
  'must be a number of dollars from 0 to below a billion, or null for no limit',
  (value) => value === null || (typeof value === 'number' && value >= 0 && value < 1_000_000_000),
)

const isShare = (value: unknown): boolean => typeof value === 'number' && value > 0 && value <= 1

const threshold = guarded(
  'must be a share of a limit above 0 and at most 1, such as 0.8, or a list of 1 to 10 of them',
  (value) =>
    isShare(value) || (Array.isArray(value) && value.length >= 1 && value.length <= 10 && value.every(isShare)),
)

const tagValue = guarded(
  'must be text of at most 256 printable characters; a number or a word such as true needs quotes',
  (value) => typeof value === 'string' && [...value].length <= 256 && tagValuePattern.test(value),
)

const tags = named(
  'must be a map of tags, {} for none',
  tagPattern,
  'is no name of a tag: 1 to 64 letters, digits, dots, slashes, underscores or hyphens, beginning with a letter or a digit',
  tagValue,
  32,
)

const rotateAfter = guarded(
  'must be a span such as 90d, off for no age, or null for what the settings say',
  (value) => value === null || value === 'off' || (typeof value === 'string' && /^[1-9][0-9]{0,4}[mhdw]$/.test(value)),
)

const rotate = guarded('must be on, off, or null for what the settings say', (value) => value === null || value === 'on' || value === 'off')

/** What can be said of a key. `schema/keys.schema.json` says the same. */
const declaredKeyFields = { monthlyLimit: amount, dailyLimit: amount, alertThreshold: threshold, tags, rotateAfter, rotate } as const

const settings = closed<unknown>('a key', declaredKeyFields)

/** A name alone declares a key of which nothing is said. */
const key = new t.Type<unknown, unknown>(
  'key',
  (value): value is unknown => value === null || isRecord(value),
  (value, context) => (value === null ? t.success(value) : settings.validate(value, context)),
  t.identity,
)

const keys = named(
  'must be a map from names of keys to what they are to be, {} for none',
  keyPattern,
  'is no name of a key: 1 to 64 letters, digits, dots, underscores or hyphens, beginning with a letter or a digit',
  key,
)

/** A `keys.yaml` as its values are; what an entry says as a whole is checked after it. */
export const declaredKeysCodec = closed<{ readonly keys: Readonly<Record<string, DeclaredKeys[string] | null>> }>('declared keys', { keys }, ['keys'])
