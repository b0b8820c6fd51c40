import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { EventLog, EventRecord, StreamAppend, StreamId } from './ports/event-log.js'

const ofStream = (pending: ReadonlyArray<StreamAppend>, stream: StreamId): ReadonlyArray<EventRecord> =>
  pending
    .filter((append) => append.stream === stream)
    .flatMap(({ expectedVersion, records }) =>
      // Nobody counts on the place in the whole log of what is not in it yet.
      records.map((record, n) => ({ ...record, stream, version: expectedVersion + n + 1, sequence: Number.MAX_SAFE_INTEGER })),
    )

type ReadMany = NonNullable<EventLog['readMany']>

/** Streams that grow are left out, and asked for by themselves. */
const others =
  (readMany: ReadMany, pending: ReadonlyArray<StreamAppend>): ReadMany =>
  (streams) => {
    const growing = new Set(pending.map(({ stream }) => stream))
    return readMany(streams.filter((stream) => !growing.has(stream)))
  }

/** The streams of a log as they will be when these appends are committed. Everything else is the log's own. */
export const withPending = (log: EventLog, pending: ReadonlyArray<StreamAppend>): EventLog => ({
  ...(log.readMany === undefined ? {} : { readMany: others(log.readMany, pending) }),
  readAll: log.readAll,
  commit: log.commit,
  sealed: log.sealed,
  shred: log.shred,
  close: log.close,
  read: (stream, fromVersion = 1) =>
    pipe(
      log.read(stream, fromVersion),
      TE.map((records) => [...records, ...ofStream(pending, stream).filter(({ version }) => version >= fromVersion)]),
    ),
  streams: (prefix) =>
    pipe(
      log.streams(prefix),
      TE.map((known) => [...new Set([...known, ...pending.map(({ stream }) => stream).filter((stream) => stream.startsWith(prefix))])].sort()),
    ),
})
