import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { LogUnavailable, StreamId } from './event-log.js'

/** What the first `version` records of a stream come to. */
export interface Snapshot {
  readonly version: number
  readonly data: string
}

/** A snapshot as it rests; `snapshot` is null where it is not authentic or not of this history. */
export interface KeptSnapshot {
  readonly stream: StreamId
  readonly snapshot: Snapshot | null
}

/**
 * Sums of streams, so that a long history need not be read again. Each may be thrown away at any time. One is given out only if it
 * is authentic, was made by the same program, and the record that it ends with is the one in the log.
 */
export interface Snapshots {
  readonly read: (stream: StreamId) => TaskEither<LogUnavailable, Snapshot | null>
  /** Replaces an older one. Nothing is written where the record that it ends with is not there. */
  readonly write: (stream: StreamId, snapshot: Snapshot) => TaskEither<LogUnavailable, void>
  /** The streams that have one, believable or not: most have none, and need not be asked for. */
  readonly streams: () => TaskEither<LogUnavailable, ReadonlySet<StreamId>>
  /** Those that this program made, to be compared with their streams. */
  readonly all: () => TaskEither<LogUnavailable, ReadonlyArray<KeptSnapshot>>
}
