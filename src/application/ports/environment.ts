import type { Task } from 'fp-ts/lib/Task.js'

import type { AttemptId, Nonce, OwnerId, VaultId } from '../../domain/shared/identifiers.js'
import type { Instant, Millis } from '../../domain/shared/instant.js'

/** Time. `now` is UTC and may jump; `monotonic` never goes back and only differences of it mean anything. */
export interface Clock {
  readonly now: () => Instant
  readonly monotonic: () => Millis
  /** Resolves after `duration`, or at once when the program was asked to stop. */
  readonly sleep: (duration: Millis) => Task<void>
}

/** Unpredictable values. `fraction` is in [0, 1) and serves jitter only. */
export interface Random {
  readonly nonce: () => Nonce
  readonly attemptId: () => AttemptId
  readonly vaultId: () => VaultId
  readonly fraction: () => number
}

/** Who is acting: names the holder of claims. Unique per process and start. */
export interface Process {
  readonly owner: OwnerId
  /**
   * True only when the owner's process is certainly dead, so that nothing can be sent under its claims any more.
   * False whenever it cannot be told, above all for owners on other machines.
   */
  readonly isGone: (owner: OwnerId) => boolean
  /** True once the user asked to stop: the running step ends, no new one begins. */
  readonly stopping: () => boolean
}
