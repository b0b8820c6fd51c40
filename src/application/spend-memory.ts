import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { TotalReading } from '../domain/alerts/facts.js'
import type { SpendEvent } from '../domain/spend/event.js'
import type { SpendState } from '../domain/spend/spend-state.js'
import { decodeRecords } from './decode-records.js'
import { unavailable, type VaultError } from './errors.js'
import type { EventCodec } from './ports/event-codec.js'
import type { EventLog, StreamId } from './ports/event-log.js'

/** What a stream was folded into, up to a version. */
export interface Folded<A> {
  readonly version: number
  readonly value: A
}

/** What one month of a lineage comes to. */
export interface MonthKnown {
  readonly state: SpendState | null
  /** The requests whose cost was reported, by OpenRouter's ids of them. */
  readonly reported: ReadonlySet<string>
}

/**
 * What long streams of spending come to, so that a program that runs on reads what is new in them, and not all of them at every
 * look. All of it is in the log, and may be forgotten at any time.
 */
export interface SpendMemory {
  readonly months: Map<StreamId, Folded<MonthKnown>>
  /** The readings up to the end of a month's stream, those of the month before among them. */
  readonly readings: Map<StreamId, Folded<ReadonlyArray<TotalReading>>>
}

export const makeSpendMemory = (): SpendMemory => ({ months: new Map(), readings: new Map() })

/** A memory that knows the same, and what it learns stays in it: for what is not in the log yet. */
export const memoryApart = ({ months, readings }: SpendMemory): SpendMemory => ({ months: new Map(months), readings: new Map(readings) })

/** What streams of spending are read by. */
export interface SpendReader {
  readonly log: EventLog
  readonly spendEvents: EventCodec<SpendEvent>
  readonly spendMemory?: SpendMemory
}

/** After a conflict nothing is relied upon that was not read again. */
export const forgetSpending = ({ spendMemory }: Pick<SpendReader, 'spendMemory'>): void => {
  if (spendMemory === undefined) return
  spendMemory.months.clear()
  spendMemory.readings.clear()
}

/** Shorter streams are read as soon as they are looked up, and many at once. */
const worthKeeping = 256
/** Streams of months that are over are among them. */
const mostKept = 4096

const keep = <A>(kept: Map<StreamId, Folded<A>>, stream: StreamId, folded: Folded<A>): void => {
  if (kept.size >= mostKept && !kept.has(stream)) kept.clear()
  kept.set(stream, folded)
}

/** A stream of spending folded from what is kept of it, or from `initial` on, by what is new. */
export const foldSpending = <A>(
  { log, spendEvents }: SpendReader,
  stream: StreamId,
  { kept, initial, step }: { readonly kept: Map<StreamId, Folded<A>> | undefined; readonly initial: A; readonly step: (value: A, events: ReadonlyArray<SpendEvent>) => A },
): TE.TaskEither<VaultError, Folded<A>> => {
  const before = kept?.get(stream) ?? { version: 0, value: initial }
  return pipe(
    log.read(stream, before.version + 1),
    TE.mapLeft(unavailable),
    TE.flatMapEither((records) => decodeRecords(spendEvents, records)),
    TE.map((events) => {
      if (events.length === 0) return before
      const folded = { version: before.version + events.length, value: step(before.value, events) }
      if (kept !== undefined && folded.version >= worthKeeping) keep(kept, stream, folded)
      return folded
    }),
  )
}
