import type { VaultId } from '../../domain/shared/identifiers.js'
import type { EventLog } from './event-log.js'
import type { KeyRingStore } from './key-ring-store.js'

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
}
