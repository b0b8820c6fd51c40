import type { EventCodec } from '../../application/ports/event-codec.js'
import type { AlertEvent } from '../../domain/alerts/event.js'
import type { SpendEvent } from '../../domain/spend/event.js'
import type { VaultEvent } from '../../domain/vault/event.js'
import { alertEventBodies } from './alert-event.js'
import { spendEventBodies } from './spend-event.js'
import { vaultEventBodies } from './vault-event.js'
import { makeCodec } from './make-codec.js'

export { keyEventCodec } from './key-event-codec.js'

/** Events of the vault stream as records. */
export const vaultEventCodec: EventCodec<VaultEvent> = makeCodec<VaultEvent>(vaultEventBodies)

/** Events of alert streams as records. */
export const alertEventCodec: EventCodec<AlertEvent> = makeCodec<AlertEvent>(alertEventBodies)

/** Events of spend streams as records. */
export const spendEventCodec: EventCodec<SpendEvent> = makeCodec<SpendEvent>(spendEventBodies)
