import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { quoted } from '../key-file/key-file-error.js'
import { type Finding, warning } from './doctor-report.js'

/** A command that is at work needs such a file for moments; an hour later nobody does. */
const anHour = 3_600_000

const random = '[0-9a-f]{12}'

const plain = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const isOld = (path: string, now: number): boolean => {
  try {
    return now - statSync(path).mtimeMs > anHour
  } catch {
    return false
  }
}

const found = (folder: string, names: RegExp, now: number): ReadonlyArray<string> => {
  try {
    return readdirSync(folder)
      .filter((name) => names.test(name))
      .map((name) => join(folder, name))
      .filter((path) => isOld(path, now))
  } catch {
    return []
  }
}

/** What killed commands left half written beside a vault and its key file; `now`: the time of the file system, epoch ms. */
export const examineLeftovers = (home: string, keyFile: string | null, now: number): ReadonlyArray<Finding> => {
  const left = [
    ...found(home, new RegExp(`^(\\.(.+)\\.${random}(\\.partial)?|config\\.yaml\\.${random}\\.tmp)$`), now),
    ...found(dirname(home), new RegExp(`^${plain(basename(home))}\\.restoring-${random}$`), now),
    ...(keyFile === null || dirname(keyFile) === home ? [] : found(dirname(keyFile), new RegExp(`^\\.${plain(basename(keyFile))}\\.${random}$`), now)),
  ]
  if (left.length === 0) return []
  const paths = left.map(quoted).join(' ')
  return [warning('left behind', `A command that was killed left this: ${paths}. It may hold a vault key or sealed secrets.`, `Once no lean-vault runs: rm -rf ${paths}`)]
}
