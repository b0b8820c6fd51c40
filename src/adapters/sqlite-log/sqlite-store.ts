import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { LogAudit } from '../../application/ports/log-audit.js'
import type { HeadKeeper, LogAuthenticator, LogHead } from '../../application/ports/log-proof.js'
import type { Snapshots } from '../../application/ports/snapshots.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import type { VaultId } from '../../domain/shared/identifiers.js'
import type { Millis } from '../../domain/shared/instant.js'
import { auditLog } from './audit.js'
import { authenticateIn } from './authenticate.js'
import { attempt, type Database, makeDatabase } from './database.js'
import type { Driver } from './driver.js'
import { unavailable } from './failure.js'
import { makeSnapshots } from './fold-snapshots.js'
import { makeKeyRing } from './key-ring.js'
import { type DriverChoice, loadDriver } from './load-driver.js'
import { makeNotes } from './notes.js'
import { makeSqliteLog } from './sqlite-log.js'
import { patiently, type Patience } from './patiently.js'
import { configure, formatOf, identityOf, initialise } from './vault-file.js'
import { checkPlace, databaseFile, makePlace } from './vault-folder.js'

export interface SqlitePlace {
  /** The vault's folder. */
  readonly folder: string
  /** How long one call may wait for another process's write. It blocks this process meanwhile. */
  readonly busyTimeout: Millis
  /** How long to go on trying beyond that, with pauses. Default: not at all. */
  readonly patience?: Patience
}

export interface SqliteStoreOptions extends SqlitePlace {
  readonly driver: DriverChoice
}

/** A store in a file, which can be checked as a whole. */
export interface SqliteStore extends VaultStore {
  readonly snapshots: (fold: string) => Snapshots
  /** Finds every damage and goes on after it. `corrupt` only where nothing can be said. */
  readonly audit: (
    by: LogAuthenticator,
    head: HeadKeeper | null,
    expected: LogHead | null,
  ) => TE.TaskEither<LogUnavailable, LogAudit>
}

type Answer<A> = E.Either<LogUnavailable, A>

const none: Patience = { patience: 0 as Millis, stop: null }

const prepare = (database: Database, { folder, patience = none }: SqlitePlace, newVault: VaultId | null): Answer<SqliteStore> => {
  const format = formatOf(database)
  if (E.isLeft(format)) return format
  if (format.right === 'blank' && newVault === null) {
    return E.left(unavailable('missing', `There is no vault in '${folder}' yet.`))
  }
  return pipe(
    configure(database),
    E.flatMap(() => (newVault === null ? E.right(undefined) : initialise(database, newVault))),
    E.flatMap(() => formatOf(database)),
    E.bindTo('format'),
    E.bind('vaultId', () => identityOf(database)),
    E.map(({ vaultId, format }) => {
      database.guard.format = Number(format)
      const { log, run } = makeSqliteLog(database, patience)
      return {
        info: { vaultId, format: database.guard.format },
        log,
        keyRing: makeKeyRing(run),
        notes: makeNotes(run),
        snapshots: makeSnapshots(run),
        authenticate: (by, head) => run((db) => authenticateIn(db, by, head)),
        audit: (by, head, expected) => run((db) => auditLog(db, by, head, expected)),
      }
    }),
  )
}

const connect = (driver: Driver, { folder, busyTimeout }: SqlitePlace): Answer<Database> =>
  attempt({ driver }, () => {
    const connection = driver.open(databaseFile(folder))
    // Before everything else, or two processes that open a new file together fail with SQLITE_BUSY.
    connection.exec(`PRAGMA busy_timeout = ${busyTimeout}`)
    return makeDatabase(driver, connection)
  })

/** What unlocks a log. */
export interface LogKeyring {
  readonly by: LogAuthenticator
  readonly keeper: HeadKeeper | null
}

/**
 * The store through a driver that is loaded already; with `newVault` it is made if there is none, and with keys it is
 * unlocked at once.
 */
export const openWith = (
  driver: Driver,
  options: SqlitePlace,
  newVault: VaultId | null,
  keys: LogKeyring | null = null,
): Answer<SqliteStore> => {
  const made = newVault === null ? E.right(undefined) : makePlace(options.folder)
  const checked = E.isLeft(made) ? made : checkPlace(options.folder)
  if (E.isLeft(checked)) return checked
  const database = connect(driver, options)
  if (E.isLeft(database)) return database
  const store = pipe(
    prepare(database.right, options, newVault),
    E.tap(() => (keys === null ? E.right(undefined) : authenticateIn(database.right, keys.by, keys.keeper))),
  )
  if (E.isLeft(store)) attempt(database.right, () => database.right.close())
  return store
}

const opened = async (options: SqliteStoreOptions, newVault: VaultId | null): Promise<Answer<SqliteStore>> => {
  const driver = await loadDriver(options.driver)
  if (driver !== null) return await patiently(options.patience ?? none, () => openWith(driver, options, newVault))()
  return E.left(unavailable('io', 'No SQLite here: use Node 22.13 or later, or install the package libsql.'))
}

/** Opens a vault's store and creates nothing: `missing` when there is none. */
export const openSqliteStore = (options: SqliteStoreOptions): TE.TaskEither<LogUnavailable, SqliteStore> =>
  () => opened(options, null)

/**
 * Opens the vault's store, made first if there is none. Whoever comes second gets the vault that is there: compare
 * `info.vaultId` with `id` to know who made it. A creation that was cut short is carried on by the next one.
 */
export const createSqliteStore = (options: SqliteStoreOptions, id: VaultId): TE.TaskEither<LogUnavailable, SqliteStore> =>
  () => opened(options, id)
