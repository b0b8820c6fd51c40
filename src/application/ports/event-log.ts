import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { Instant } from '../../domain/shared/instant.js'

/** A stream's name: `vault` or `key/<name>`. */
export type StreamId = string

/** An event as it is to be stored. `data` is JSON text, without NUL or unpaired surrogates, and is kept byte for byte. */
export interface NewRecord {
  readonly type: string
  readonly schema: number
  readonly at: Instant
  readonly data: string
}

/** An event as it is stored. `sequence` counts over the whole log from 1, `version` within its stream from 1. */
export interface EventRecord extends NewRecord {
  readonly sequence: number
  readonly stream: StreamId
  readonly version: number
}

/** Where a sealed secret belongs; also what its seal is bound to. */
export interface SecretRef {
  readonly stream: StreamId
  /** A lineage, or the name of one of the vault's own secrets. */
  readonly owner: string
  readonly generation: number
}

/** A secret as it may rest on disk. `keyId` says which key of the key ring opens it. */
export interface SealedSecret {
  readonly ref: SecretRef
  readonly keyId: string
  readonly bytes: Uint8Array
}

/** Records for one stream, in order. */
export interface StreamAppend {
  readonly stream: StreamId
  /** The version that the stream must have: 0 for a new one. */
  readonly expectedVersion: number
  readonly records: ReadonlyNonEmptyArray<NewRecord>
}

/**
 * Several streams and the secrets they need, all or nothing, durable before the answer.
 * A place that already holds a secret is never overwritten: such a commit is refused as `io`, nothing written.
 */
export interface Commit {
  readonly appends: ReadonlyNonEmptyArray<StreamAppend>
  readonly seal: ReadonlyArray<SealedSecret>
}

/** Somebody else appended first; nothing was written. Read again and decide again. */
export interface VersionConflict {
  readonly _tag: 'VersionConflict'
  readonly stream: StreamId
}

/**
 * The log could not be read or written. `wroteNothing` is true when the commit is certainly not in the log. `no-key`: it was
 * not unlocked, so nothing can be written. `network`: it
 * would lie on a network file system. `newer-key`: the vault key was changed since it was unlocked.
 */
export interface LogUnavailable {
  readonly _tag: 'LogUnavailable'
  readonly reason: 'missing' | 'locked' | 'full' | 'read-only' | 'permission' | 'newer-format' | 'corrupt' | 'io' | 'network' | 'no-key' | 'newer-key'
  readonly wroteNothing: boolean
  readonly message: string
}

/**
 * The append-only log and the sealed secrets beside it.
 * Every adapter passes the event log contract suite. Nothing above may assume one machine.
 */
export interface EventLog {
  /** The records of one stream in order, from `fromVersion` (default 1); empty for a stream that does not exist. */
  readonly read: (stream: StreamId, fromVersion?: number) => TaskEither<LogUnavailable, ReadonlyArray<EventRecord>>
  /**
   * Several streams at once, from their beginnings, each as `read` gives it; one that is left out, for its length or for any
   * trouble with it, must be asked for by itself. A log that has no sooner way than one by one does without this function.
   */
  readonly readMany?: (streams: ReadonlyArray<StreamId>) => TaskEither<LogUnavailable, ReadonlyMap<StreamId, ReadonlyArray<EventRecord>>>
  /** Up to `limit` records of all streams in sequence order, after `afterSequence` (0: from the beginning). */
  readonly readAll: (afterSequence: number, limit: number) => TaskEither<LogUnavailable, ReadonlyArray<EventRecord>>
  /** The names of all streams beginning with `prefix`, sorted. */
  readonly streams: (prefix: string) => TaskEither<LogUnavailable, ReadonlyArray<StreamId>>
  /** Appends all or nothing; durable (synced) before the `Right`. Of two with one expected version exactly one wins. */
  readonly commit: (commit: Commit) => TaskEither<VersionConflict | LogUnavailable, void>
  /** The sealed secret at `ref`, or null. */
  readonly sealed: (ref: SecretRef) => TaskEither<LogUnavailable, SealedSecret | null>
  /**
   * Destroys the sealed secret at `ref`, so that its bytes are in none of the store's files any more.
   * Repeatable; `pending` when the row is gone but old bytes may remain until a repeat goes through.
   */
  readonly shred: (ref: SecretRef) => TaskEither<LogUnavailable, 'shredded' | 'pending'>
  /** Repeatable. Afterwards every other function answers `io`. */
  readonly close: () => TaskEither<LogUnavailable, void>
}
