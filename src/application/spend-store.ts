import { pipe } from 'fp-ts/lib/function.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { TotalReading } from '../domain/alerts/facts.js'
import { readingsFrom, withReading } from '../domain/alerts/readings.js'
import type { Lineage } from '../domain/shared/identifiers.js'
import type { Instant } from '../domain/shared/instant.js'
import type { SpendEvent } from '../domain/spend/event.js'
import { evolveSpend } from '../domain/spend/evolve-spend.js'
import { newborn } from '../domain/spend/spend-state.js'
import { type MonthId, monthOf } from '../domain/spend/window.js'
import { decodeRecords } from './decode-records.js'
import type { LocalDeps } from './deps.js'
import { unavailable, type VaultError } from './errors.js'
import type { StreamAppend, StreamId } from './ports/event-log.js'
import { inCrowds } from './read-together.js'
import { foldSpending, type MonthKnown, type SpendReader } from './spend-memory.js'

const prefix = 'spend/'

const spendStream = (lineage: Lineage, month: MonthId): StreamId => `${prefix}${lineage}/${month}`

/** One month of a lineage; `state` is null and `version` 0 where nothing was ever read. */
export interface LoadedSpend extends MonthKnown {
  readonly lineage: Lineage
  readonly month: MonthId | null
  readonly version: number
}

const ofNothing: MonthKnown = { state: null, reported: new Set() }

/** Of a lineage that nobody has ever read. */
export const nothingKnown = (lineage: Lineage): LoadedSpend => ({ lineage, ...ofNothing, month: null, version: 0 })

const withEvents = ({ state, reported }: MonthKnown, events: ReadonlyArray<SpendEvent>): MonthKnown => {
  const more = events.flatMap((event) => (event.type === 'CostReported' ? [event.generation] : []))
  return { state: events.reduce(evolveSpend, state), reported: more.length === 0 ? reported : new Set([...reported, ...more]) }
}

/** One month of a lineage, folded from its own events alone: each month opens with all that was known before. */
export const loadMonth = (deps: SpendReader, lineage: Lineage, month: MonthId): TE.TaskEither<VaultError, LoadedSpend> =>
  pipe(
    foldSpending(deps, spendStream(lineage, month), { kept: deps.spendMemory?.months, initial: ofNothing, step: withEvents }),
    TE.map(({ version, value }) => ({ lineage, ...value, month, version })),
  )

/** The facts of one month, oldest first. */
export const monthEvents = (deps: SpendReader, lineage: Lineage, month: MonthId): TE.TaskEither<VaultError, ReadonlyArray<SpendEvent>> =>
  pipe(
    deps.log.read(spendStream(lineage, month)),
    TE.mapLeft(unavailable),
    TE.flatMapEither((records) => decodeRecords(deps.spendEvents, records)),
  )

/** More than this is thinned at once. */
const aFew = 64

const readingsWith = (readings: ReadonlyArray<TotalReading>, events: ReadonlyArray<SpendEvent>): ReadonlyArray<TotalReading> =>
  events.length > aFew || readings.length === 0
    ? readingsFrom(events, readings)
    : events.reduce((known, event) => (event.type === 'UsageObserved' ? withReading(known, { at: event.at, total: event.total }) : known), readings)

/** The readings of these months of a lineage, given in their order, as the rules about spend look at them. */
export const loadReadings = (deps: SpendReader, lineage: Lineage, months: ReadonlyArray<MonthId>): TE.TaskEither<VaultError, ReadonlyArray<TotalReading>> =>
  months.reduce<TE.TaskEither<VaultError, ReadonlyArray<TotalReading>>>(
    (earlier, month) =>
      pipe(
        earlier,
        TE.flatMap((initial) => foldSpending(deps, spendStream(lineage, month), { kept: deps.spendMemory?.readings, initial, step: readingsWith })),
        TE.map(({ value }) => value),
      ),
    TE.right([]),
  )

/** The months in which each lineage has facts, oldest first; those of one lineage where one is given. */
export const spendMonths = (
  deps: Pick<LocalDeps, 'log'>,
  of: Lineage | '' = '',
): TE.TaskEither<VaultError, ReadonlyMap<Lineage, ReadonlyArray<MonthId>>> =>
  pipe(
    deps.log.streams(of === '' ? prefix : `${prefix}${of}/`),
    TE.mapLeft(unavailable),
    TE.map((streams) => {
      const months = new Map<Lineage, Array<MonthId>>()
      for (const stream of streams) {
        // A stream's own name: it was a lineage when the stream was begun.
        const lineage = stream.slice(prefix.length, -8) as Lineage
        const known = months.get(lineage)
        if (known === undefined) months.set(lineage, [stream.slice(-7)])
        else known.push(stream.slice(-7))
      }
      return months
    }),
  )

/** The newest month of each of `lineages`, found by one listing. */
export const loadSpends = (
  deps: SpendReader,
  lineages: ReadonlyArray<Lineage>,
): TE.TaskEither<VaultError, ReadonlyMap<Lineage, LoadedSpend>> =>
  pipe(
    spendMonths(deps),
    TE.flatMap((months) => {
      const read = lineages.flatMap((lineage) => {
        const month = months.get(lineage)?.at(-1)
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
      return new Map(lineages.map((lineage) => [lineage, known.get(lineage) ?? nothingKnown(lineage)]))
    }),
  )

const appendTo = (
  deps: Pick<LocalDeps, 'spendEvents'>,
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
  deps: Pick<LocalDeps, 'spendEvents'>,
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
