import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Deps, LocalDeps } from './deps.js'
import type { VaultError } from './errors.js'
import { applyKeys } from './use-cases/apply-keys.js'
import { parseDeclared } from './use-cases/parse-declared.js'
import { plan } from './use-cases/plan-keys.js'
import type { Vault } from './vault.js'

/** What a vault can do with keys that are written down somewhere. */
export const declaredFunctions = (local: LocalDeps, remote: () => TE.TaskEither<VaultError, Deps>): Pick<Vault, 'planKeys' | 'applyKeys'> => ({
  planKeys: (declared, { prune = false } = {}) =>
    pipe(
      TE.fromEither(parseDeclared(declared)),
      TE.flatMap((keys) => plan(local, keys, prune)),
      TE.map((planned) => planned.plan),
    ),
  applyKeys: (declared, { prune = false } = {}) =>
    pipe(
      TE.fromEither(parseDeclared(declared)),
      TE.flatMap((keys) => applyKeys(local, remote, keys, prune)),
    ),
})
