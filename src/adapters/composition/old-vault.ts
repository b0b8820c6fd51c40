import { copyFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { LocalDeps } from '../../application/deps.js'
import type { VaultError } from '../../application/errors.js'
import { loadAllKeys } from '../../application/key-store.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import { loadVault } from '../../application/vault-store.js'
import { publicState } from '../../domain/key/view.js'
import type { Instant } from '../../domain/shared/instant.js'
import type { Surroundings } from './load-settings.js'
import { closeStore, openStore } from './open-parts.js'

/** What is in the place where a vault is to be made. A store without a vault is what an interrupted `init` leaves. */
export type Found =
  | { readonly _tag: 'Nothing' }
  | { readonly _tag: 'Unfinished' }
  /** `keys` counts those that are held or owed. */
  | { readonly _tag: 'Vault'; readonly keys: number }

type Readers = Pick<LocalDeps, 'keyEvents' | 'vaultEvents' | 'protocol'>

const examine = (readers: Readers, { log }: VaultStore): TE.TaskEither<VaultError, Found> =>
  pipe(
    loadVault({ log, vaultEvents: readers.vaultEvents }),
    TE.flatMap(() => loadAllKeys({ log, keyEvents: readers.keyEvents, protocol: readers.protocol })),
    TE.map((states): Found => {
      const shown = [...states.values()].map(publicState)
      return { _tag: 'Vault', keys: shown.filter((state) => state !== null && state !== 'removed').length }
    }),
    TE.orElse((error) => (error._tag === 'VaultMissing' ? TE.right<VaultError, Found>({ _tag: 'Unfinished' }) : TE.left(error))),
  )

/** Looks without the vault key: how many keys a vault holds or owes is no secret. */
export const findOldVault = (readers: Readers, around: Surroundings): TE.TaskEither<VaultError, Found> =>
  pipe(
    TE.bracket(
      openStore(around),
      (store) => examine(readers, store),
      closeStore,
    ),
    TE.orElse((error) => (error._tag === 'VaultMissing' ? TE.right<VaultError, Found>({ _tag: 'Nothing' }) : TE.left(error))),
  )

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown')

const failed = (what: string) => (error: unknown): VaultError => ({
  _tag: 'VaultUnavailable',
  reason: 'io',
  message: `${what} (${codeOf(error)})`,
})

/** Renames the vault's folder and gives its new name, which tells when that was. Nothing in it is changed. */
export const setAside = (home: string, at: Instant): TE.TaskEither<VaultError, string> => {
  const aside = `${home}.old-${new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')}`
  return pipe(
    TE.tryCatch(() => rename(home, aside), failed(`${home} could not be renamed to ${aside}`)),
    TE.map(() => aside),
  )
}

/** Undoes `setAside`. Where a new vault has taken the name meanwhile, the error says where the old one is. */
export const putBack = (aside: string, home: string): TE.TaskEither<VaultError, void> =>
  TE.tryCatch(() => rename(aside, home), failed(`the vault is in ${aside} and could not be put back to ${home}`))

/** The settings of the old vault go on for the new one. */
export const takeSettingsOver = (aside: string, home: string): TE.TaskEither<VaultError, void> =>
  pipe(
    TE.tryCatch(() => copyFile(join(aside, 'config.yaml'), join(home, 'config.yaml')), codeOf),
    TE.orElse((code) =>
      code === 'ENOENT' ? TE.right(undefined) : TE.left(failed('config.yaml could not be copied')(new Error(code))),
    ),
  )
