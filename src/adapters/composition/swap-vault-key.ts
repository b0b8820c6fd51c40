import { dirname } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../../application/errors.js'
import type { KeyFileError } from '../key-file/key-file-error.js'
import type { KeysInFile } from '../key-file/key-file-format.js'
import { keyFilePath } from '../key-file/key-file-path.js'
import { readKeyFileNow } from '../key-file/read-key-file.js'
import { removeKeyFile, replaceKeyFile } from '../key-file/replace-key-file.js'
import type { KeySource } from '../sealing/lock.js'
import type { NewVaultKey } from './make-vault-key.js'
import type { Opening } from './unlock.js'
import { keyFileProblem } from './vault-key-problem.js'
import { keychainOf } from './vault-key-source.js'

const keysIn = (path: string): E.Either<KeyFileError, KeysInFile | null> =>
  pipe(
    readKeyFileNow(path),
    E.orElse((error): E.Either<KeyFileError, KeysInFile | null> => (error.reason === 'missing' ? E.right(null) : E.left(error))),
  )

/**
 * Puts the new key in front of those in the file, so that the file opens the vault whether the commit that comes next
 * is made or not. To be run while nobody else can write to the vault.
 */
export const stageInFile = ({ keyFile }: Opening, { vaultKey, source }: NewVaultKey): E.Either<VaultError, void> => {
  if (source.kind !== 'key-file') return E.right(undefined)
  return pipe(
    keysIn(keyFile),
    E.flatMap((keys) => replaceKeyFile(keyFile, [vaultKey, ...(keys ?? [])])),
    E.mapLeft(keyFileProblem),
  )
}

/** Whether the file serves this vault alone: it bears its name, or lies in its folder. Another one may serve several. */
const isOwn = ({ around, store, keyFile }: Opening): boolean =>
  keyFile === keyFilePath({ XDG_CONFIG_HOME: around.env['XDG_CONFIG_HOME'] }, around.userFolder, store.info.vaultId) ||
  dirname(keyFile) === around.settings.home.value

const forgetFile = (opening: Opening, { vaultKey, source }: NewVaultKey): E.Either<KeyFileError, ReadonlyArray<string>> => {
  const { keyFile } = opening
  if (!isOwn(opening)) return E.right([keyFile])
  const gone = source.kind === 'key-file' ? replaceKeyFile(keyFile, [vaultKey]) : removeKeyFile(keyFile)
  return E.map(() => [])(gone)
}

const forgetEntry = ({ options }: Opening, account: string): TE.TaskEither<VaultError, ReadonlyArray<string>> =>
  pipe(
    keychainOf(options),
    TE.flatMap((keychain) =>
      pipe(
        keychain.clear(account),
        TE.match(
          () => [`keychain ${account}`],
          () => [],
        ),
        TE.fromTask<ReadonlyArray<string>, VaultError>,
      ),
    ),
  )

/**
 * Takes an old key away that opens the vault no more, and says where one had to stay. Files are left to `forgetFileNow`, for
 * they must not be changed while somebody else changes the key.
 */
export const forgetOldEntry = (opening: Opening, old: KeySource): TE.TaskEither<VaultError, ReadonlyArray<string>> =>
  old.kind === 'keychain' ? forgetEntry(opening, old.account) : TE.right([])

/** To be run while nobody else can write to the vault. A file that cannot be changed stays, and is named. */
export const forgetFileNow = (opening: Opening, old: KeySource, made: NewVaultKey): ReadonlyArray<string> =>
  old.kind === 'key-file' ? E.getOrElse((): ReadonlyArray<string> => [opening.keyFile])(forgetFile(opening, made)) : []
