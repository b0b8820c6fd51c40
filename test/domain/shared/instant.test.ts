import { isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { between, instant, millis, type Millis, plus } from '../../../src/domain/shared/instant.js'
import { runs } from '../../support/fc-runs.js'
import { anyInstant, latestInstant } from '../../support/value-arbitraries.js'

const anyMillis = fc.oneof(fc.nat(), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })).map((value) => value as Millis)

describe('an instant', () => {
  it.each([0, 1, 1_767_225_600_000, latestInstant])('may be %d', (value) => {
    expect(instant(value)).toEqual({ _tag: 'Right', right: value })
  })

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, latestInstant + 1, Number.MAX_SAFE_INTEGER])('may not be %d', (value) => {
    expect(isRight(instant(value))).toBe(false)
  })

  it('moved later is an instant still, and never earlier', () => {
    fc.assert(
      fc.property(anyInstant, anyMillis, (at, length) => {
        const moved = plus(at, length)
        expect(isRight(instant(moved))).toBe(true)
        expect(moved).toBe(Math.min(at + length, latestInstant))
        expect(moved).toBeGreaterThanOrEqual(at)
      }),
      runs(300),
    )
  })

  it('is as far from another as it takes to get there, or not at all', () => {
    fc.assert(
      fc.property(anyInstant, anyInstant, (a, b) => {
        expect(isRight(millis(between(a, b)))).toBe(true)
        expect(between(a, b) > 0).toBe(a < b)
        if (a <= b) expect(plus(a, between(a, b))).toBe(b)
      }),
      runs(300),
    )
  })
})

describe('a length of time', () => {
  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('may not be %d', (value) => {
    expect(isRight(millis(value))).toBe(false)
  })
})
