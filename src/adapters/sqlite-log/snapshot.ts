import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import { attempt } from './database.js'
import { unavailable } from './failure.js'
import { loadDriver } from './load-driver.js'
import { patiently } from './patiently.js'
import type { SqliteStoreOptions } from './sqlite-store.js'
import { checkPlace, databaseFile, makePlace } from './vault-folder.js'

/**
 * Copies the store of one folder into another, which must be empty, as one moment's state, while others go on writing:
 * `VACUUM INTO` reads in one transaction, and carries over nothing that was deleted. https://sqlite.org/lang_vacuum.html
 */
export const snapshotSqliteStore =
  ({ folder, busyTimeout, patience = { patience: busyTimeout, stop: null }, driver: choice }: SqliteStoreOptions, into: string): TE.TaskEither<LogUnavailable, void> =>
  async () => {
    const checked = checkPlace(folder)
    if (E.isLeft(checked)) return checked
    // An empty file of ours is filled, so that the copy is for its owner alone from its first byte.
    const made = makePlace(into)
    if (E.isLeft(made)) return made
    const driver = await loadDriver(choice)
    if (driver === null) return E.left(unavailable('io', 'No SQLite here: use Node 22.13 or later, or install the package libsql.'))
    const copy = () => attempt({ driver }, () => {
      const connection = driver.open(databaseFile(folder))
      try {
        connection.exec(`PRAGMA busy_timeout = ${busyTimeout}`)
        connection.prepare('VACUUM INTO ?').run(databaseFile(into))
      } finally {
        connection.close()
      }
    })
    return await patiently(patience, copy)()
  }
