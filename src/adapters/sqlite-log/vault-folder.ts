import { chmodSync, closeSync, existsSync, fchmodSync, fsyncSync, mkdirSync, openSync, type Stats, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import { unavailable } from './failure.js'
import { networkFileSystemAt } from './network-file-system.js'

/** The database within a vault's folder. SQLite puts `-wal` and `-shm` beside it and gives them its mode. */
export const databaseFile = (folder: string): string => join(folder, 'vault.db')

const quoted = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown')

/** What a file system call threw. https://nodejs.org/api/errors.html#common-system-errors */
const toUnavailable =
  (path: string) =>
  (error: unknown): LogUnavailable => {
    const code = codeOf(error)
    const failed = `${quoted(path)} could not be used (${code}).`
    switch (code) {
      case 'ENOENT':
        return unavailable('missing', `There is no vault here: ${quoted(path)} does not exist.`)
      case 'EACCES':
      case 'EPERM':
        return unavailable('permission', failed)
      case 'ENOSPC':
      case 'EDQUOT':
        return unavailable('full', failed)
      case 'EROFS':
        return unavailable('read-only', failed)
      default:
        return unavailable('io', failed)
    }
  }

const refusalOf = (path: string, stats: Stats, mode: '700' | '600'): LogUnavailable | null => {
  const me = process.getuid?.()
  // Windows has no such modes and owners; a folder in the user's profile is the user's own there.
  if (me === undefined) return null
  if (stats.uid !== me) {
    return unavailable('permission', `${quoted(path)} belongs to another user (${stats.uid}); you are ${me}.`)
  }
  if ((stats.mode & 0o077) === 0) return null
  return unavailable('permission', `Others can reach ${quoted(path)}. Run: chmod ${mode} ${quoted(path)}`)
}

const firstThere = (path: string): string => (existsSync(path) || dirname(path) === path ? path : firstThere(dirname(path)))

/** Refuses what lies, or would lie, on a network file system. */
const checkLocal = (folder: string): E.Either<LogUnavailable, void> => {
  const name = networkFileSystemAt(firstThere(folder))
  if (name === null) return E.right(undefined)
  return E.left(unavailable('network', `${quoted(folder)} is on a network file system (${name}), where a vault cannot be kept safely.`))
}

/**
 * Whether the folder and the database in it belong to this user and to nobody else. A symbolic link is followed: what
 * counts is where it leads. Nor may they lie on a network file system: there locks are not to be relied upon and a
 * write-ahead log does not work. https://sqlite.org/wal.html
 */
export const checkPlace = (folder: string): E.Either<LogUnavailable, void> => {
  const network = checkLocal(folder)
  if (E.isLeft(network)) return network
  const file = databaseFile(folder)
  const places = [[folder, '700'], [file, '600']] as const
  for (const [path, mode] of places) {
    const stats = E.tryCatch(() => statSync(path), toUnavailable(path))
    if (E.isLeft(stats)) return stats
    const refusal = refusalOf(path, stats.right, mode)
    if (refusal !== null) return E.left(refusal)
  }
  return E.right(undefined)
}

const syncFolder = (folder: string): void => {
  // Windows cannot open a folder, and its file system keeps the entry without being asked.
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

/** Whether `make` made it; false when it was there already, also when another process made it just now. */
const madeNew = (make: () => void): boolean => {
  try {
    make()
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** Parents that are missing are made too, and as closed: whoever may write in one could put another vault in its place. */
const makeFolder = (folder: string): void => {
  if (!existsSync(dirname(folder))) makeFolder(dirname(folder))
  if (!madeNew(() => mkdirSync(folder, { mode: 0o700 }))) return
  chmodSync(folder, 0o700)
  syncFolder(dirname(folder))
}

const makeFile = (file: string): void => {
  const handle = openSync(file, 'wx', 0o600)
  fchmodSync(handle, 0o600)
  fsyncSync(handle)
  closeSync(handle)
}

/**
 * Makes the folder with its missing parents (0700) and an empty database file (0600) if they are missing, whatever the umask, and syncs their
 * entries. What is there is left as it is. The file is opened here only when it is new: closing it once SQLite has
 * it open would drop SQLite's locks (https://sqlite.org/howtocorrupt.html, section 2.2).
 */
export const makePlace = (folder: string): E.Either<LogUnavailable, void> => {
  const made = (): void => {
    makeFolder(folder)
    if (madeNew(() => makeFile(databaseFile(folder)))) syncFolder(folder)
  }
  return E.flatMap(() => E.tryCatch(made, toUnavailable(folder)))(checkLocal(folder))
}
