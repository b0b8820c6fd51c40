import * as E from 'fp-ts/lib/Either.js'

import type {
  Commit,
  LogUnavailable,
  NewRecord,
  SealedSecret,
  StreamAppend,
  VersionConflict,
} from '../../application/ports/event-log.js'
import type { Database } from './database.js'
import { isTaken, unavailable } from './failure.js'
import { inTransaction } from './transaction.js'

const latestVersion = 'SELECT coalesce(max(version), 0) AS version FROM events WHERE stream = ?'
const insertEvent = 'INSERT INTO events (stream, version, type, schema, at, data) VALUES (?, ?, ?, ?, ?, ?)'
const insertSealed = 'INSERT INTO sealed (stream, owner, generation, key_id, bytes) VALUES (?, ?, ?, ?, ?)'
const sameEvent =
  'SELECT 1 FROM events WHERE stream = ? AND version = ? AND type = ? AND schema = ? AND at = ? AND data = ?'

type Refusal = VersionConflict | LogUnavailable

/** SQLite's text ends at NUL for some drivers, and half a character is stored as another one. */
const notText = /[\0\p{Surrogate}]/u

const conflict = (stream: string): VersionConflict => ({ _tag: 'VersionConflict', stream })

const row = (stream: string, version: number, { type, schema, at, data }: NewRecord) =>
  [stream, version, type, schema, at, data] as const

const insertOrRefuse = (database: Database, insert: () => void, refusal: Refusal): E.Either<Refusal, void> => {
  try {
    return E.right(insert())
  } catch (error) {
    if (isTaken(database.driver, error)) return E.left(refusal)
    throw error
  }
}

const append = (database: Database, { stream, expectedVersion, records }: StreamAppend): E.Either<Refusal, void> => {
  if (database.statement(latestVersion).get(stream)?.['version'] !== expectedVersion) return E.left(conflict(stream))
  const insert = database.statement(insertEvent)
  const insertAll = () => records.forEach((record, n) => insert.run(...row(stream, expectedVersion + 1 + n, record)))
  return insertOrRefuse(database, insertAll, conflict(stream))
}

const seal = (database: Database, { ref, keyId, bytes }: SealedSecret): E.Either<Refusal, void> => {
  const insert = () => database.statement(insertSealed).run(ref.stream, ref.owner, ref.generation, keyId, bytes)
  return insertOrRefuse(database, insert, unavailable('io', 'A secret is already sealed at this place.'))
}

const firstLeft = <Error>(steps: ReadonlyArray<() => E.Either<Error, void>>): E.Either<Error, void> => {
  for (const step of steps) {
    const done = step()
    if (E.isLeft(done)) return done
  }
  return E.right(undefined)
}

/** Appends within a transaction that is open already; the first refusal is the answer. */
export const appendAll = (database: Database, appends: ReadonlyArray<StreamAppend>): E.Either<Refusal, void> =>
  firstLeft(appends.map((one) => () => append(database, one)))

/** The transaction is all or nothing, so one event says it all. Only the same bytes at the same place count as ours. */
const holdsFirstOf =
  (database: Database, { appends }: Commit) =>
  (): boolean => {
    const [{ stream, expectedVersion, records }] = appends
    return database.statement(sameEvent).get(...row(stream, expectedVersion + 1, records[0])) !== undefined
  }

/** Checks the versions and writes everything in one transaction, synced before it answers. */
export const commitTo = (database: Database, commit: Commit): E.Either<Refusal, void> => {
  const texts = commit.appends.flatMap(({ stream, records }) => [stream, ...records.map(({ data }) => data)])
  if (texts.some((text) => notText.test(text))) {
    return E.left(
      unavailable('io', 'The text of an event cannot be kept byte for byte: it holds a NUL or half a character.'),
    )
  }
  const steps = [
    ...commit.appends.map((one) => () => append(database, one)),
    ...commit.seal.map((one) => () => seal(database, one)),
  ]
  return inTransaction(database, () => firstLeft(steps), holdsFirstOf(database, commit))
}
