import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { invalidInput, type VaultError } from '../../application/errors.js'
import type { Names } from '../../application/known-options.js'
import type { Secret } from '../../application/secret.js'
import type { VaultId } from '../../domain/shared/identifiers.js'
import type { SealedFor } from '../age/age.js'
import { packBackup } from '../backup/container.js'
import { placeFile, toBackupFileError } from '../backup/place-file.js'
import { networkFileSystemAt } from '../sqlite-log/network-file-system.js'
import { snapshotSqliteStore } from '../sqlite-log/snapshot.js'
import { openSqliteStore } from '../sqlite-log/sqlite-store.js'
import { databaseFile } from '../sqlite-log/vault-folder.js'
import { systemClock } from '../system/system-clock.js'
import { fileProblem, unusable } from './backup-problem.js'
import { checkPassphrase } from './check-passphrase.js'
import { loadSettings, type Surroundings } from './load-settings.js'
import { vaultOptionNames } from './option-names.js'
import { closeStore, masterKeyFileOf, storeError, storePlace } from './open-parts.js'
import type { AskPassphrase, VaultOptions } from './options.js'
import { openRing } from './unlock.js'
import { unlockCopy } from './unlock-log.js'
import { passphraseFor } from './vault-key-source.js'

/** Where a backup goes and who can open it. */
export interface BackupOptions extends VaultOptions {
  readonly file: string
  /** Age recipients who can open it, `age1...`. None: whoever knows the passphrase. */
  readonly recipients?: ReadonlyArray<string>
  /** Default: `LEAN_VAULT_BACKUP_PASSPHRASE` in `env`. */
  readonly backupPassphrase?: Secret
  /** Asked for it where nothing gives it. */
  readonly askBackupPassphrase?: AskPassphrase
  /** How dear a guess of the passphrase is: the logarithm of scrypt's N, 10 to 20. Default: 17. */
  readonly cost?: number
  /** Put it in the place of a file that is there. */
  readonly overwrite?: boolean
}

const backupOptionNames: Names<BackupOptions> = {
  ...vaultOptionNames,
  file: true,
  recipients: true,
  backupPassphrase: true,
  askBackupPassphrase: true,
  cost: true,
  overwrite: true,
}

/** A backup that was made. */
export interface BackupReport {
  readonly file: string
  readonly vault: string
  readonly bytes: number
  readonly sealedFor: 'passphrase' | 'recipients'
}

const usualCost = 17

const audience = (around: Surroundings, options: BackupOptions): TE.TaskEither<VaultError, SealedFor> => {
  const { recipients = [], backupPassphrase, cost = usualCost } = options
  if (recipients.length > 0) return TE.right({ _tag: 'Recipients', recipients })
  return pipe(
    backupPassphrase === undefined ? passphraseFor('backup', around, options.askBackupPassphrase) : TE.right(backupPassphrase),
    TE.tap((passphrase) => TE.fromEither(checkPassphrase(passphrase, cost))),
    TE.map((passphrase) => ({ _tag: 'Passphrase', passphrase, cost })),
  )
}

/** The vault key that fits a snapshot, whose store is closed again: another key may be in force by now. */
const keyOf = (around: Surroundings, options: BackupOptions, folder: string): TE.TaskEither<VaultError, { readonly vault: VaultId; readonly key: Buffer }> =>
  TE.bracket(
    pipe(openSqliteStore({ ...storePlace(around), folder }), TE.mapLeft(storeError(around))),
    (store) =>
      pipe(
        openRing({ around, options, store, keyFile: masterKeyFileOf(around, store.info.vaultId) }),
        TE.tap(({ ring }) => unlockCopy(store, ring)),
        TE.map(({ vaultKey }) => ({ vault: store.info.vaultId, key: vaultKey.export() })),
      ),
    closeStore,
  )

const readIfThere = (path: string): Uint8Array | null => (existsSync(path) ? readFileSync(path) : null)

const packed = (around: Surroundings, options: BackupOptions, folder: string): TE.TaskEither<VaultError, { readonly vault: VaultId; readonly bytes: Uint8Array }> => {
  const clock = options.overrides?.clock ?? systemClock(new AbortController().signal)
  const madeAt = new Date(clock.now()).toISOString()
  return pipe(
    snapshotSqliteStore(storePlace(around), folder),
    TE.mapLeft(storeError(around)),
    TE.flatMap(() => keyOf(around, options, folder)),
    TE.flatMapEither(({ vault, key }) =>
      E.tryCatch(
        () => {
          const config = readIfThere(around.configFile)
          const parts: ReadonlyArray<readonly [string, Uint8Array]> = [
            ['vault.db', readFileSync(databaseFile(folder))],
            ['vault.key', key],
            ...(config === null ? [] : [['config.yaml', config] as const]),
          ]
          const bytes = packBackup({ vault, madeAt, parts: new Map(parts) })
          key.fill(0)
          return { vault, bytes }
        },
        (error) => fileProblem(options.file)(toBackupFileError(options.file)(error)),
      ),
    ),
  )
}

const seal = (bytes: Uint8Array, to: SealedFor): TE.TaskEither<VaultError, Uint8Array> =>
  pipe(
    TE.fromTask<typeof import('../age/age.js'), VaultError>(() => import('../age/age.js')),
    TE.flatMap(({ sealAge }) =>
      TE.mapLeft(() => invalidInput({ field: 'recipient', rule: 'must be an age recipient: age1...' }))(sealAge(bytes, to)),
    ),
  )

/** Beside the backup, unless that lies on the network, where a database cannot be opened. */
const snapshotParent = ({ settings }: Surroundings, file: string): string => (networkFileSystemAt(dirname(file)) === null ? dirname(file) : settings.home.value)

/** A folder for the snapshot. It holds nothing that opens without the vault key, and goes. */
const withFolder = <A>(around: Surroundings, file: string, use: (folder: string) => TE.TaskEither<VaultError, A>): TE.TaskEither<VaultError, A> =>
  TE.bracket(
    TE.fromEither(
      E.tryCatch(
        () => {
          const folder = join(snapshotParent(around, file), `.${basename(file)}.${randomBytes(6).toString('hex')}.partial`)
          mkdirSync(folder, { mode: 0o700 })
          chmodSync(folder, 0o700)
          return folder
        },
        (error) => fileProblem(file)(toBackupFileError(file)(error)),
      ),
    ),
    use,
    (folder) => TE.fromIO(() => rmSync(folder, { recursive: true, force: true })),
  )

/** Once more, when the vault key was changed between the snapshot and its opening. */
const twice = <A>(attempt: TE.TaskEither<VaultError, A>): TE.TaskEither<VaultError, A> =>
  pipe(
    attempt,
    TE.orElse((error) => (error._tag === 'VaultUnavailable' && error.reason === 'wrong-key' ? attempt : TE.left(error))),
  )

const mayPlace = (file: string, overwrite: boolean): E.Either<VaultError, void> =>
  !overwrite && existsSync(file) ? E.left(unusable('exists', file)) : E.right(undefined)

/**
 * Writes a sealed copy of a vault that opens on an empty machine: one moment of its log, its vault key and its settings. It
 * may be made while others write. Whoever opens it has everything.
 */
export const backupVault = (options: BackupOptions): TE.TaskEither<VaultError, BackupReport> => {
  const file = resolve(options.workingFolder ?? process.cwd(), options.file)
  const overwrite = options.overwrite ?? false
  const settled = pipe(
    loadSettings(options, backupOptionNames),
    TE.tap(() => TE.fromEither(mayPlace(file, overwrite))),
  )
  return pipe(
    settled,
    TE.bindTo('around'),
    TE.bind('to', ({ around }) => audience(around, options)),
    TE.bind('snapshot', ({ around }) => twice(withFolder(around, file, (folder) => packed(around, options, folder)))),
    TE.bind('sealed', ({ snapshot, to }) => seal(snapshot.bytes, to)),
    TE.tap(({ sealed }) => TE.fromEither(E.mapLeft(fileProblem(file))(placeFile(file, sealed, overwrite)))),
    TE.map(({ snapshot, sealed, to }) => ({
      file,
      vault: snapshot.vault,
      bytes: sealed.length,
      sealedFor: to._tag === 'Passphrase' ? 'passphrase' : 'recipients',
    })),
  )
}
