import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, statSync, unlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { type KeyFileError, toKeyFileError } from './key-file-error.js'
import { formatKeyFile } from './key-file-format.js'
import { refusalOf } from './key-file-safety.js'
import { readKeyFile } from './read-key-file.js'
import { syncFolder, writeSynced } from './write-synced.js'

const makeFolder = (folder: string): void => {
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  chmodSync(folder, 0o700)
  syncFolder(dirname(first))
}

const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

const cannotLink = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && withoutLinks.has(String(error.code))

/** A link, not a rename: it fails when the name is taken, and the name never shows half a key. */
const publish = (temporary: string, path: string, text: string): void => {
  try {
    linkSync(temporary, path)
  } catch (error) {
    // Some file systems have no links. There the new file is written in place: still never over an old one.
    if (!cannotLink(error)) throw error
    writeSynced(path, text)
  } finally {
    unlinkSync(temporary)
  }
}

const writeNewKey = (path: string, key: KeyObject): void => {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  const bytes = key.export()
  const text = formatKeyFile([bytes])
  bytes.fill(0)
  writeSynced(temporary, text)
  publish(temporary, path, text)
  syncFolder(dirname(path))
}

const create = (path: string, key: KeyObject): E.Either<KeyFileError, void> => {
  const folder = dirname(path)
  makeFolder(folder)
  const refusal = refusalOf(folder, statSync(folder), 'folder')
  return refusal === null ? E.right(writeNewKey(path, key)) : E.left(refusal)
}

/** A new vault key: 32 random bytes. */
export const newVaultKey = (): KeyObject => {
  const bytes = randomBytes(32)
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}

/**
 * A vault key in a new file (0600, its folder 0700 if new), durable before the `Right`; `exists` when there is a file
 * already, which is never touched. What is returned was read back from the file.
 */
export const createKeyFile = (path: string, key: KeyObject = newVaultKey()): TE.TaskEither<KeyFileError, KeyObject> =>
  pipe(
    TE.fromIOEither(() => E.flatten(E.tryCatch(() => create(path, key), toKeyFileError(path)))),
    TE.flatMap(() => readKeyFile(path)),
    TE.map(([written]) => written),
  )
