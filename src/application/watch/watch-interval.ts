import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'

import type { Millis } from '../../domain/shared/instant.js'
import { invalidInput, type VaultError } from '../errors.js'
import { checkOptions, type Names } from '../known-options.js'
import type { WatchOptions } from '../vault.js'

const names: Names<WatchOptions> = { interval: true }
const usualInterval = 60_000 as Millis
const shortest = 5_000
const longest = 86_400_000

/** Milliseconds between two passes. Shorter would only use up OpenRouter's rate limit, longer is no watching. */
export const watchInterval = (options: WatchOptions | undefined): E.Either<VaultError, Millis> =>
  pipe(
    checkOptions('watch', names, options),
    E.flatMap(() => {
      const interval = options?.interval ?? usualInterval
      return Number.isSafeInteger(interval) && interval >= shortest && interval <= longest
        ? E.right(interval as Millis)
        : E.left(invalidInput({ field: 'interval', rule: 'must be whole milliseconds from 5000 (5 s) to 86400000 (a day)' }))
    }),
  )
