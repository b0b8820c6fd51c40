import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../../application/errors.js'
import type { OpenedBy } from '../age/age.js'
import { readIdentityFile } from '../age/identity-file.js'
import { type Backup, unpackBackup } from '../backup/container.js'
import { placeFile, syncFolderOf, toBackupFileError } from '../backup/place-file.js'
import { containerProblem, fileProblem, unusable } from './backup-problem.js'
import { loadSettings, type Surroundings } from './load-settings.js'
import { type RestoreOptions, restoreOptionNames, type RestoreReport } from './restore-options.js'
import { reviveVault } from './revive-vault.js'
import { identityProblem } from './vault-key-problem.js'
import { identityFileOf, passphraseFor } from './vault-key-source.js'

const readSealed = (file: string): E.Either<VaultError, Uint8Array> =>
  E.tryCatch(
    () => readFileSync(file),
    (error) => {
      const { reason } = toBackupFileError(file)(error)
      return unusable(reason === 'missing' ? 'missing' : 'unwritable', file)
    },
  )

/** A file for a passphrase says so in its first stanza. https://age-encryption.org/v1 */
const isForPassphrase = (sealed: Uint8Array): boolean => Buffer.from(sealed.subarray(0, 64)).toString('latin1').includes('\n-> scrypt ')

const opener = (around: Surroundings, options: RestoreOptions, sealed: Uint8Array): TE.TaskEither<VaultError, OpenedBy> => {
  if (isForPassphrase(sealed))
    return pipe(
      options.backupPassphrase === undefined ? passphraseFor('backup', around, options.askBackupPassphrase) : TE.right(options.backupPassphrase),
      TE.map((passphrase) => ({ _tag: 'Passphrase', passphrase })),
    )
  const path = identityFileOf(around, options)
  return pipe(
    TE.fromEither(path === null ? E.right([]) : E.mapLeft(identityProblem)(readIdentityFile(path))),
    TE.map((identities) => ({ _tag: 'Identities', identities })),
  )
}

const openBackup = (around: Surroundings, options: RestoreOptions, file: string): TE.TaskEither<VaultError, Backup> =>
  pipe(
    TE.fromEither(readSealed(file)),
    TE.bindTo('sealed'),
    TE.bind('by', ({ sealed }) => opener(around, options, sealed)),
    TE.bind('age', () => TE.fromTask<typeof import('../age/age.js'), VaultError>(() => import('../age/age.js'))),
    TE.flatMap(({ sealed, by, age }) => TE.mapLeft(() => unusable('does-not-open', file))(age.openAge(sealed, by))),
    TE.flatMapEither((bytes) => E.mapLeft(containerProblem(file))(unpackBackup(bytes))),
  )

/** An empty folder is no vault, and a vault may take its place. */
const mustBeFree = (home: string): E.Either<VaultError, void> => {
  const taken: VaultError = { _tag: 'VaultExists', place: home }
  const looked = E.tryCatch(() => existsSync(home) && readdirSync(home).length > 0, () => taken)
  return E.isLeft(looked) ? looked : looked.right ? E.left(taken) : E.right(undefined)
}

const unpack = (backup: Backup, folder: string, file: string): E.Either<VaultError, void> => {
  for (const name of ['vault.db', 'config.yaml']) {
    const bytes = backup.parts.get(name)
    if (bytes === undefined && name === 'vault.db') return E.left(unusable('damaged', file))
    const placed = bytes === undefined ? E.right(undefined) : placeFile(join(folder, name), bytes, false)
    if (E.isLeft(placed)) return E.left(fileProblem(folder)(placed.left))
  }
  return E.right(undefined)
}

/** Everything is put together and looked at here, beside the place where it is to be. What came to nothing goes. */
const withStaging = <A>(home: string, use: (folder: string) => TE.TaskEither<VaultError, A>): TE.TaskEither<VaultError, A> =>
  TE.bracket(
    TE.fromEither(
      E.tryCatch(
        () => {
          const folder = `${home}.restoring-${randomBytes(6).toString('hex')}`
          mkdirSync(dirname(home), { recursive: true })
          mkdirSync(folder, { mode: 0o700 })
          chmodSync(folder, 0o700)
          return folder
        },
        (error) => fileProblem(home)(toBackupFileError(home)(error)),
      ),
    ),
    use,
    (folder) => TE.fromIO(() => rmSync(folder, { recursive: true, force: true })),
  )

const putInPlace = (folder: string, home: string): E.Either<VaultError, void> =>
  E.tryCatch(
    () => {
      renameSync(folder, home)
      syncFolderOf(home)
    },
    (error): VaultError => {
      const { reason } = toBackupFileError(home)(error)
      return reason === 'exists' ? { _tag: 'VaultExists', place: home } : unusable('unwritable', home)
    },
  )

/**
 * Makes a vault of a backup where there is none. It is opened and read whole before anything is at its place, which it takes
 * in one step; it then says in its log that it was restored.
 */
export const restoreVault = (options: RestoreOptions): TE.TaskEither<VaultError, RestoreReport> => {
  const file = resolve(options.workingFolder ?? process.cwd(), options.file)
  return pipe(
    loadSettings(options, restoreOptionNames),
    TE.bindTo('around'),
    TE.tap(({ around }) => TE.fromEither(mustBeFree(around.settings.home.value))),
    TE.bind('backup', ({ around }) => openBackup(around, options, file)),
    TE.flatMap(({ around, backup }) => {
      const home = around.settings.home.value
      return withStaging(home, (folder) =>
        pipe(
          TE.fromEither(unpack(backup, folder, file)),
          TE.flatMap(() => reviveVault(options, backup, { folder, home, file })),
          TE.tap(() => TE.fromEither(putInPlace(folder, home))),
        ),
      )
    }),
  )
}
