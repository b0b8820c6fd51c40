import assert from 'node:assert/strict'
import { inspect } from 'node:util'

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

const keysOf = (value: Readonly<Record<string, unknown>>): ReadonlyArray<string> => Object.keys(value).filter((key) => value[key] !== undefined)

const sameFields = (actual: Readonly<Record<string, unknown>>, expected: Readonly<Record<string, unknown>>, part: boolean): boolean =>
  (part || keysOf(actual).length === keysOf(expected).length) && keysOf(expected).every((key) => same(actual[key], expected[key], part))

const sameItems = (actual: unknown, expected: ReadonlyArray<unknown>, part: boolean): boolean =>
  Array.isArray(actual) && actual.length === expected.length && expected.every((item, at) => same(actual[at], item, part))

/** Whether values are the same by their content. `part`: objects may have more fields than are expected. */
const same = (actual: unknown, expected: unknown, part: boolean): boolean => {
  if (!isRecord(actual) || !isRecord(expected)) return Object.is(actual, expected)
  if (expected instanceof Uint8Array) return actual instanceof Uint8Array && Buffer.compare(actual, expected) === 0
  if (expected instanceof Map) return actual instanceof Map && sameItems([...(actual as Map<unknown, unknown>)], [...(expected as Map<unknown, unknown>)], part)
  if (Array.isArray(expected)) return sameItems(actual, expected, part)
  return !Array.isArray(actual) && sameFields(actual, expected, part)
}

const has = (actual: unknown, expected: unknown): boolean =>
  typeof actual === 'string' ? actual.includes(String(expected)) : Array.isArray(actual) && actual.includes(expected)

/** What can be claimed of a value. */
export interface Claims {
  readonly toBe: (expected: unknown) => void
  readonly toEqual: (expected: unknown) => void
  readonly toMatchObject: (expected: unknown) => void
  readonly toContain: (expected: unknown) => void
  readonly toHaveLength: (expected: number) => void
  readonly toMatch: (expected: RegExp) => void
  readonly toBeNull: () => void
  readonly toBeLessThan: (expected: number) => void
  readonly toBeLessThanOrEqual: (expected: number) => void
}

const claims = (actual: unknown, holds: boolean, note: string | undefined): Claims => {
  const claim = (is: boolean, verb: string, expected: unknown): void =>
    assert.ok(is === holds, `${note === undefined ? '' : `${note}: `}${inspect(actual, { depth: 6 })} ${holds ? '' : 'not '}${verb} ${inspect(expected, { depth: 6 })}`)
  return {
    toBe: (expected) => claim(Object.is(actual, expected), 'to be', expected),
    toEqual: (expected) => claim(same(actual, expected, false), 'to equal', expected),
    toMatchObject: (expected) => claim(same(actual, expected, true), 'to have', expected),
    toContain: (expected) => claim(has(actual, expected), 'to contain', expected),
    toHaveLength: (expected) => claim(isRecord(actual) && actual['length'] === expected, 'to have the length', expected),
    toMatch: (expected) => claim(typeof actual === 'string' && expected.test(actual), 'to match', expected),
    toBeNull: () => claim(actual === null, 'to be', null),
    toBeLessThan: (expected) => claim(Number(actual) < expected, 'to be less than', expected),
    toBeLessThanOrEqual: (expected) => claim(Number(actual) <= expected, 'to be at most', expected),
  }
}

/** A claim about a value, in the words of most test runners, on `node:assert`. */
export const expect = (actual: unknown, note?: string): Claims & { readonly not: Claims } => ({
  ...claims(actual, true, note),
  not: claims(actual, false, note),
})
