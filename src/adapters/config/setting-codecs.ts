import * as t from 'io-ts'

import { type Branded } from '../../domain/shared/brand.js'

/** The API's base: `https`, or plain `http` to this machine only; ends in `/api/v1`, without credentials, query or fragment. */
export type BaseUrl = Branded<string, 'BaseUrl'>

const label = '[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?'
const hostName = `(?:${label}\\.)*[A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?`
const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
const loopback = `(?:localhost|127(?:\\.${octet}){3}|\\[::1\\])`
const port = '(?::(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3}))?'

/** The one grammar of base URLs; `schema/config.schema.json` carries the same text. */
export const baseUrlPattern = `^(?:https://(?:${hostName}|${octet}(?:\\.${octet}){3}|\\[::1\\])|http://${loopback})${port}(?:/[A-Za-z0-9._~-]+)*/api/v1/?$`

const baseUrlShape = new RegExp(baseUrlPattern)

const guarded = <A>(rule: string, is: (value: unknown) => value is A): t.Type<A, A> =>
  new t.Type(rule, is, (value, context) => (is(value) ? t.success(value) : t.failure(value, context)), t.identity)

/** Whole milliseconds between two bounds, both allowed. The codec's name is the rule for people. */
export const wholeNumber = (least: number, most: number): t.Type<number, number> =>
  guarded(
    `must be a whole number of milliseconds from ${least} to ${most}`,
    (value): value is number => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most,
  )

export const baseUrlCodec: t.Type<BaseUrl, BaseUrl> = guarded(
  'must be an https address that ends in /api/v1, such as https://openrouter.ai/api/v1 (plain http only to this machine)',
  (value): value is BaseUrl => typeof value === 'string' && value.length <= 2048 && baseUrlShape.test(value),
)

export const profileCodec: t.Type<string, string> = guarded(
  'must be 1 to 32 letters, digits, dots, underscores or hyphens, and begin with a letter or a digit',
  (value): value is string => typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(value),
)

export const pathCodec: t.Type<string, string> = guarded(
  'must be a path of 1 to 4096 characters',
  (value): value is string => typeof value === 'string' && /^[^\0]{1,4096}$/su.test(value),
)
