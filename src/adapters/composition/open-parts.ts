import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { unavailable, type VaultError } from '../../application/errors.js'
import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { Sealer } from '../../application/ports/sealer.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import type { VaultId } from '../../domain/shared/identifiers.js'
import type { Millis } from '../../domain/shared/instant.js'
import { createKeyFile } from '../key-file/create-key-file.js'
import type { KeyFileError } from '../key-file/key-file-error.js'
import { keyFilePath } from '../key-file/key-file-path.js'
import { readKeyFile } from '../key-file/read-key-file.js'
import type { KeyRingBroken } from '../sealing/key-ring.js'
import { beginKeyRing, openKeyRing } from '../sealing/open-key-ring.js'
import { makeSealer } from '../sealing/sealer.js'
import { createSqliteStore, openSqliteStore, type SqliteStoreOptions } from '../sqlite-log/sqlite-store.js'
import type { Surroundings } from './load-settings.js'

const busyTimeout = 5_000 as Millis

const placeOf = ({ settings }: Surroundings): SqliteStoreOptions => ({
  folder: settings.home.value,
  busyTimeout,
  driver: 'auto',
})

const storeError =
  ({ settings }: Surroundings) =>
  (error: LogUnavailable): VaultError =>
    error.reason === 'missing' ? { _tag: 'VaultMissing', place: settings.home.value } : unavailable(error)

const ringError = (error: LogUnavailable | KeyRingBroken): VaultError =>
  error._tag === 'LogUnavailable'
    ? unavailable(error)
    : {
        _tag: 'VaultUnavailable',
        reason: error.reason === 'wrong-vault-key' ? 'wrong-key' : 'corrupt',
        message: error.message,
      }

const keyFileReasons: Readonly<Record<KeyFileError['reason'], Extract<VaultError, { _tag: 'VaultUnavailable' }>['reason']>> = {
  missing: 'wrong-key',
  exists: 'wrong-key',
  damaged: 'wrong-key',
  permission: 'permission',
  'newer-format': 'newer-format',
  io: 'io',
}

const keyFileProblem = ({ reason, message }: KeyFileError): VaultError => ({
  _tag: 'VaultUnavailable',
  reason: keyFileReasons[reason],
  message,
})

/** Where the vault key lies: where a setting says, else in the user's configuration folder under the vault's own name. */
export const masterKeyFileOf = ({ settings, env, userFolder }: Surroundings, vault: VaultId): string =>
  settings.masterKeyFile.value ?? keyFilePath({ XDG_CONFIG_HOME: env['XDG_CONFIG_HOME'] }, userFolder, vault)

/** The vault's store; `VaultMissing` when there is none. */
export const openStore = (around: Surroundings): TE.TaskEither<VaultError, VaultStore> =>
  pipe(openSqliteStore(placeOf(around)), TE.mapLeft(storeError(around)))

/** The vault's store, made if there is none; what somebody else made meanwhile is opened. */
export const createStore = (around: Surroundings, id: VaultId): TE.TaskEither<VaultError, VaultStore> =>
  pipe(createSqliteStore(placeOf(around), id), TE.mapLeft(storeError(around)))

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

/** The sealer of a vault that is there. */
export const openSealer = (around: Surroundings, store: VaultStore): TE.TaskEither<VaultError, Sealer> =>
  pipe(
    readKeyFile(masterKeyFileOf(around, store.info.vaultId)),
    TE.mapLeft(keyFileProblem),
    TE.flatMap((key) => pipe(openKeyRing(store.keyRing, key, store.info.vaultId), TE.mapLeft(ringError))),
    TE.map(makeSealer),
  )

/** The sealer of a new vault. A key file that is there already is used: a platform may have put it there. */
export const beginSealer = (path: string, store: VaultStore): TE.TaskEither<VaultError, Sealer> =>
  pipe(
    createKeyFile(path),
    TE.orElse((error) => (error.reason === 'exists' ? readKeyFile(path) : TE.left(error))),
    TE.mapLeft(keyFileProblem),
    TE.flatMap((key) => pipe(beginKeyRing(store.keyRing, key, store.info.vaultId), TE.mapLeft(ringError))),
    TE.map(makeSealer),
  )
