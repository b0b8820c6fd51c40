import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'

import { fromDecimalDollars, type Picodollars, picodollars, toDollars, zero } from '../../domain/shared/picodollars.js'

/** A JSON number of dollars as picodollars; null when it is negative or too large. */
export const readDollars = (dollars: number): Picodollars | null =>
  pipe(
    fromDecimalDollars(String(dollars)),
    E.match(() => null, (amount) => amount),
  )

/** `amount`, or zero when it is negative. */
export const notNegative = (amount: bigint): Picodollars => pipe(picodollars(amount), E.getOrElse(() => zero))

/** The JSON number of dollars of a difference, which may be negative: a key can be overspent. */
export const showDifference = (amount: bigint): number =>
  amount < 0n ? -toDollars(notNegative(-amount)) : toDollars(notNegative(amount))
