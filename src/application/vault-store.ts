import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { fold } from '../domain/decider.js'
import { vaultDecider, type VaultState } from '../domain/vault/vault.js'
import { decodeRecords } from './decode-records.js'
import type { LocalDeps } from './deps.js'
import { unavailable, type VaultError } from './errors.js'
import { openError } from './seal-error.js'
import type { Secret } from './secret.js'
import { managementKeyRef } from './secret-refs.js'

export const vaultStream = 'vault'

export interface LoadedVault {
  readonly state: Extract<VaultState, { readonly _tag: 'Initialised' }>
  readonly version: number
}

type Reader = Pick<LocalDeps, 'log' | 'vaultEvents'>

/** The vault's own state; `VaultMissing` when it was never initialised. */
export const loadVault = (deps: Reader): TE.TaskEither<VaultError, LoadedVault> =>
  pipe(
    deps.log.read(vaultStream),
    TE.mapLeft(unavailable),
    TE.flatMapEither((records) => decodeRecords(deps.vaultEvents, records)),
    TE.flatMap((events) => {
      const state = fold(vaultDecider, vaultDecider.initial, events)
      return state._tag === 'Initialised'
        ? TE.right<VaultError, LoadedVault>({ state, version: events.length })
        : TE.left<VaultError, LoadedVault>({ _tag: 'VaultMissing', place: '' })
    }),
  )

/** The management key in force. */
export const openManagementKey = (
  deps: Pick<LocalDeps, 'log' | 'sealer'>,
  vault: LoadedVault,
): TE.TaskEither<VaultError, Secret> =>
  pipe(
    deps.log.sealed(managementKeyRef(vault.state.credential, vault.state.pin.baseUrl)),
    TE.mapLeft(unavailable),
    TE.flatMap((sealed) =>
      sealed === null
        ? TE.left<VaultError>({
            _tag: 'SecretUnreadable',
            name: 'management key',
            message: 'the sealed management key is not in the vault',
          })
        : pipe(
            deps.sealer.open(sealed),
            TE.mapLeft(openError('management key')),
          ),
    ),
  )
