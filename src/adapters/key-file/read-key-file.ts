import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import { type KeyFileError, toKeyFileError } from './key-file-error.js'
import { type KeysInFile, parseKeyFile } from './key-file-format.js'
import { refusalOf } from './key-file-safety.js'

/** Many times what a key file needs. */
const longest = 4096

const readOpened = (path: string, file: number): E.Either<KeyFileError, KeysInFile> => {
  // The file that was opened is looked at, not the path, which may lead elsewhere by now.
  const folder = dirname(path)
  const refusal = refusalOf(path, fstatSync(file), 'file') ?? refusalOf(folder, statSync(folder), 'folder')
  if (refusal !== null) return E.left(refusal)
  const buffer = Buffer.alloc(longest)
  const length = readSync(file, buffer, 0, longest, 0)
  const key = parseKeyFile(buffer.toString('utf8', 0, length))
  buffer.fill(0)
  return key
}

/**
 * The vault keys from their file. A symbolic link is followed, for container platforms mount secrets as links; the file
 * it leads to must be safe.
 */
export const readKeyFile = (path: string): TaskEither<KeyFileError, KeysInFile> => () => Promise.resolve(readKeyFileNow(path))

/** The same, at once: for work that must be done while nobody else can write to the vault. */
export const readKeyFileNow = (path: string): E.Either<KeyFileError, KeysInFile> => {
  const read = (): E.Either<KeyFileError, KeysInFile> => {
    const file = openSync(path, 'r')
    try {
      return readOpened(path, file)
    } finally {
      closeSync(file)
    }
  }
  return E.flatten(E.tryCatch(read, toKeyFileError(path)))
}
