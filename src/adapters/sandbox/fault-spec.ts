import * as E from 'fp-ts/lib/Either.js'

import { scrub } from '../../application/secret.js'
import type { Fault } from '../simulated-openrouter/fault.js'

/** When a rule acts, counted over the requests that match it. */
export type When =
  | { readonly _tag: 'Always' }
  | { readonly _tag: 'Nth'; readonly n: number }
  | { readonly _tag: 'First'; readonly n: number }
  | { readonly _tag: 'Percent'; readonly percent: number }

/** `method: null` is any. `path` is below `/api/v1`; in it `*` stands for one segment, and alone for every path. */
export interface FaultRule {
  readonly method: string | null
  readonly path: string
  readonly fault: Fault
  readonly when: When
}

/** The text is no fault specification; `message` says which rule and why. */
export interface InvalidFaultSpec {
  readonly _tag: 'InvalidFaultSpec'
  readonly message: string
}

interface Known {
  readonly make: (argument: number | null) => Fault
  /** The numbers that it takes; null when it takes none. */
  readonly range: readonly [number, number] | null
}

const longest = 3_600_000
const serverErrors = [500, 599] as const

const known: ReadonlyMap<string, Known> = new Map<string, Known>([
  ['lost-before', { make: () => ({ _tag: 'lost-before' }), range: null }],
  ['refused-connection', { make: () => ({ _tag: 'refused-connection' }), range: null }],
  ['lost-after', { make: () => ({ _tag: 'lost-after' }), range: null }],
  ['applied-then-5xx', { make: (status) => ({ _tag: 'applied-then-5xx', status: status ?? 500 }), range: serverErrors }],
  ['5xx-before', { make: (status) => ({ _tag: '5xx-before', status: status ?? 500 }), range: serverErrors }],
  ['late', { make: (delay) => ({ _tag: 'late', delay: delay ?? 1000 }), range: [0, longest] }],
  ['rate-limited', { make: (retryAfter) => ({ _tag: 'rate-limited', retryAfter }), range: [0, 86_400] }],
  ['garbage', { make: () => ({ _tag: 'garbage' }), range: null }],
  ['html', { make: (status) => ({ _tag: 'html', status: status ?? 502 }), range: [400, 599] }],
  ['truncated', { make: () => ({ _tag: 'truncated' }), range: null }],
  ['slow', { make: (delay) => ({ _tag: 'slow', delay: delay ?? 1000 }), range: [0, longest] }],
  ['stale-read', { make: (back) => ({ _tag: 'stale-read', back: back ?? 1 }), range: [1, 64] }],
  ['amnesia', { make: () => ({ _tag: 'amnesia' }), range: null }],
  ['refuse', { make: (status) => ({ _tag: 'refuse', status: status ?? 403 }), range: [400, 499] }],
])

const shape = /^(?:(GET|POST|PATCH|DELETE) +)?(\*|\/[^\s:]*):([a-z0-9-]+)(?:\((\d{1,9})\))?(?:([@*%])(\d{1,9}))?$/

const readWhen = (sign: string | undefined, digits: string | undefined): When | null => {
  const n = Number(digits)
  if (sign === undefined) return { _tag: 'Always' }
  if (n < 1 || (sign === '%' && n > 100)) return null
  if (sign === '%') return { _tag: 'Percent', percent: n }
  return sign === '@' ? { _tag: 'Nth', n } : { _tag: 'First', n }
}

const rangeError = (name: string, argument: number | null, range: Known['range']): string | null => {
  if (argument === null) return null
  if (range === null) return `"${name}" takes no number`
  const [least, most] = range
  return argument < least || argument > most ? `the number of "${name}" must be from ${least} to ${most}` : null
}

const readFault = (name: string, digits: string | undefined): E.Either<string, Fault> => {
  const found = known.get(name)
  if (found === undefined) return E.left(`unknown fault "${name}", known are ${[...known.keys()].join(', ')}`)
  const argument = digits === undefined ? null : Number(digits)
  const wrong = rangeError(name, argument, found.range)
  return wrong === null ? E.right(found.make(argument)) : E.left(wrong)
}

const readRule = (text: string): E.Either<InvalidFaultSpec, FaultRule> => {
  const invalid = (why: string): E.Either<InvalidFaultSpec, never> =>
    E.left({ _tag: 'InvalidFaultSpec', message: scrub(`fault rule "${text}": ${why}`, 400) })
  const [, method, path, name, digits, sign, count] = shape.exec(text) ?? []
  if (path === undefined || name === undefined) return invalid('must be like "POST /keys:lost-after@1"')
  const fault = readFault(name, digits)
  if (E.isLeft(fault)) return invalid(fault.left)
  const when = readWhen(sign, count)
  if (when === null) return invalid('the count must be at least 1, a percentage at most 100')
  return E.right({ method: method ?? null, path, fault: fault.right, when })
}

/**
 * Reads a fault specification: rules, separated by commas, each `[METHOD ]PATH:FAULT[(NUMBER)][WHEN]`.
 *
 * - `METHOD` is GET, POST, PATCH or DELETE; without it the rule matches all four.
 * - `PATH` is below `/api/v1`, such as `/keys`; a `*` in it is any one segment, as in `/keys/*`; `*` alone is every path.
 * - `FAULT` is one of those described at `Fault`. `NUMBER` is a status for `applied-then-5xx`, `5xx-before`, `html` and
 *   `refuse`, milliseconds for `late` and `slow`, seconds of `Retry-After` for `rate-limited`, changes back for `stale-read`.
 * - `WHEN` is `@3` (only the third matching request), `*3` (the first three) or `%10` (each with a chance of 10 in 100);
 *   without it, every one.
 *
 * The first rule that acts on a request decides. Example: `POST /keys:lost-after@1, DELETE /keys/*:5xx-before(503)*3`.
 */
export const parseFaultSpec = (text: string): E.Either<InvalidFaultSpec, ReadonlyArray<FaultRule>> =>
  E.traverseArray(readRule)(text.split(',').map((rule) => rule.trim()).filter((rule) => rule !== ''))
