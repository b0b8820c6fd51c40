import * as E from 'fp-ts/lib/Either.js'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import { type VaultId, vaultId } from '../../domain/shared/identifiers.js'
import { attempt, type Database } from './database.js'
import { unavailable } from './failure.js'
import { applicationId, newestFormat, schema } from './schema.js'
import { textColumn, textIn } from './columns.js'
import { inTransaction } from './transaction.js'

type Answer<A> = E.Either<LogUnavailable, A>

/** The format of the vault in this file, or `blank` when none was written into it yet. Changes nothing. */
export const formatOf = (database: Database): Answer<'blank' | number> => {
  const looked = attempt(database, () => {
    const number = (sql: string): number => Number(Object.values(database.statement(sql).get() ?? {})[0])
    const format = number('PRAGMA user_version')
    const application = number('PRAGMA application_id')
    return { format, application, tables: number('SELECT count(*) FROM sqlite_schema') }
  })
  if (E.isLeft(looked)) return looked
  const { format, application, tables } = looked.right
  if (tables === 0 && application === 0) return E.right('blank')
  if (application !== applicationId) return E.left(unavailable('corrupt', 'The vault file is something else.'))
  if (format < 1) return E.left(unavailable('corrupt', 'The vault file is damaged: it has no format.'))
  if (format <= newestFormat) return E.right(format)
  return E.left(
    unavailable('newer-format', `The vault has format ${format}; this program knows up to ${newestFormat}. Upgrade it.`),
  )
}

const settings = `
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA foreign_keys = ON;
PRAGMA trusted_schema = OFF;
PRAGMA recursive_triggers = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cell_size_check = ON;
`

/** Only after the format is known: a write-ahead log would change another program's file. */
export const configure = (database: Database): Answer<void> => {
  const configured = attempt(database, () => {
    database.exec(settings)
    return database.statement('PRAGMA journal_mode = WAL').get()?.['journal_mode']
  })
  if (E.isLeft(configured)) return configured
  if (configured.right === 'wal') return E.right(undefined)
  return E.left(unavailable('io', 'The vault is on a file system that cannot hold a write-ahead log.'))
}

/** The vault's identity, from the file. */
export const identityOf = (database: Database): Answer<VaultId> => {
  const row = attempt(database, () => database.statement(`SELECT ${textColumn('value')} FROM meta WHERE name = 'vaultId'`).get())
  if (E.isLeft(row)) return row
  return E.mapLeft(() => unavailable('corrupt', 'The vault file is damaged: it has no identity.'))(
    vaultId(textIn(row.right?.['value']) ?? ''),
  )
}

/** Writes an empty vault into a blank file, durably. */
export const initialise = (database: Database, id: VaultId): Answer<void> => {
  const write = (): Answer<void> => {
    const format = formatOf(database)
    if (E.isLeft(format)) return format
    // Another process may have been first: then its vault is the vault.
    if (format.right !== 'blank') return E.right(undefined)
    database.exec(schema)
    return E.right(database.statement('INSERT INTO meta VALUES (?, ?)').run('vaultId', id))
  }
  const written = inTransaction(database, write, () => E.isRight(identityOf(database)))
  // The new file's header then says what it is without its write-ahead log.
  return E.isLeft(written) ? written : attempt(database, () => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
}
