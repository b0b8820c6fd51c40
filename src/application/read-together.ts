import { pipe } from 'fp-ts/lib/function.js'
import { chunksOf } from 'fp-ts/lib/ReadonlyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { EventLog, StreamId } from './ports/event-log.js'

/** So many streams are read at once. */
const crowd = 100

/** A log that has read these streams already, as far as it can read several at once. Trouble with one is told when that one is read. */
const readTogether = (log: EventLog, streams: ReadonlyArray<StreamId>): TE.TaskEither<never, EventLog> => {
  if (log.readMany === undefined) return TE.right(log)
  return pipe(
    log.readMany(streams),
    TE.map((found): EventLog => {
      const read: EventLog['read'] = (stream, from = 1) => {
        const known = found.get(stream)
        return known === undefined ? log.read(stream, from) : TE.right(known.slice(from - 1))
      }
      return { ...log, read }
    }),
    TE.orElse(() => TE.right(log)),
  )
}

/** What `load` makes of each of many, one after the other. The log that it gets has the stream of each at hand. */
export const inCrowds = <One, Refusal, A>(
  log: EventLog,
  all: ReadonlyArray<One>,
  streamOf: (one: One) => StreamId,
  load: (log: EventLog, one: One) => TE.TaskEither<Refusal, A>,
): TE.TaskEither<Refusal, ReadonlyArray<A>> =>
  pipe(
    chunksOf(crowd)(all),
    TE.traverseSeqArray((some) =>
      pipe(
        readTogether(log, some.map(streamOf)),
        TE.flatMap((together) => TE.traverseSeqArray((one: One) => load(together, one))(some)),
      ),
    ),
    TE.map((loaded) => loaded.flat()),
  )
