import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { LocalDeps } from '../../application/deps.js'
import type { KeyLeft, VaultError } from '../../application/errors.js'
import { loadReadableKeys } from '../../application/load-keys.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import { loadVault } from '../../application/vault-store.js'
import type { KeyState } from '../../domain/key/state.js'
import { hashOf, publicState } from '../../domain/key/view.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Surroundings } from './load-settings.js'
import { closeStore, openStore } from './open-parts.js'

/** What is in the place where a vault is to be made. A store without a vault is what an interrupted `init` leaves. */
export type Found =
  | { readonly _tag: 'Nothing' }
  | { readonly _tag: 'Unfinished' }
  | {
      readonly _tag: 'Vault'
      /** Those that are held or owed, as far as the log can be read. */
      readonly keys: ReadonlyArray<KeyLeft>
      /** Why not all of it can be read, where that is so: there may be more keys. */
      readonly damage: VaultError | null
    }

export type Readers = Pick<LocalDeps, 'keyEvents' | 'vaultEvents' | 'protocol'>

const keyLeft = (name: KeyName, key: KeyState): KeyLeft | null => {
  const { stage, strays } = key
  const state = publicState(key)
  if (state === null || state === 'removed') return null
  const own = stage._tag === 'Removed' ? null : hashOf(stage)
  return { name, state, hashes: [...(own === null ? [] : [own]), ...strays.map(({ hash }) => hash)] }
}

const isDamage = (error: VaultError): boolean => error._tag === 'VaultUnavailable' && error.reason === 'corrupt'

const damaged = (damage: VaultError): Found => ({ _tag: 'Vault', keys: [], damage })

const examine = (readers: Readers, { log }: VaultStore): TE.TaskEither<VaultError, Found> =>
  pipe(
    loadVault({ log, vaultEvents: readers.vaultEvents }),
    TE.match(
      (error) => error,
      () => null,
    ),
    TE.fromTask<VaultError | null, VaultError>,
    TE.flatMap((problem) =>
      problem !== null && !isDamage(problem)
        ? TE.left(problem)
        : pipe(
            loadReadableKeys({ log, keyEvents: readers.keyEvents, protocol: readers.protocol }),
            TE.map(({ states, problem: other }): Found => ({
              _tag: 'Vault',
              keys: [...states].flatMap(([name, state]) => keyLeft(name, state) ?? []),
              damage: problem ?? other,
            })),
          ),
    ),
    TE.orElse((error) => {
      if (error._tag === 'VaultMissing') return TE.right<VaultError, Found>({ _tag: 'Unfinished' })
      return isDamage(error) ? TE.right(damaged(error)) : TE.left(error)
    }),
  )

/** Looks without the vault key: how many keys a vault holds or owes is no secret. */
export const findOldVault = (readers: Readers, around: Surroundings): TE.TaskEither<VaultError, Found> =>
  pipe(
    TE.bracket(
      openStore(around),
      (store) => examine(readers, store),
      closeStore,
    ),
    TE.orElse((error) => {
      if (error._tag === 'VaultMissing') return TE.right<VaultError, Found>({ _tag: 'Nothing' })
      return isDamage(error) ? TE.right(damaged(error)) : TE.left(error)
    }),
  )
