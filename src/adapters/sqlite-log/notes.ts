import * as E from 'fp-ts/lib/Either.js'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { Notes } from '../../application/ports/notes.js'
import { attempt, type Database } from './database.js'
import type { Run } from './sqlite-log.js'
import { textColumn, textIn } from './columns.js'
import { inTransaction } from './transaction.js'

// Notes share the table of the store's own words, under a prefix that keeps the two apart.
const mark = 'note/'
const all = `SELECT ${textColumn('name')}, ${textColumn('value')} FROM meta WHERE name >= ?1 AND substr(name, 1, length(?1)) = ?1 ORDER BY 1`
const one = `SELECT ${textColumn('value')} FROM meta WHERE name = ?`
const put = 'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value'
const drop = 'DELETE FROM meta WHERE name = ?'

type Answer<A> = E.Either<LogUnavailable, A>

const valueAt = (database: Database, name: string): string | null => textIn(database.statement(one).get(mark + name)?.['value'])

const read = (database: Database, prefix: string): Answer<ReadonlyMap<string, string>> =>
  attempt(
    database,
    () =>
      new Map(
        database
          .statement(all)
          .all(mark + prefix)
          .flatMap((row): ReadonlyArray<readonly [string, string]> => {
            const [name, value] = [textIn(row['name']), textIn(row['value'])]
            return name === null || value === null ? [] : [[name.slice(mark.length), value]]
          }),
      ),
  )

const write = (database: Database, notes: ReadonlyMap<string, string>): Answer<void> =>
  inTransaction<never, void>(
    database,
    () => E.right(notes.forEach((value, name) => database.statement(put).run(mark + name, value))),
    () => [...notes].every(([name, value]) => valueAt(database, name) === value),
  )

const swap = (database: Database, name: string, before: string | null, after: string | null): Answer<boolean> =>
  inTransaction<never, boolean>(
    database,
    () => {
      if (valueAt(database, name) !== before) return E.right(false)
      if (after === null) database.statement(drop).run(mark + name)
      else database.statement(put).run(mark + name, after)
      return E.right(true)
    },
    () => valueAt(database, name) === after,
  )

/** The notes beside a log, until that is closed. */
export const makeNotes = (run: Run): Notes => ({
  read: (prefix) => run((database) => read(database, prefix)),
  write: (notes) => run((database) => (notes.size === 0 ? E.right(undefined) : write(database, notes))),
  swap: (name, before, after) => run((database) => swap(database, name, before, after)),
})
