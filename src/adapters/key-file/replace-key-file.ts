import { type KeyObject, randomBytes } from 'node:crypto'
import { existsSync, realpathSync, renameSync, rmSync, unlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'

import { type KeyFileError, toKeyFileError } from './key-file-error.js'
import { formatKeyFile } from './key-file-format.js'
import { syncFolder, writeSynced } from './write-synced.js'

const textOf = (keys: ReadonlyArray<KeyObject>): string => {
  const bytes = keys.map((key) => key.export())
  const text = formatKeyFile(bytes)
  for (const each of bytes) each.fill(0)
  return text
}

/** A key file is replaced where a link leads, so that the link stays. */
const targetOf = (path: string): string => (existsSync(path) ? realpathSync(path) : path)

const putInPlace = (target: string, text: string): void => {
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`)
  try {
    writeSynced(temporary, text)
    renameSync(temporary, target)
  } finally {
    rmSync(temporary, { force: true })
  }
  syncFolder(dirname(target))
}

/** Makes these the keys of the file, durably and at once: whoever reads it finds all of the old or all of the new. */
export const replaceKeyFile = (path: string, keys: ReadonlyArray<KeyObject>): E.Either<KeyFileError, void> =>
  E.tryCatch(() => putInPlace(targetOf(path), textOf(keys)), toKeyFileError(path))

/** Takes a key file away that opens nothing any more. One that is gone already is no failure. */
export const removeKeyFile = (path: string): E.Either<KeyFileError, void> =>
  E.tryCatch(() => {
    if (!existsSync(path)) return
    unlinkSync(path)
    syncFolder(dirname(path))
  }, toKeyFileError(path))
