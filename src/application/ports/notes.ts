import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { LogUnavailable } from './event-log.js'

/**
 * Small texts that are no facts: when something was last seen, who watches. They may be lost or be older than the log, and are
 * never part of it; an old value is replaced. Names begin with their kind and a slash.
 */
export interface Notes {
  /** All notes whose names begin with `prefix`. */
  readonly read: (prefix: string) => TaskEither<LogUnavailable, ReadonlyMap<string, string>>
  /** Writes all of them in one commit. */
  readonly write: (notes: ReadonlyMap<string, string>) => TaskEither<LogUnavailable, void>
  /** Puts `after` in the place of `before` (`null`: no note) and answers true; false when something else is there. */
  readonly swap: (name: string, before: string | null, after: string | null) => TaskEither<LogUnavailable, boolean>
}
