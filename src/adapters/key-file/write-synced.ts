import { closeSync, fchmodSync, fsyncSync, openSync, writeSync } from 'node:fs'

/** Makes what was renamed, linked or unlinked in a folder durable. */
export const syncFolder = (folder: string): void => {
  // Windows cannot open a folder, and its file system keeps the entry without being asked.
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

/** A new file for its owner alone, durable but for its name. Fails when there is one. */
export const writeSynced = (path: string, text: string): void => {
  const file = openSync(path, 'wx', 0o600)
  fchmodSync(file, 0o600)
  writeSync(file, text)
  fsyncSync(file)
  closeSync(file)
}
