import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { closestOf } from './closest.js'
import type { VaultError } from './errors.js'
import { scrub } from './secret.js'

/** Every name that a record of options may have. A new option does not compile until it is here. */
export type Names<Options> = { readonly [Name in keyof Required<Options>]: true }

/** What is wrong with the names of the given options, in one phrase; null when nothing is. */
export const optionProblem = (
  of: string,
  names: Readonly<Record<string, true>>,
  given: unknown,
): { readonly field: string; readonly rule: string } | null => {
  if (given === undefined) return null
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return { field: 'options', rule: `of ${of} must be an object` }
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(names, name))
  if (unknown === undefined) return null
  const near = closestOf(unknown, Object.keys(names))
  return { field: scrub(unknown), rule: `is no option of ${of}${near === null ? '' : `; did you mean ${near}?`}` }
}

/** Refuses options that a caller in plain JavaScript misspelt: an unheeded `monthly_limit` would make a key without a limit. */
export const checkOptions = (of: string, names: Readonly<Record<string, true>>, given: unknown): E.Either<VaultError, void> => {
  const problem = optionProblem(of, names, given)
  return problem === null ? E.right(undefined) : E.left({ _tag: 'InvalidInput', ...problem })
}

/** Goes on only if the options have known names. */
export const withOptions = <A>(
  check: E.Either<VaultError, void>,
  then: () => TE.TaskEither<VaultError, A>,
): TE.TaskEither<VaultError, A> => pipe(TE.fromEither(check), TE.flatMap(then))
