import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import {
  decodeCreated,
  decodeDeleted,
  decodeIdentity,
  decodeKey,
  decodeKeys,
  decodeSwitch,
  decodeWorkspaces,
} from '../../../src/adapters/openrouter/codec.js'
import { makeOpenRouterClient } from '../../../src/adapters/openrouter/client.js'
import { type Picodollars, toDecimalDollars } from '../../../src/domain/shared/picodollars.js'
import { answer, at, dollars, keyJson, managementKey, no, ok, recording } from './fakes.js'

const decoders = { decodeCreated, decodeDeleted, decodeIdentity, decodeKey, decodeKeys, decodeSwitch, decodeWorkspaces }

/** Something secret that looks like nothing, so that no pattern can help. */
const planted = 'PLANTEDsecretVALUE'
const leaf = fc.oneof(fc.constant(planted), fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined))
const fields = Object.keys(keyJson('x'))

/** A key with some of its fields spoilt, planted or gone, as `data`, as a row, or beside a secret. */
const spoilt = fc
  .dictionary(fc.constantFrom(...fields), fc.oneof(leaf, fc.dictionary(fc.constant('a'), leaf)))
  .chain((changes) =>
    fc.constantFrom<(key: unknown) => unknown>(
      (key) => ({ data: key }),
      (key) => ({ data: [key, key] }),
      (key) => ({ data: key, key: planted }),
      (key) => key,
    ).map((wrap) => wrap({ ...keyJson('x'), ...changes })),
  )

describe('decoding', () => {
  it.each(Object.entries(decoders))('%s never throws, and no error shows a value', (_, decode) => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.anything(), spoilt), (json) => {
        const result = decode(json)
        if (E.isLeft(result)) expect(result.left).not.toContain(planted)
      }),
    )
  })

  it('shows no value in the error of a whole request either', async () => {
    await fc.assert(
      fc.asyncProperty(spoilt, fc.constantFrom(200, 201, 400, 404, 500), async (body, status) => {
        const { transport } = recording(() => E.right(answer(status, { error: 'x', ...Object(body) })))
        const client = makeOpenRouterClient({ transport, managementKey })
        const result = await client.createKey({ name: 'n', limit: dollars('0'), includeByok: true, expiresAt: null, workspace: null })()
        if (E.isLeft(result)) expect(JSON.stringify(result.left)).not.toContain(planted)
      }),
    )
  })

  it('names path and expected type', () => {
    expect(no(decodeKeys({ data: [keyJson('a'), keyJson('b', { name: 7 })] }))).toBe('data.1.name: expected text')
    expect(no(decodeKey({ data: keyJson('b', { limit: 'lots' }) }))).toBe('data.limit: expected an amount of dollars or null')
    expect(no(decodeKeys(7))).toBe('the answer: expected an object')
    expect(no(decodeKeys({ data: 'x' }))).toBe('data: expected a list')
  })

  it('never lets key-shaped text through', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^sk-or-v1-[0-9a-f]{12,64}$/), fc.string(), (key, around) => {
        const told = around + key
        const details = ok(decodeKey({ data: keyJson('a', { name: told, label: told, creator_user_id: told }) }))
        expect(JSON.stringify([details.name, details.label, details.creatorId])).not.toContain(key)
        const identity = ok(decodeIdentity({ data: { label: told, creator_user_id: told } }))
        expect(JSON.stringify(identity)).not.toContain(key)
      }),
    )
  })

  it.each(['sk-or-v1-0e6...1c9', 'sk-or-v1-0e6...1c96', 'My key'])('keeps the label %s', (label) => {
    expect(ok(decodeKey({ data: keyJson('a', { label }) })).label).toBe(label)
  })
})

describe('money', () => {
  it('is the decimal text of the number, to the last picodollar', () => {
    // Up to 15 digits every decimal comes back from a double unchanged, so this is the exact range of JSON numbers.
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }), fc.integer({ min: 0, max: 6 }), (digits, zeros) => {
        const amount = (digits * 10n ** BigInt(zeros)) as Picodollars
        const json: unknown = JSON.parse(`{"data":${JSON.stringify(keyJson('a')).replace('"limit":10', `"limit":${toDecimalDollars(amount)}`)}}`)
        expect(ok(decodeKey(json)).policy.limit).toBe(amount)
      }),
    )
  })

  it.each([
    [0, 0n],
    [-0, 0n],
    [3.75e-8, 37_500n],
    [1e-13, 1n],
    ['12.5', 12_500_000_000_000n],
    [null, null],
  ])('reads a cap of %s', (limit, expected) => {
    expect(ok(decodeKey({ data: keyJson('a', { limit }) })).policy.limit).toBe(expected)
  })

  it.each([-1, '', 'ten', true, {}, undefined, 1e300])('does not read a cap of %j', (limit) => {
    expect(no(decodeKey({ data: keyJson('a', { limit }) }))).toBe('data.limit: expected an amount of dollars or null')
  })

  it.each([-1, '', null, undefined, {}, 1e300])('takes a total of %j for unknown, not for zero', (usage) => {
    expect(ok(decodeKey({ data: keyJson('a', { usage }) })).usage.total).toBeNull()
  })
})

describe('what null would mean', () => {
  it.each([
    ['daily', 'daily'],
    ['weekly', 'weekly'],
    ['monthly', 'monthly'],
    [null, null],
    ['yearly', 'other'],
    ['', 'other'],
  ])('a reset of %j is %j', (limit_reset, expected) => {
    expect(ok(decodeKey({ data: keyJson('a', { limit_reset }) })).policy.reset).toBe(expected)
  })

  it.each([undefined, 7, false])('a reset of %j is unreadable', (limit_reset) => {
    expect(no(decodeKey({ data: keyJson('a', { limit_reset }) }))).toMatch(/^data\.limit_reset: expected daily, weekly/)
  })

  it.each([
    [null, null],
    [undefined, null],
    ['2027-12-31T23:59:59Z', at('2027-12-31T23:59:59Z')],
    ['2027-12-31T23:59:59.123456+00:00', at('2027-12-31T23:59:59.123Z')],
    ['2028-01-01T05:29:59+05:30', at('2027-12-31T23:59:59Z')],
    ['2028-01-01T05:29:59+0530', at('2027-12-31T23:59:59Z')],
    ['2027-12-31T15:59:59-08:00', at('2027-12-31T23:59:59Z')],
    ['2027-12-31 23:59:59', at('2027-12-31T23:59:59Z')],
    ['2027-12-31T23:59z', at('2027-12-31T23:59:00Z')],
  ])('an expiry of %j', (expires_at, expected) => {
    expect(ok(decodeKey({ data: keyJson('a', { expires_at }) })).expiresAt).toBe(expected)
  })

  it.each(['', 'never', '2027-13-45T00:00:00Z', 1_800_000_000, false, '12027-01-01T00:00:00Z'])('an expiry of %j is unreadable', (expires_at) => {
    expect(no(decodeKey({ data: keyJson('a', { expires_at }) }))).toBe('data.expires_at: expected an ISO 8601 time or null')
  })

  it('an unreadable time of creation is unknown', () => {
    expect(ok(decodeKey({ data: keyJson('a', { created_at: 'long ago' }) })).createdAt).toBeNull()
  })
})

describe('a listing with an odd row', () => {
  const odd = [
    { limit: -1 },
    { limit: 1e31 },
    { limit: undefined },
    { limit_reset: 7 },
    { disabled: null },
    { include_byok_in_limit: 'yes' },
    { expires_at: 'never' },
  ]

  it.each(odd)('%j keeps all rows, and its policy is none that can be wanted', (change) => {
    const { rows } = ok(decodeKeys({ data: [keyJson('a'), keyJson('b', change), keyJson('c')] }))
    expect(rows.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    expect(rows.map(({ policy }) => policy.reset === 'other')).toEqual([false, true, false])
    expect(rows[1]?.policy.disabled).toBe(false)
  })

  it('reads what is whole as it reads a single key', () => {
    const json = keyJson('a', { limit: null, limit_reset: null, expires_at: null })
    expect(ok(decodeKeys({ data: [json] })).rows).toEqual([ok(decodeKey({ data: json }))])
  })

  it.each([undefined, null, 7, 'abc'])('is unreadable with a hash of %j', (hash) => {
    expect(no(decodeKeys({ data: [keyJson('a'), keyJson('b', { hash })] }))).toBe('data.1.hash: expected 64 lowercase hex digits')
  })
})
