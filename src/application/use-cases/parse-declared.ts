import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'

import type { DeclaredKey } from '../../domain/declared/declared-key.js'
import { noLimits, patchLimits } from '../../domain/spend/limits.js'
import type { DeclaredKeyOptions, DeclaredKeys } from '../declared-keys.js'
import { invalidInput, type VaultError } from '../errors.js'
import { checkOptions, type Names } from '../known-options.js'
import { parseName, parsePatch, parseTags } from './input.js'
import { parseSchedule } from './parse-schedule.js'

/** Everything that can be said of a key in a declaration. */
const declaredFields: Names<DeclaredKeyOptions> = { monthlyLimit: true, dailyLimit: true, alertThreshold: true, tags: true, rotateAfter: true, rotate: true }

/** One declared key, checked as far as it can be without the vault. */
export const parseDeclaredKey = (name: string, given: DeclaredKeyOptions): E.Either<VaultError, DeclaredKey> =>
  pipe(
    E.Do,
    E.bind('name', () => parseName(name)),
    E.tap(() => checkOptions(`the declared key ${name}`, declaredFields, given)),
    E.bind('limits', () => parsePatch(given)),
    E.tap(({ limits }) => E.mapLeft(invalidInput)(patchLimits(noLimits, limits))),
    E.bind('tags', () => (given.tags === undefined ? E.right(null) : parseTags(given.tags))),
    E.bind('schedule', () => parseSchedule(given)),
  )

/** All of them, in the order of their names. */
export const parseDeclared = (declared: DeclaredKeys): E.Either<VaultError, ReadonlyArray<DeclaredKey>> => {
  const given: unknown = declared
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return E.left(invalidInput({ field: 'keys', rule: 'must be an object of keys by their names' }))
  return E.traverseArray(([name, key]: readonly [string, DeclaredKeyOptions]) => parseDeclaredKey(name, key))(
    Object.entries(declared).sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
