import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { stateIn, stateText } from '../../src/application/state-text.js'
import { anyHistory } from '../support/key-history.js'

const there = (value: unknown): unknown => {
  const text = stateText(value)
  if (text === null) throw new Error('it cannot be kept')
  const read = stateIn(text)
  if (E.isLeft(read)) throw new Error('it cannot be read')
  return read.right
}

describe('a state as text', () => {
  it('is the same state again, whatever a key lived through', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings, state }) => {
        for (const each of [state, ...turnings.map(({ before }) => before)]) expect(there(each)).toStrictEqual(each)
      }),
      { numRuns: 60 },
    )
  })

  it('keeps any plain data, also what looks like its own words', () => {
    fc.assert(
      fc.property(fc.object({ withBigInt: true, withNullPrototype: false, values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.bigInt()], key: fc.oneof(fc.string(), fc.constantFrom('$big', '$entries', '$')) }), (value) => {
        expect(there(value)).toStrictEqual(value)
      }),
    )
  })

  it('is none where something would be lost', () => {
    for (const value of [new Map(), new Set(), new Date(0), () => 1, { a: undefined }, [Number.NaN], -0, Symbol('s')]) expect(stateText(value)).toBeNull()
  })

  it('that is no text of a state is said to be none', () => {
    for (const text of ['', '{', '{"$big":"x"}']) expect(stateIn(text)).toEqual(E.left('unreadable'))
  })
})
