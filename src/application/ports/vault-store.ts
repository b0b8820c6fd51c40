import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { VaultId } from '../../domain/shared/identifiers.js'
import type { EventLog, LogUnavailable } from './event-log.js'
import type { KeyRingStore } from './key-ring-store.js'
import type { HeadKeeper, LogAuthenticator } from './log-proof.js'
import type { Notes } from './notes.js'
import type { Snapshots } from './snapshots.js'

/** What a store says about itself before anything is decrypted. `format` counts layouts of the store from 1. */
export interface LogInfo {
  readonly vaultId: VaultId
  readonly format: number
}

/** One opened vault store. Closing `log` closes all of it. */
export interface VaultStore {
  readonly info: LogInfo
  readonly log: EventLog
  readonly keyRing: KeyRingStore
  /**
   * From then on everything that is read is proven authentic and everything that is written is authenticated; before it a
   * store may refuse to write. Lifts a store of an older format to the newest. `corrupt` when the store is older than the
   * remembered head, or another one. Repeatable.
   */
  readonly authenticate: (by: LogAuthenticator, head: HeadKeeper | null) => TaskEither<LogUnavailable, void>
  readonly notes: Notes
  /** Sums of streams made by the code of this name. A store may keep none. */
  readonly snapshots?: (fold: string) => Snapshots
}
