import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { KeptSnapshot, Snapshot, Snapshots } from '../../application/ports/snapshots.js'
import type { Database } from './database.js'
import { headsNow, isDamaged, locked, withAllKeys } from './heads.js'
import type { Run } from './sqlite-log.js'
import { textColumn, textIn } from './columns.js'
import { inSnapshot, inTransaction } from './transaction.js'

// They share the table of the store's own words, under a prefix that keeps them apart: an older program passes them over.
const mark = 'fold/'
const one = `SELECT ${textColumn('value')} FROM meta WHERE name = ?`
const all = `SELECT ${textColumn('name')}, ${textColumn('value')} FROM meta WHERE name >= '${mark}' AND name < 'fold0' ORDER BY name`
const names = `SELECT ${textColumn('name')} FROM meta WHERE name >= '${mark}' AND name < 'fold0'`
const put = 'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value'
const hashAt = `SELECT ${textColumn('p.hash')} FROM events e JOIN proofs p ON p.sequence = e.sequence WHERE e.stream = ? AND e.version = ?`

type Answer<A> = E.Either<LogUnavailable, A>

const row = t.tuple([t.literal('lean-vault fold 1'), t.string, t.number, t.string, t.string])
/** The row as a whole, and whether it is authentic: what is made of it, the key's name and the tag over its text. */
const kept = t.tuple([t.string, t.string, t.string])

const parse = <A>(codec: t.Type<A, unknown, unknown>, text: string | null): A | null => {
  const value = E.tryCatch((): unknown => JSON.parse(text ?? ''), () => null)
  const decoded = E.isRight(value) ? codec.decode(value.right) : null
  return decoded !== null && E.isRight(decoded) ? decoded.right : null
}

const bound = (stream: string, body: string): string => `lean-vault fold 1\n${JSON.stringify(stream)}\n${body}`

/** The hash of one record, if the proven end of its stream is not before it. */
const recordHash = (database: Database, stream: string, version: number): string | null => {
  const head = headsNow(database).all.get(stream)
  if (head === undefined || isDamaged(head) || version < 1 || version > head.version) return null
  return textIn(database.statement(hashAt).get(stream, version)?.['hash'])
}

/** `other`: made by another program. Within a transaction that is open. */
const judged = (database: Database, fold: string, stream: string, text: string | null): Snapshot | 'other' | null => {
  const [body = '', keyId = '', mac = ''] = parse(kept, text) ?? []
  const found = parse(row, body)
  if (found === null || database.guard.authenticator?.tag(keyId, bound(stream, body)) !== mac) return null
  const [, madeBy, version, hash, data] = found
  if (madeBy !== fold) return 'other'
  return recordHash(database, stream, version) === hash ? { version, data } : null
}

const read = (database: Database, fold: string, stream: string): Answer<Snapshot | null> =>
  inSnapshot(database, () =>
    withAllKeys(database, () => {
      const text = database.statement(one).get(mark + stream)
      const found = text === undefined ? null : judged(database, fold, stream, textIn(text['value']))
      return E.right(found === 'other' ? null : found)
    }),
  )

const streams = (database: Database): Answer<ReadonlySet<string>> =>
  inSnapshot(database, () => E.right(new Set(database.statement(names).all().map((each) => (textIn(each['name']) ?? mark).slice(mark.length)))))

const readAll = (database: Database, fold: string): Answer<ReadonlyArray<KeptSnapshot>> =>
  inSnapshot(database, () =>
    withAllKeys(database, () =>
      E.right(
        database.statement(all).all().flatMap((each): ReadonlyArray<KeptSnapshot> => {
          const stream = (textIn(each['name']) ?? mark).slice(mark.length)
          const snapshot = judged(database, fold, stream, textIn(each['value']))
          return snapshot === 'other' ? [] : [{ stream, snapshot }]
        }),
      ),
    ),
  )

const write = (database: Database, fold: string, stream: string, { version, data }: Snapshot): Answer<void> => {
  const { authenticator } = database.guard
  if (authenticator === null) return E.left(locked)
  return inTransaction<LogUnavailable, void>(
    database,
    () =>
      withAllKeys(database, () => {
        const hash = recordHash(database, stream, version)
        const body = JSON.stringify(['lean-vault fold 1', fold, version, hash, data])
        const mac = authenticator.tag(authenticator.current, bound(stream, body))
        if (hash === null || mac === null) return E.right(undefined)
        return E.right(database.statement(put).run(mark + stream, JSON.stringify([body, authenticator.current, mac])))
      }),
    // A sum that may not be there is none.
    () => false,
  )
}

/** Takes all of them away, for they can be made anew. It throws what the driver throws. */
export const dropSnapshots = (database: Database): void => database.exec(`DELETE FROM meta WHERE name >= '${mark}' AND name < 'fold0'`)

/** The sums of streams beside a log. `fold` names the program that makes them: another one's are not believed. */
export const makeSnapshots =
  (run: Run) =>
  (fold: string): Snapshots => ({
    read: (stream) => run((database) => read(database, fold, stream)),
    write: (stream, snapshot) => run((database) => write(database, fold, stream, snapshot)),
    streams: () => run(streams),
    all: () => run((database) => readAll(database, fold)),
  })
