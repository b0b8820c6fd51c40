import type { EventCodec } from '../../application/ports/event-codec.js'
import type { KeyEvent } from '../../domain/key/event.js'
import { keyEventBodies } from './key-event.js'
import { makeCodec } from './make-codec.js'

/** Events of key streams as records. */
export const keyEventCodec: EventCodec<KeyEvent> = makeCodec<KeyEvent>(keyEventBodies)
