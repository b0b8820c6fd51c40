import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { LogUnavailable } from './event-log.js'

/** A data key as it may rest on disk: wrapped by the vault key. `keyId` is public. */
export interface WrappedKey {
  readonly keyId: string
  readonly bytes: Uint8Array
}

/** The ring did not hold as many keys as expected, or the id is taken: somebody else was first; nothing was written. */
export interface KeyRingConflict {
  readonly _tag: 'KeyRingConflict'
}

/** Where the wrapped data keys rest, beside the log they belong to. */
export interface KeyRingStore {
  /** All wrapped keys in the order in which they were added: the last one seals, every one opens. */
  readonly read: () => TaskEither<LogUnavailable, ReadonlyArray<WrappedKey>>
  /**
   * Adds one key to a ring that holds exactly `expectedKeys` of them; durable before the `Right`.
   * Of two that begin a ring at once exactly one wins, so a ring is never wrapped by two vault keys.
   */
  readonly insert: (expectedKeys: number, key: WrappedKey) => TaskEither<KeyRingConflict | LogUnavailable, void>
}
