import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  add,
  fromDecimalDollars,
  picodollars,
  type Picodollars,
  toDecimalDollars,
  toDollars,
  zero,
} from '../../../src/domain/shared/picodollars.js'
import { money } from '../../../src/adapters/event-codec/values.js'
import { runs } from '../../support/fc-runs.js'
import { anyMoney, anyText } from '../../support/value-arbitraries.js'

const read = (text: string): bigint | string => {
  const result = fromDecimalDollars(text)
  return isRight(result) ? result.right : result.left._tag
}

const perDollar = 10n ** 12n

/** A decimal number as the exact fraction that it is: the oracle that everything is compared with. */
interface Fraction {
  readonly over: bigint
  readonly under: bigint
}

const fractionOf = (digits: string, places: number, exponent: number): Fraction => {
  const shift = exponent - places
  return shift >= 0
    ? { over: BigInt(digits) * 10n ** BigInt(shift), under: 1n }
    : { over: BigInt(digits), under: 10n ** BigInt(-shift) }
}

const ceiling = ({ over, under }: Fraction): bigint => (over * perDollar + under - 1n) / under

const anyDecimal = fc
  .record({
    whole: fc.bigInt({ min: 0n, max: 10n ** 12n - 1n }),
    fraction: fc.oneof(fc.constant(''), fc.stringMatching(/^[0-9]{1,20}$/)),
    exponent: fc.option(fc.integer({ min: -30, max: 6 })),
  })
  .map(({ whole, fraction, exponent }) => ({
    text: `${whole}${fraction === '' ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`,
    exact: fractionOf(`${whole}${fraction}`, fraction.length, exponent ?? 0),
  }))

describe('reading dollars', () => {
  it.each([
    ['0', 0n],
    ['0.00', 0n],
    ['12.5', 12_500_000_000_000n],
    ['100', 100n * perDollar],
    ['0.0000000375', 37_500n],
    ['3.75e-8', 37_500n],
    ['1e3', 1000n * perDollar],
    ['1E+2', 100n * perDollar],
    [' 7 ', 7n * perDollar],
    ['0.000000000001', 1n],
    ['0.0000000000001', 1n],
    ['0.0000000000010000000001', 2n],
    ['0.0000000000010', 1n],
    ['10e-13', 1n],
    ['11e-13', 2n],
    ['9007199254740993', 9_007_199_254_740_993n * perDollar],
  ])('takes %s exactly, rounding up what is less than a picodollar', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  it.each(['', '-1', '-0', '+1', '1.', '.5', '1,5', '1 000', '$5', 'NaN', 'Infinity', '0x10', '1e', '1e1000', '١', '1e99'])(
    'refuses %j',
    (text) => {
      expect(read(text)).toBe('InvalidValue')
    },
  )

  it('is exact to the picodollar for any decimal, and never too little', () => {
    fc.assert(
      fc.property(anyDecimal, ({ text, exact }) => {
        expect(read(text)).toBe(ceiling(exact))
      }),
      runs(600),
    )
  })

  it('takes the text of any JSON number of dollars without a double being multiplied', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (dollars) => {
        const text = JSON.stringify(dollars)
        const [mantissa = '', exponent = '0'] = text.split('e')
        const [whole = '', fraction = ''] = mantissa.split('.')
        expect(read(text)).toBe(ceiling(fractionOf(`${whole}${fraction}`, fraction.length, Number(exponent))))
      }),
      runs(600),
    )
  })

  it('names the field and the rule of what it refuses, and never the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const result = fromDecimalDollars(`secret-${text}`)
        expect(isLeft(result) && JSON.stringify(result.left)).not.toContain('secret')
      }),
      runs(200),
    )
  })

  it('takes nothing that a log could not give back', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{1,18}(\.[0-9]{0,25})?e[0-9]{1,2}$/), (text) => {
        const result = fromDecimalDollars(text)
        if (isRight(result)) expect(money.decode(money.encode(result.right))).toEqual(result)
      }),
      runs(600),
    )
    expect(read('999999999999999999e18')).toBe('InvalidValue')
  })
})

describe('telling dollars', () => {
  it('gives back the very amount that is read from it, in its shortest form', () => {
    fc.assert(
      fc.property(anyMoney, (amount) => {
        const text = toDecimalDollars(amount)
        expect(read(text)).toBe(amount)
        expect(text).toMatch(/^(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$/)
      }),
      runs(600),
    )
  })

  it('tells the nearest JSON number at the edge', () => {
    expect(toDollars(12_500_000_000_000n as Picodollars)).toBe(12.5)
    expect(toDollars(37_500n as Picodollars)).toBe(3.75e-8)
    fc.assert(
      fc.property(anyMoney, (amount) => {
        const off = Math.abs(toDollars(amount) - Number(amount) / 1e12)
        expect(off).toBeLessThanOrEqual(Number(amount) / 1e12 * 2 ** -50)
      }),
      runs(500),
    )
  })
})

describe('arithmetic', () => {
  it('is exact, commutative and associative, and nothing is its neutral', () => {
    fc.assert(
      fc.property(anyMoney, anyMoney, anyMoney, (a, b, c) => {
        expect(add(a, b)).toBe(BigInt(a) + BigInt(b))
        expect(add(a, b)).toBe(add(b, a))
        expect(add(add(a, b), c)).toBe(add(a, add(b, c)))
        expect(add(a, zero)).toBe(a)
      }),
      runs(300),
    )
  })

  it('knows no negative amount', () => {
    expect(isLeft(picodollars(-1n))).toBe(true)
    expect(picodollars(0n)).toMatchObject({ right: 0n })
  })
})
