import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { DeclaredKey } from '../domain/declared/declared-key.js'
import type { ApplyOptions } from './declared-keys.js'
import type { Deps, LocalDeps } from './deps.js'
import { invalidInput, type VaultError } from './errors.js'
import { applyKeys } from './use-cases/apply-keys.js'
import { parseDeclared } from './use-cases/parse-declared.js'
import { plan } from './use-cases/plan-keys.js'
import type { Vault } from './vault.js'

/** A file that was emptied by mistake must not empty the vault. */
const checkPrune = (keys: ReadonlyArray<DeclaredKey>, prune: NonNullable<ApplyOptions['prune']>): E.Either<VaultError, ReadonlyArray<DeclaredKey>> =>
  prune !== false && keys.length === 0
    ? E.left(invalidInput({ field: 'prune', rule: 'would remove every key, for none is declared; remove does that, key by key' }))
    : E.right(keys)

/** What a vault can do with keys that are written down somewhere. */
export const declaredFunctions = (local: LocalDeps, remote: () => TE.TaskEither<VaultError, Deps>): Pick<Vault, 'planKeys' | 'applyKeys'> => ({
  planKeys: (declared, { prune = false } = {}) =>
    pipe(
      TE.fromEither(parseDeclared(declared)),
      TE.flatMapEither((keys) => checkPrune(keys, prune)),
      TE.flatMap((keys) => plan(local, keys, prune)),
      TE.map((planned) => planned.plan),
    ),
  applyKeys: (declared, { prune = false } = {}) =>
    pipe(
      TE.fromEither(parseDeclared(declared)),
      TE.flatMapEither((keys) => checkPrune(keys, prune)),
      TE.flatMap((keys) => applyKeys(local, remote, keys, prune)),
    ),
})
