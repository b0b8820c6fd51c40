import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { unavailable, type VaultError } from '../../application/errors.js'
import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import type { VaultId } from '../../domain/shared/identifiers.js'
import type { Millis } from '../../domain/shared/instant.js'
import { keyFilePath } from '../key-file/key-file-path.js'
import { createSqliteStore, openSqliteStore, type SqliteStore, type SqliteStoreOptions } from '../sqlite-log/sqlite-store.js'
import type { Surroundings } from './load-settings.js'

/** One wait, during which nothing else of this process happens. */
const busyTimeout = 1_000 as Millis
/** Where a command may not go on repeating, others are waited for all the same. */
const leastPatience = 5_000

/** Where the store is, and how long to wait for others. */
export const storePlace = ({ settings, stop }: Surroundings): SqliteStoreOptions => ({
  folder: settings.home.value,
  busyTimeout,
  patience: { patience: Math.max(leastPatience, settings.retryBudgetMs.value) as Millis, stop },
  driver: 'auto',
})

/** Why a store could not be opened. */
export const storeError =
  ({ settings }: Surroundings) =>
  (error: LogUnavailable): VaultError =>
    error.reason === 'missing' ? { _tag: 'VaultMissing', place: settings.home.value } : unavailable(error)

/** Where the vault key lies: where a setting says, else in the user's configuration folder under the vault's own name. */
export const masterKeyFileOf = ({ settings, env, userFolder }: Surroundings, vault: VaultId): string =>
  settings.masterKeyFile.value ?? keyFilePath({ XDG_CONFIG_HOME: env['XDG_CONFIG_HOME'] }, userFolder, vault)

/** The vault's store; `VaultMissing` when there is none. */
export const openStore = (around: Surroundings): TE.TaskEither<VaultError, SqliteStore> =>
  pipe(openSqliteStore(storePlace(around)), TE.mapLeft(storeError(around)))

/** The vault's store, made if there is none; what somebody else made meanwhile is opened. */
export const createStore = (around: Surroundings, id: VaultId): TE.TaskEither<VaultError, VaultStore> =>
  pipe(createSqliteStore(storePlace(around), id), TE.mapLeft(storeError(around)))

/** Closes a store that is needed no more. What was read or written is so, however it closes. */
export const closeStore = ({ log }: VaultStore): TE.TaskEither<VaultError, void> =>
  TE.fromTask(
    pipe(
      log.close(),
      TE.match(
        () => undefined,
        () => undefined,
      ),
    ),
  )
