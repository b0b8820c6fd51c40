import { left, right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { invalidValue } from '../../../src/domain/shared/brand.js'
import { instant, millis } from '../../../src/domain/shared/instant.js'
import { fromDecimalDollars, picodollars } from '../../../src/domain/shared/picodollars.js'

describe('a value that is refused', () => {
  it.each([
    [picodollars(-1n), 'amount', 'must not be negative'],
    [fromDecimalDollars('much'), 'amount', 'must be a number of dollars such as 12.50'],
    [fromDecimalDollars('1e40'), 'amount', 'is too large'],
    [fromDecimalDollars('1e999'), 'amount', 'is too large'],
    [fromDecimalDollars('0e999'), 'amount', 'is too large'],
    [fromDecimalDollars('999999999999999999e1'), 'amount', 'is too large'],
    [instant(-1), 'instant', 'must be whole milliseconds between 1970 and 9999'],
    [millis(0.5), 'duration', 'must be a whole number of milliseconds, not negative'],
  ])('names its field and the rule: %#', (refused, field, rule) => {
    expect(refused).toEqual(left(invalidValue(field, rule)))
  })
})

describe('an amount at the edge', () => {
  it.each([
    ['1e18', left(invalidValue('amount', 'is too large'))],
    ['999999999999999999.999999999999', right(10n ** 30n - 1n)],
    ['0e18', right(0n)],
    ['0.000000000001', right(1n)],
    ['1e-12', right(1n)],
    ['1e-13', right(1n)],
    ['1e-999', right(1n)],
    ['7', right(7_000_000_000_000n)],
  ])('%s', (text, amount) => {
    expect(fromDecimalDollars(text)).toEqual(amount)
  })
})
