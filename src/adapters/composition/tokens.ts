import type { InjectionToken } from 'tsyringe'

import type { Protocol } from '../../application/deps.js'
import type { Clock, Process, Random } from '../../application/ports/environment.js'
import type { EventCodec } from '../../application/ports/event-codec.js'
import type { Sealer } from '../../application/ports/sealer.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import type { Timing } from '../../application/settings.js'
import type { AlertEvent } from '../../domain/alerts/event.js'
import type { KeyEvent } from '../../domain/key/event.js'
import type { SpendEvent } from '../../domain/spend/event.js'
import type { VaultEvent } from '../../domain/vault/event.js'
import type { Connector } from './connector.js'

/** Every part that a vault is made of. */
export interface Parts {
  readonly clock: Clock
  readonly random: Random
  readonly process: Process
  readonly timing: Timing
  readonly protocol: Protocol
  readonly keyEvents: EventCodec<KeyEvent>
  readonly vaultEvents: EventCodec<VaultEvent>
  readonly alertEvents: EventCodec<AlertEvent>
  readonly spendEvents: EventCodec<SpendEvent>
  readonly store: VaultStore
  readonly sealer: Sealer
  readonly connector: Connector
}

export type PartName = keyof Parts

/** The names of the parts in the container. A symbol of its own type, so that `resolve` gives what was registered. */
export const tokens: { readonly [P in PartName]: InjectionToken<Parts[P]> } = {
  clock: Symbol('Clock'),
  random: Symbol('Random'),
  process: Symbol('Process'),
  timing: Symbol('Timing'),
  protocol: Symbol('Protocol'),
  keyEvents: Symbol('EventCodec<KeyEvent>'),
  vaultEvents: Symbol('EventCodec<VaultEvent>'),
  alertEvents: Symbol('EventCodec<AlertEvent>'),
  spendEvents: Symbol('EventCodec<SpendEvent>'),
  store: Symbol('VaultStore'),
  sealer: Symbol('Sealer'),
  connector: Symbol('Connector'),
}

export const partNames: ReadonlyArray<PartName> = [
  'clock',
  'random',
  'process',
  'timing',
  'protocol',
  'keyEvents',
  'vaultEvents',
  'alertEvents',
  'spendEvents',
  'store',
  'sealer',
  'connector',
]
