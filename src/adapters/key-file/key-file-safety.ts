import type { Stats } from 'node:fs'

import { type KeyFileError, keyFileError, quoted } from './key-file-error.js'

const isLoose = (mode: number, kind: 'folder' | 'file'): boolean => {
  if (kind === 'file') return (mode & 0o077) !== 0
  const othersMayWrite = (mode & 0o022) !== 0
  const sticky = (mode & 0o1000) !== 0
  return othersMayWrite && !sticky
}

/**
 * Why a key file or its folder is not safe, or null. Nobody else may read or write the file. Nobody else may write to
 * the folder, unless it is one like /tmp, where nobody can replace what another owns. Root may own either: container
 * platforms hand secrets over so.
 */
export const refusalOf = (path: string, stats: Stats, kind: 'folder' | 'file'): KeyFileError | null => {
  const me = process.getuid?.()
  // Windows has no such modes and owners.
  if (me === undefined) return null
  if (stats.uid !== me && stats.uid !== 0) {
    return keyFileError('permission', `${quoted(path)} belongs to another user (${stats.uid}); you are ${me}.`)
  }
  if (!isLoose(stats.mode, kind)) return null
  const mode = kind === 'file' ? '600' : '700'
  return keyFileError('permission', `Others can reach ${quoted(path)}. Run: chmod ${mode} ${quoted(path)}`)
}
