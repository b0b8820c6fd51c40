import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fchmodSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'

/** A file or folder of a backup could not be read or written. */
export interface BackupFileError {
  readonly _tag: 'BackupFileError'
  readonly reason: 'exists' | 'missing' | 'permission' | 'full' | 'read-only' | 'io'
  readonly path: string
}

const reasons: Readonly<Record<string, BackupFileError['reason']>> = {
  EEXIST: 'exists',
  ENOTEMPTY: 'exists',
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EACCES: 'permission',
  EPERM: 'permission',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
}

/** What a file system call threw. https://nodejs.org/api/errors.html#common-system-errors */
export const toBackupFileError =
  (path: string) =>
  (error: unknown): BackupFileError => ({
    _tag: 'BackupFileError',
    reason: reasons[error instanceof Error && 'code' in error ? String(error.code) : ''] ?? 'io',
    path,
  })

/** Makes what was renamed into a folder durable. Windows cannot open a folder. */
export const syncFolderOf = (path: string): void => {
  if (process.platform === 'win32') return
  const handle = openSync(dirname(path), 'r')
  fsyncSync(handle)
  closeSync(handle)
}

const writeAll = (path: string, bytes: Uint8Array): void => {
  const file = openSync(path, 'wx', 0o600)
  try {
    fchmodSync(file, 0o600)
    let at = 0
    while (at < bytes.length) at += writeSync(file, bytes, at)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** A link fails when the name is taken. Some file systems have none; there the name is looked at first. */
const publish = (temporary: string, path: string): void => {
  try {
    linkSync(temporary, path)
  } catch (error) {
    if (existsSync(path) || toBackupFileError(path)(error).reason === 'full') throw error
    renameSync(temporary, path)
  }
}

/**
 * The bytes under this name, for their owner alone, whole or not at all: written beside it, synced, then put in its place.
 * An old file is left as it is unless `overwrite`.
 */
export const placeFile = (path: string, bytes: Uint8Array, overwrite: boolean): E.Either<BackupFileError, void> =>
  E.tryCatch(() => {
    const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.partial`)
    try {
      writeAll(temporary, bytes)
      if (overwrite) renameSync(temporary, path)
      else publish(temporary, path)
    } finally {
      rmSync(temporary, { force: true })
    }
    syncFolderOf(path)
  }, toBackupFileError(path))
