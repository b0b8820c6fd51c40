import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Instant } from '../../domain/shared/instant.js'
import { type Picodollars, toDollars } from '../../domain/shared/picodollars.js'
import type { LocalDeps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import { streamOf } from '../key-store.js'
import type { EventRecord } from '../ports/event-log.js'
import type { HistoryEntry } from '../reports.js'
import { isoOf } from '../view-key.js'
import type { KeyName } from '../../domain/shared/identifiers.js'

const instants: ReadonlySet<string> = new Set(['at', 'claimUntil', 'settleUntil', 'retryAt', 'expiresAt', 'asOf', 'until'])

/** Times as UTC text and money as dollars, the way every other answer has them. */
const shown = (key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return toDollars(value as Picodollars)
  if (typeof value === 'number' && instants.has(key)) return isoOf(value as Instant)
  if (Array.isArray(value)) return value.map((each: unknown) => shown('', each))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, shown(field, inner)]))
}

const prefix = 'key/'
const ofSpend = /^spend\/([^#]+)#/

const alertPrefix = 'alert/'

/** The key that a stream is about; null for the vault, and for alerts about the account. */
const nameIn = (stream: string): string | null => {
  if (stream.startsWith(prefix)) return stream.slice(prefix.length)
  const spender = ofSpend.exec(stream)?.[1]
  if (spender !== undefined) return spender
  return stream.startsWith(alertPrefix) && stream.includes('#') ? stream.slice(alertPrefix.length, stream.indexOf('#')) : null
}

const decode = (deps: LocalDeps, record: EventRecord): E.Either<unknown, object> => {
  if (record.stream.startsWith(prefix)) return deps.keyEvents.decode(record)
  if (ofSpend.test(record.stream)) return deps.spendEvents.decode(record)
  return record.stream.startsWith(alertPrefix) ? deps.alertEvents.decode(record) : deps.vaultEvents.decode(record)
}

const entryOf = (record: EventRecord, event: Readonly<Record<string, unknown>>): HistoryEntry => ({
  sequence: record.sequence,
  at: isoOf(record.at),
  name: nameIn(record.stream),
  event: record.type,
  details: Object.fromEntries(
    Object.entries(event)
      .filter(([field]) => field !== 'type' && field !== 'at')
      .map(([field, value]) => [field, shown(field, value)]),
  ),
})

/** An event of a newer version is told by its name alone: history must not end where a newer colleague wrote. */
const describe = (deps: LocalDeps, record: EventRecord): HistoryEntry => {
  const decoded = decode(deps, record)
  return entryOf(record, E.isRight(decoded) ? { ...decoded.right } : {})
}

const pageSize = 500

const readFrom = (
  deps: LocalDeps,
  after: number,
  before: ReadonlyArray<EventRecord>,
): TE.TaskEither<VaultError, ReadonlyArray<EventRecord>> =>
  pipe(
    deps.log.readAll(after, pageSize),
    TE.mapLeft(unavailable),
    TE.flatMap((page) => {
      const all = [...before, ...page]
      const last = page[page.length - 1]
      return last === undefined || page.length < pageSize ? TE.right(all) : readFrom(deps, last.sequence, all)
    }),
  )

export interface HistoryQuery {
  readonly name: KeyName | null
  readonly since: Instant | null
  readonly after: number
}

/** Recorded facts in order, of one name or of everything. A name that never was is not found. */
export const history = (deps: LocalDeps, query: HistoryQuery): TE.TaskEither<VaultError, ReadonlyArray<HistoryEntry>> => {
  const { name, since, after } = query
  const records =
    name === null ? readFrom(deps, after, []) : pipe(deps.log.read(streamOf(name)), TE.mapLeft(unavailable))
  return pipe(
    records,
    TE.flatMap((found) =>
      name !== null && found.length === 0 ? TE.left<VaultError>({ _tag: 'KeyNotFound', name }) : TE.right(found),
    ),
    TE.map((found) =>
      found
        .filter((record) => record.sequence > after && (since === null || record.at >= since))
        .map((record) => describe(deps, record)),
    ),
  )
}
