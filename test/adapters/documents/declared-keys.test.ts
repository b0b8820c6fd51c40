import { readFileSync } from 'node:fs'

import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import * as yaml from 'yaml'

import { declaredKeysCodec } from '../../../src/adapters/documents/declared-codec.js'
import { parseDeclaredKeys } from '../../../src/adapters/documents/read-declared-keys.js'

const schema = JSON.parse(readFileSync(new URL('../../../schema/keys.schema.json', import.meta.url), 'utf8')) as object
const bySchema = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema)

const read = (text: string) => parseDeclaredKeys(yaml, 'keys.yaml', text)
const refusal = (text: string): string => {
  const answer = read(text)
  if (E.isRight(answer)) throw new Error('it was taken')
  const error = answer.left
  return error._tag === 'InvalidInput' ? `${error.field} ${error.rule}` : error._tag
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', '5', -1, 0, 1e-7, 0.8, 1, 1.5, 999_999_999.99, 1e9, [], [0.5], [0.5, 2], {}, ['a'], 'x'.repeat(257), 'a\u0007'),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
)
const name = fc.constantFrom('alpha', 'ci.bot-2', '-x', '', 'a b', '__proto__', 'x'.repeat(65), '0')
const tagged = fc.dictionary(fc.constantFrom('team', 'a/b', ' ', 'x'.repeat(65)), fc.oneof(fc.constantFrom('web', '', 'é ü', '\u001b[1m'), odd), { maxKeys: 3 })
const spans = fc.oneof(fc.constantFrom('90d', 'off', '0d', '1y', '012h', '99999w'), odd)
const switches = fc.oneof(fc.constantFrom('on', 'off', 'yes'), odd)
const key = fc.oneof(
  odd,
  fc.record({ monthlyLimit: odd, dailyLimit: odd, alertThreshold: odd, tags: fc.oneof(tagged, odd), rotateAfter: spans, rotate: switches }, { requiredKeys: [] }),
  fc.dictionary(fc.constantFrom('monthlyLimit', 'monthly_limit', 'name', 'secret'), odd, { maxKeys: 2 }),
)
const documents = fc.oneof(
  fc.record({ keys: fc.oneof(fc.dictionary(name, key, { maxKeys: 3 }), odd) }, { requiredKeys: [] }),
  fc.dictionary(fc.constantFrom('keys', 'version'), odd, { maxKeys: 2 }),
  odd,
)

describe('declared keys in a file', () => {
  it('are accepted by the published JSON Schema as by the codec', () => {
    fc.assert(
      fc.property(documents, (value) => {
        expect(bySchema(value)).toBe(E.isRight(declaredKeysCodec.decode(value)))
      }),
      { numRuns: 3000 },
    )
  })

  it('are read from YAML and from JSON alike, a name alone too', () => {
    const keys = { alpha: { monthlyLimit: 10, dailyLimit: 2.5, alertThreshold: [0.5, 0.9], tags: { team: 'web' }, rotateAfter: '90d', rotate: 'on' }, beta: { rotateAfter: null } }
    expect(read(yaml.stringify({ keys }))).toEqual(E.right(keys))
    expect(read(JSON.stringify({ keys }))).toEqual(E.right(keys))
    expect(read('keys:\n  beta:\n')).toEqual(E.right({ beta: {} }))
    expect(read('keys: {}\n')).toEqual(E.right({}))
  })

  it.each([
    ['', 'keys.yaml:1:1 must be a map of keys'],
    ['keys:\n', 'keys.yaml:1:1: keys must be a map from names of keys to what they are to be, {} for none'],
    ['key: {}\n', 'keys.yaml:1:1 must have keys, which may be {}'],
    ['keys:\n  alpha: { monthlimit: 5 }\n', 'keys.yaml:2:12: keys.alpha.monthlimit is nothing that can be said of a key; what can be said is monthlyLimit, dailyLimit, alertThreshold, tags, rotateAfter, rotate; did you mean monthlyLimit?'],
    ['keys:\n  alpha: { monthlyLimit: "5" }\n', 'keys.yaml:2:12: keys.alpha.monthlyLimit must be a number of dollars from 0 to below a billion, or null for no limit'],
    ['keys:\n  alpha: { monthlyLimit: .nan }\n', 'keys.yaml:2:12: keys.alpha.monthlyLimit must be a number of dollars from 0 to below a billion, or null for no limit'],
    ['keys:\n  alpha:\n    dailyLimit: 5\n    monthlyLimit: 2\n', 'keys.yaml:3:5: keys.alpha.dailyLimit must not be above the monthly limit'],
    ['keys:\n  alpha: { tags: { team: 5 } }\n', 'keys.yaml:2:20: keys.alpha.tags.team must be text of at most 256 printable characters; a number or a word such as true needs quotes'],
    ['keys:\n  alpha: {}\n  alpha: {}\n', 'keys.yaml:3:3 is not valid YAML (DUPLICATE_KEY)'],
    ['keys:\n  alpha: &a {}\n  beta: *a\n', 'keys.yaml:3:9 is an alias; write out what it stands for'],
    ['keys:\n  1: {}\n', 'keys.yaml:2:3 must be text; put it in quotes'],
    ['keys:\n  alpha: { rotateAfter: 90 }\n', 'keys.yaml:2:12: keys.alpha.rotateAfter must be a span such as 90d, off for no age, or null for what the settings say'],
    ['keys:\n  alpha: { rotate: true }\n', 'keys.yaml:2:12: keys.alpha.rotate must be on, off, or null for what the settings say'],
    ['keys: [', 'keys.yaml:1:8 is not valid YAML (BAD_INDENT)'],
  ])('are refused with the place and the rule: %j', (text, words) => {
    expect(refusal(text)).toContain(words)
  })

  it('never repeat a value that may be a secret', () => {
    const secret = `sk-or-v1-${'ab'.repeat(32)}`
    for (const text of [`keys:\n  alpha: { monthlyLimit: ${secret} }\n`, `keys:\n  ${secret}: { x: 1 }\n`, `${secret}: 1\n`, `keys: { alpha: { ${secret}: 1 } }`])
      expect(refusal(text)).not.toContain(secret)
  })
})
