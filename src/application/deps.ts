import type { AlertEvent } from '../domain/alerts/event.js'
import type { KeyEvent } from '../domain/key/event.js'
import type { KeyDecider } from '../domain/key/index.js'
import type { Witnesses, Verdict } from '../domain/key/proof.js'
import type { Finding, ListedKey } from '../domain/key/sweep.js'
import type { KeyState } from '../domain/key/state.js'
import type { SpendEvent } from '../domain/spend/event.js'
import type { AccountPin, VaultEvent } from '../domain/vault/event.js'
import type { KeyName, VaultId } from '../domain/shared/identifiers.js'
import type { Clock, Process, Random } from './ports/environment.js'
import type { EventCodec } from './ports/event-codec.js'
import type { EventLog } from './ports/event-log.js'
import type { Notes } from './ports/notes.js'
import type { OpenRouterClient } from './ports/open-router-client.js'
import type { Sealer } from './ports/sealer.js'
import type { Snapshots } from './ports/snapshots.js'
import type { Timing } from './settings.js'
import type { SpendMemory } from './spend-memory.js'

/** The pure rules that the loop and the sweep obey. One record, so that a simulation can plant a fault in any of them. */
export interface Protocol {
  readonly decider: KeyDecider
  readonly judge: (witnesses: Witnesses) => Verdict
  readonly sweep: (
    vault: VaultId,
    states: ReadonlyMap<KeyName, KeyState>,
    listed: ReadonlyArray<ListedKey>,
  ) => ReadonlyArray<Finding>
}

/** What needs no OpenRouter: enough to read, list and hand out. */
export interface LocalDeps {
  readonly log: EventLog
  readonly keyEvents: EventCodec<KeyEvent>
  readonly vaultEvents: EventCodec<VaultEvent>
  readonly alertEvents: EventCodec<AlertEvent>
  readonly spendEvents: EventCodec<SpendEvent>
  readonly notes: Notes
  /** Where none are kept, every history is read from its beginning. */
  readonly snapshots?: Snapshots
  /** Where there is none, streams of spending are read whole each time. */
  readonly spendMemory?: SpendMemory
  readonly sealer: Sealer
  readonly clock: Clock
  readonly random: Random
  readonly process: Process
  readonly timing: Timing
  readonly protocol: Protocol
}

/** Everything the use cases act through. */
export interface Deps extends LocalDeps {
  /** Single requests for changes; reads may repeat themselves. */
  readonly client: OpenRouterClient
  readonly vault: VaultId
  readonly pin: AccountPin
}
