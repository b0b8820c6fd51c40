import type { Either } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { LogUnavailable, StreamAppend, VersionConflict } from './event-log.js'

/** A data key as it may rest on disk: wrapped by the vault key. `keyId` is public. */
export interface WrappedKey {
  readonly keyId: string
  readonly bytes: Uint8Array
}

/** The wrapped data keys in the order in which they were added: the last one seals, every one opens. */
export interface WrappedRing {
  /** Says where the vault key comes from; public, and bound into every wrapped key. Null: a key file, as in the first format. */
  readonly lock: string | null
  readonly keys: ReadonlyArray<WrappedKey>
}

/** A ring to take the old one's place, and the facts that say so. */
export interface RingChange {
  readonly ring: WrappedRing
  readonly appends: ReadonlyArray<StreamAppend>
}

/** Where the wrapped data keys rest, beside the log they belong to. */
export interface KeyRingStore {
  /** The ring as one commit left it; no keys where none was begun. */
  readonly read: () => TaskEither<LogUnavailable, WrappedRing>
  /**
   * Runs `work` on the ring as it is while nobody else can write, then replaces the ring and appends the facts in one
   * commit, durable before the `Right`. A `Left` or null of `work` changes nothing. `work` may prepare what must be on
   * disk before the commit; after any failure it may have run.
   */
  readonly change: <Refusal>(
    work: (now: WrappedRing) => Either<Refusal, RingChange | null>,
  ) => TaskEither<Refusal | VersionConflict | LogUnavailable, void>
}
