import { type Either, left, right } from 'fp-ts/lib/Either.js'

import { type Branded, type InvalidValue, invalidValue } from './brand.js'

/**
 * Money: whole picodollars (10^-12 US dollars), never negative.
 * Microdollars would be too coarse: one token can cost 0.0000000375 USD.
 */
export type Picodollars = Branded<bigint, 'Picodollars'>

const perDollar = 1_000_000_000_000n
/** 10^18 dollars: as much is a mistake, and a log that held it could not be read back. */
const tooMuch = 10n ** 30n
const decimal = /^(\d{1,18})(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/

export const zero = 0n as Picodollars

export const picodollars = (value: bigint): Either<InvalidValue, Picodollars> =>
  value >= 0n ? right(value as Picodollars) : left(invalidValue('amount', 'must not be negative'))

/**
 * Reads a decimal number of dollars from its text, so that no double is ever multiplied.
 * Digits beyond picodollars are rounded up: spend is never understated.
 */
export const fromDecimalDollars = (text: string): Either<InvalidValue, Picodollars> => {
  const match = decimal.exec(text.trim())
  if (match === null) return left(invalidValue('amount', 'must be a number of dollars such as 12.50'))
  const whole = match[1] ?? '0'
  const fraction = match[2] ?? ''
  const exponent = Number(match[3] ?? '0')
  const digits = BigInt(whole + fraction)
  const shift = 12 + exponent - fraction.length
  if (shift > 30) return left(invalidValue('amount', 'is too large'))
  const divisor = 10n ** BigInt(Math.max(0, -shift))
  const amount = shift >= 0 ? digits * 10n ** BigInt(shift) : (digits + divisor - 1n) / divisor
  return amount < tooMuch ? right(amount as Picodollars) : left(invalidValue('amount', 'is too large'))
}

/** The exact decimal text, without needless zeros: `12.5`, `0`, `0.0000000375`. */
export const toDecimalDollars = (amount: Picodollars): string => {
  const fraction = (amount % perDollar).toString().padStart(12, '0').replace(/0+$/, '')
  const whole = (amount / perDollar).toString()
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/** The nearest JSON number of dollars; for edges only, never for arithmetic. */
export const toDollars = (amount: Picodollars): number => Number(toDecimalDollars(amount))

export const add = (a: Picodollars, b: Picodollars): Picodollars => (a + b) as Picodollars
