import { pipe } from 'fp-ts/lib/function.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Lineage } from '../domain/shared/identifiers.js'
import type { Instant } from '../domain/shared/instant.js'
import type { SpendEvent } from '../domain/spend/event.js'
import { evolveSpend } from '../domain/spend/evolve-spend.js'
import { newborn, type SpendState } from '../domain/spend/spend-state.js'
import { type MonthId, monthOf } from '../domain/spend/window.js'
import { decodeRecords } from './decode-records.js'
import type { LocalDeps } from './deps.js'
import { unavailable, type VaultError } from './errors.js'
import type { StreamAppend, StreamId } from './ports/event-log.js'
import { inCrowds } from './read-together.js'

const prefix = 'spend/'

const spendStream = (lineage: Lineage, month: MonthId): StreamId => `${prefix}${lineage}/${month}`

/** The newest month of one lineage; `state` is null and `version` 0 where nothing was ever read. */
export interface LoadedSpend {
  readonly lineage: Lineage
  readonly state: SpendState | null
  readonly month: MonthId | null
  readonly version: number
  readonly events: ReadonlyArray<SpendEvent>
}

type Reader = Pick<LocalDeps, 'log' | 'spendEvents'>

const none = (lineage: Lineage): LoadedSpend => ({ lineage, state: null, month: null, version: 0, events: [] })

/** One month of a lineage, folded from its own events alone: each month opens with all that was known before. */
export const loadMonth = (deps: Reader, lineage: Lineage, month: MonthId): TE.TaskEither<VaultError, LoadedSpend> =>
  pipe(
    deps.log.read(spendStream(lineage, month)),
    TE.mapLeft(unavailable),
    TE.flatMapEither((records) => decodeRecords(deps.spendEvents, records)),
    TE.map((events) => ({
      lineage,
      state: events.reduce<SpendState | null>(evolveSpend, null),
      month,
      version: events.length,
      events,
    })),
  )

/** The months in which a lineage has facts, oldest first. */
export const monthsOf = (deps: Reader, lineage: Lineage): TE.TaskEither<VaultError, ReadonlyArray<MonthId>> => {
  const own = `${prefix}${lineage}/`
  return pipe(
    deps.log.streams(own),
    TE.mapLeft(unavailable),
    TE.map((streams) => streams.map((stream) => stream.slice(own.length))),
  )
}

/** The newest month of each of `lineages`, found by one listing. */
export const loadSpends = (
  deps: Reader,
  lineages: ReadonlyArray<Lineage>,
): TE.TaskEither<VaultError, ReadonlyMap<Lineage, LoadedSpend>> =>
  pipe(
    deps.log.streams(prefix),
    TE.mapLeft(unavailable),
    TE.map((streams) => new Map(streams.map((stream) => [stream.slice(prefix.length, -8), stream.slice(-7)]))),
    TE.flatMap((months) => {
      const read = lineages.flatMap((lineage) => {
        const month = months.get(lineage)
        return month === undefined ? [] : [{ lineage, month }]
      })
      return inCrowds(
        deps.log,
        read,
        ({ lineage, month }) => spendStream(lineage, month),
        (log, { lineage, month }) => loadMonth({ ...deps, log }, lineage, month),
      )
    }),
    TE.map((loaded) => {
      const known = new Map(loaded.map((each) => [each.lineage, each]))
      return new Map(lineages.map((lineage) => [lineage, known.get(lineage) ?? none(lineage)]))
    }),
  )

const appendTo = (
  deps: Reader,
  loaded: LoadedSpend,
  month: MonthId,
  expectedVersion: number,
  events: ReadonlyNonEmptyArray<SpendEvent>,
): StreamAppend => ({
  stream: spendStream(loaded.lineage, month),
  expectedVersion,
  records: RNEA.map(deps.spendEvents.encode)(events),
})

/**
 * What records `events` of one instant: in the month they belong to, which is opened first where it is new, after the one before
 * was closed by its summary. A clock that went back changes no month that was begun.
 */
export const spendAppends = (
  deps: Reader,
  loaded: LoadedSpend,
  bornAt: Instant,
  events: ReadonlyNonEmptyArray<SpendEvent>,
): ReadonlyNonEmptyArray<StreamAppend> => {
  const [{ at }] = events
  const { lineage, state, version } = loaded
  const month = monthOf(at)
  if (loaded.month !== null && month <= loaded.month) return [appendTo(deps, loaded, loaded.month, version, events)]
  const carried = state ?? newborn(bornAt)
  const opened: SpendEvent = { type: 'SpendMonthOpened', lineage, month, carried, at }
  const opening = appendTo(deps, loaded, month, 0, [opened, ...events])
  if (loaded.month === null) return [opening]
  const closed: SpendEvent = { type: 'SpendMonthClosed', total: carried.last.total, spent: carried.last.month, at }
  return [appendTo(deps, loaded, loaded.month, version, [closed]), opening]
}
