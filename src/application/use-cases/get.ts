import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { HeldKey, KeyState } from '../../domain/key/state.js'
import { pendingWork, publicState } from '../../domain/key/view.js'
import { wantedOf } from '../../domain/key/wanted.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { LocalDeps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import { type KeyReader, loadKey } from '../key-store.js'
import type { HandedOut } from '../handed-out.js'
import { openError } from '../seal-error.js'
import { keySecretRef } from '../secret-refs.js'
import { parseName } from './input.js'

/** What is needed to hand out a secret. */
export type SecretReader = KeyReader & Pick<LocalDeps, 'sealer'>

const open = (
  deps: SecretReader,
  name: KeyName,
  key: HeldKey,
  warning: string | null,
): TE.TaskEither<VaultError, HandedOut> =>
  pipe(
    deps.log.sealed(keySecretRef(name, key.incarnation)),
    TE.mapLeft(unavailable),
    TE.flatMap((sealed) =>
      sealed === null
        ? TE.left<VaultError>({ _tag: 'SecretUnreadable', name, message: 'the sealed secret is not in the vault' })
        : pipe(
            deps.sealer.open(sealed),
            TE.mapLeft(openError(name)),
          ),
    ),
    TE.map((secret) => ({ name, secret, warning })),
  )

const warningOf = (name: KeyName, key: HeldKey): string | null => {
  if (key.remote._tag === 'Absent') return `${name} is gone at OpenRouter: somebody deleted it there, and it works no more`
  return wantedOf(key).disabled ? `${name} is suspended: OpenRouter will refuse it until it is resumed` : null
}

const handOut = (deps: SecretReader, name: KeyName, state: KeyState): TE.TaskEither<VaultError, HandedOut> => {
  const { stage } = state
  if ((stage._tag === 'Held' || stage._tag === 'RollingBack') && !stage.key.secretHeld) return TE.left({ _tag: 'SecretNotHeld', name })
  switch (stage._tag) {
    case 'Held':
      return open(deps, name, stage.key, warningOf(name, stage.key))
    case 'RollingBack':
      return open(deps, name, stage.key, `${name} was to be removed; its rollback is pending, so it may be disabled`)
    case 'CreateDue':
    case 'Creating':
    case 'CreateUnknown':
    case 'Provisioned':
    case 'Compensating':
      return TE.left({ _tag: 'KeyNotReady', name, pending: pendingWork(state) })
    case 'Vacant':
    case 'Removing':
    case 'Outstanding':
    case 'LeavingAlive':
    case 'Removed':
      return TE.left({ _tag: 'KeyNotFound', name })
  }
}

/** The secret of the key that was replaced, while it is in its overlap. */
export const getPrevious = (deps: LocalDeps, name: KeyName): TE.TaskEither<VaultError, HandedOut> =>
  pipe(
    loadKey(deps, name),
    TE.flatMap(({ state }) => {
      const known = publicState(state)
      if (known === null || known === 'removed') return TE.left<VaultError>({ _tag: 'KeyNotFound', name })
      const { rotation } = state
      if (rotation?._tag !== 'Retiring' || rotation.other._tag !== 'Outstanding') return TE.left<VaultError>({ _tag: 'NoPreviousKey', name })
      const { destruction, key } = rotation.other
      if (!key.secretHeld || destruction.phase !== 'contain') return TE.left<VaultError>({ _tag: 'NoPreviousKey', name })
      return open(deps, name, key, wantedOf(key).disabled ? `the previous key of ${name} is suspended: OpenRouter will refuse it` : null)
    }),
  )

/** The secret of a key that is there. Needs neither OpenRouter nor the network. */
const get = (deps: SecretReader, name: KeyName): TE.TaskEither<VaultError, HandedOut> =>
  pipe(
    loadKey(deps, name),
    TE.flatMap(({ state }) => handOut(deps, name, state)),
  )

/** The same by a name that is not checked yet. */
export const getByName = (deps: SecretReader, name: string): TE.TaskEither<VaultError, HandedOut> =>
  pipe(
    TE.fromEither(parseName(name)),
    TE.flatMap((parsed) => get(deps, parsed)),
  )
