import { isRight } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { defaultPolicy } from '../../domain/alerts/policy.js'
import type { HeldKey, KeyState } from '../../domain/key/state.js'
import { type KeyName, keyName } from '../../domain/shared/identifiers.js'
import type { LocalDeps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import { loadKnownKeys } from '../load-keys.js'
import type { SealedSecret } from '../ports/event-log.js'
import type { KeyView } from '../reports.js'
import type { ExportedKey, VaultExport } from '../transfer-reports.js'
import { openError } from '../seal-error.js'
import type { Secret } from '../secret.js'
import { keySecretRef } from '../secret-refs.js'
import { list } from './list.js'

type Value = Secret | SealedSecret | null

const valueOf = (deps: LocalDeps, name: KeyName, key: HeldKey, withSecrets: boolean): TE.TaskEither<VaultError, Value> => {
  if (!key.secretHeld) return TE.right(null)
  return pipe(
    deps.log.sealed(keySecretRef(name, key.incarnation)),
    TE.mapLeft(unavailable),
    TE.flatMap((sealed): TE.TaskEither<VaultError, Value> => {
      if (sealed === null) return TE.left({ _tag: 'SecretUnreadable', name, message: 'the sealed secret is not in the vault' })
      return withSecrets ? TE.mapLeft(openError(name))(deps.sealer.open(sealed)) : TE.right(sealed)
    }),
  )
}

const heldOf = (states: ReadonlyMap<string, KeyState>, name: string): HeldKey | null => {
  const state = states.get(name)
  return state?.stage._tag === 'Held' || state?.stage._tag === 'RollingBack' ? state.stage.key : null
}

type One = { readonly key: ExportedKey } | { readonly skipped: VaultExport['skipped'][number] }

const exportOne = (deps: LocalDeps, view: KeyView, held: HeldKey | null, withSecrets: boolean): TE.TaskEither<VaultError, One> => {
  const name = keyName(view.name)
  const { limits, usage, tags, state, rotation } = view
  const schedule = { rotateAfter: rotation.rotateAfter, rotate: rotation.rotate }
  if (held === null || !isRight(name)) return TE.right({ skipped: { name: view.name, reason: `it is ${state}` } })
  return pipe(
    valueOf(deps, name.right, held, withSecrets),
    TE.map((value): One => ({ key: { name: view.name, hash: held.hash, value, state, limits, usage, tags, schedule } })),
    // One secret that does not open must not keep all others here.
    TE.orElse((error): TE.TaskEither<VaultError, One> =>
      error._tag === 'SecretUnreadable' ? TE.right({ skipped: { name: view.name, reason: error.message } }) : TE.left(error),
    ),
  )
}

/** Every key that is held, with what is known of it; its secret only where it is asked for, and else as it is sealed. */
export const exportVault = (deps: LocalDeps, withSecrets: boolean): TE.TaskEither<VaultError, VaultExport> =>
  pipe(
    TE.Do,
    TE.bind('views', () => list(deps, {}, defaultPolicy)),
    TE.bind('known', () => loadKnownKeys(deps)),
    TE.flatMap(({ views, known: { states } }) =>
      TE.traverseSeqArray((view: KeyView) => exportOne(deps, view, heldOf(states, view.name), withSecrets))(views),
    ),
    TE.map((all) => ({
      keys: all.flatMap((each) => ('key' in each ? [each.key] : [])),
      skipped: all.flatMap((each) => ('skipped' in each ? [each.skipped] : [])),
      withSecrets,
    })),
  )
