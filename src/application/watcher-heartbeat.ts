import { isRight } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { between, type Instant, instant } from '../domain/shared/instant.js'
import { defaultAssumptions } from '../domain/spend/overshoot.js'
import type { LocalDeps } from './deps.js'
import type { VaultError } from './errors.js'

/** The note in which a watcher writes, as milliseconds since 1970, when it last began a pass. */
export const heartbeatNote = 'watcher/heartbeat'

/** Whether somebody watches this vault. */
export interface WatcherView {
  /** When the last pass began, UTC ISO 8601; null: none ever did. */
  readonly lastPassAt: string | null
  /** Whether what falls to a watcher counts as enforced. */
  readonly isFresh: boolean
}

/** When a watcher of this vault last gave a sign of life; `null`: never, or nobody could read it. */
type WatcherHeartbeat = TE.TaskEither<VaultError, Instant | null>

const watcherHeartbeat = (deps: Pick<LocalDeps, 'notes'>): WatcherHeartbeat =>
  pipe(
    deps.notes.read(heartbeatNote),
    TE.map((notes) => {
      const at = instant(Number(notes.get(heartbeatNote) ?? Number.NaN))
      return isRight(at) ? at.right : null
    }),
    TE.orElse(() => TE.right<VaultError, Instant | null>(null)),
  )

const freshFor = defaultAssumptions.pollGap + defaultAssumptions.timeToContain

/** Whether a watcher enforces what falls to it: a heartbeat older than the stated gap between two passes is none. */
export const isWatched = (deps: Pick<LocalDeps, 'notes' | 'clock'>): TE.TaskEither<VaultError, boolean> =>
  pipe(
    watcherHeartbeat(deps),
    TE.map((at) => at !== null && between(at, deps.clock.now()) <= freshFor),
  )

export const viewWatcher = (deps: Pick<LocalDeps, 'notes' | 'clock'>): TE.TaskEither<VaultError, WatcherView> =>
  pipe(
    watcherHeartbeat(deps),
    TE.map((at) => ({ lastPassAt: at === null ? null : new Date(at).toISOString(), isFresh: at !== null && between(at, deps.clock.now()) <= freshFor })),
  )
