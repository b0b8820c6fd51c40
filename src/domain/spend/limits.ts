import { type Either, left, right } from 'fp-ts/lib/Either.js'

import { type InvalidValue, invalidValue } from '../shared/brand.js'
import { type Picodollars, zero } from '../shared/picodollars.js'

/**
 * What a key may spend in a UTC calendar month and in a UTC day; `null` is no limit, zero is "may not spend".
 * `alertThresholds` are shares of a limit in (0, 1], rising, each once.
 */
export interface SpendLimits {
  readonly monthly: Picodollars | null
  readonly daily: Picodollars | null
  readonly alertThresholds: ReadonlyArray<number>
}

/** What to change of limits: a field that is left out stays, `null` takes the limit away. */
export interface LimitsPatch {
  readonly monthly?: Picodollars | null
  readonly daily?: Picodollars | null
  readonly alertThresholds?: ReadonlyArray<number>
}

const defaultThresholds: ReadonlyArray<number> = [0.8]

export const noLimits: SpendLimits = { monthly: null, daily: null, alertThresholds: defaultThresholds }

/** A ten-thousandth of a dollar: limits have at most four decimals. */
const finest = 100_000_000n
const mostThresholds = 10

const isFine = (limit: Picodollars | null): boolean => limit === null || (limit >= zero && limit % finest === 0n)

const isThreshold = (share: number): boolean =>
  share > 0 && share <= 1 && Number(share.toFixed(4)) === share

/** Checks limits and puts the thresholds in order. */
export const spendLimits = ({ monthly, daily, alertThresholds }: SpendLimits): Either<InvalidValue, SpendLimits> => {
  if (!isFine(monthly)) return left(invalidValue('monthlyLimit', 'must have at most four decimals'))
  if (!isFine(daily)) return left(invalidValue('dailyLimit', 'must have at most four decimals'))
  if (monthly !== null && daily !== null && daily > monthly)
    return left(invalidValue('dailyLimit', 'must not be above the monthly limit'))
  if (alertThresholds.length > mostThresholds || !alertThresholds.every(isThreshold))
    return left(
      invalidValue('alertThreshold', `must be above 0 and at most 1, with at most four decimals; at most ${mostThresholds} of them`),
    )
  return right({ monthly, daily, alertThresholds: [...new Set(alertThresholds)].sort((a, b) => a - b) })
}

/** `limits` with what `patch` gives, checked as a whole. */
export const patchLimits = (limits: SpendLimits, patch: LimitsPatch): Either<InvalidValue, SpendLimits> =>
  spendLimits({ ...limits, ...patch })

export const sameLimits = (a: SpendLimits, b: SpendLimits): boolean =>
  a.monthly === b.monthly &&
  a.daily === b.daily &&
  a.alertThresholds.length === b.alertThresholds.length &&
  a.alertThresholds.every((share, n) => share === b.alertThresholds[n])

const million = 1_000_000n

/** `share` (at most six decimals) of `amount`, rounded up. */
export const shareOf = (amount: Picodollars, share: number): Picodollars =>
  ((amount * BigInt(Math.round(share * 1e6)) + million - 1n) / million) as Picodollars
