import { actingRules } from '../../domain/alerts/policy.js'
import { isOwnRule, isRuleName, ruleNames } from '../../domain/alerts/rule.js'

/** What may stand at a place of the `alerts` section, and the rule that people are told when something else does. */
export type Shape =
  | { readonly _tag: 'Leaf'; readonly rule: string; readonly is: (value: unknown) => boolean }
  | { readonly _tag: 'Record'; readonly fields: Readonly<Record<string, Shape>> }
  | { readonly _tag: 'Map'; readonly rule: string; readonly isKey: (key: string) => boolean; readonly of: (key: string) => Shape }
  /** A word, or a record of fields. */
  | { readonly _tag: 'Short'; readonly rule: string; readonly words: ReadonlyArray<string>; readonly record: Readonly<Record<string, Shape>> }

const leaf = (rule: string, is: (value: unknown) => boolean): Shape => ({ _tag: 'Leaf', rule, is })

const oneOf = (...words: ReadonlyArray<string>): Shape =>
  leaf(`must be ${words.slice(0, -1).join(', ')} or ${words.slice(-1).join('')}`, (value) => typeof value === 'string' && words.includes(value))

const isNumber = (least: number, most: number, whole: boolean) => (value: unknown): boolean =>
  typeof value === 'number' && (!whole || Number.isInteger(value)) && value >= least && value <= most

/** A length of time as everywhere: a number and m, h, d or w. */
const spanPattern = '^[1-9][0-9]{0,4}[mhdw]$'
/** Hours of the UTC day, from one time to another: from one to itself might be none or all. */
const quietPattern = '^(?!(.{5})-\\1$)(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:[01][0-9]|2[0-3]):[0-5][0-9]$'

const isSpan = (value: unknown): boolean => typeof value === 'string' && new RegExp(spanPattern).test(value)

const listOf = (is: (value: unknown) => boolean) => (value: unknown): boolean =>
  Array.isArray(value) && value.length <= 10 && value.every(is)

const severity = oneOf('info', 'warning', 'critical')
const enabled = leaf('must be true or false', (value) => typeof value === 'boolean')
const ruleFields = { enabled, severity }
const actingFields = { ...ruleFields, action: oneOf('tell', 'contain') }

const ruleShape = (rule: string): Shape => ({
  _tag: 'Short',
  rule: 'must be on, off, or enabled, severity and action below it',
  words: ['on', 'off'],
  record: actingRules.includes(rule) || isOwnRule(rule) ? actingFields : ruleFields,
})

const rules: Shape = {
  _tag: 'Map',
  rule: `is not a rule; rules are ${ruleNames.join(', ')}`,
  isKey: (key) => isRuleName(key) || isOwnRule(key),
  of: ruleShape,
}

const off = (rule: string, is: (value: unknown) => boolean): Shape => leaf(rule, (value) => value === 'off' || is(value))

/** What may be set for everything, for a tag and for a key. */
const levelFields: Readonly<Record<string, Shape>> = {
  rules,
  thresholds: leaf('must be a list of at most 10 whole percents from 1 to 99', listOf(isNumber(1, 99, true))),
  expiring: leaf('must be a list of at most 10 spans such as 7d or 12h', listOf(isSpan)),
  spikeFactor: leaf('must be a number from 2 to 100', isNumber(2, 100, false)),
  rotateAfter: off('must be a span such as 90d, or off', isSpan),
  rotate: oneOf('on', 'off'),
  quietHours: off(
    'must be UTC hours such as "22:00-07:00", from one time to another, or off',
    (value) => typeof value === 'string' && new RegExp(quietPattern).test(value),
  ),
}

const tagPattern = '^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}=[^\\u0000-\\u001f\\u007f]{0,256}$'
const namePattern = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'

const level: Shape = { _tag: 'Record', fields: levelFields }

/** The whole section; `schema/config.schema.json` says the same. */
export const alertsShape: Shape = {
  _tag: 'Record',
  fields: {
    ...levelFields,
    creditLow: leaf('must be a number of dollars from 0 to 1000000000', isNumber(0, 1e9, false)),
    digestAbove: leaf('must be a whole number from 1 to 1000', isNumber(1, 1000, true)),
    tags: { _tag: 'Map', rule: 'is not a tag such as team=web', isKey: (key) => new RegExp(tagPattern).test(key), of: () => level },
    keys: { _tag: 'Map', rule: 'is not the name of a key', isKey: (key) => new RegExp(namePattern).test(key), of: () => level },
  },
}
