import type { Either } from 'fp-ts/lib/Either.js'

import type { EventRecord, NewRecord } from './event-log.js'

/** A stored event that cannot be read: which one, and what was expected where. Never the value itself. */
export interface UnreadableEvent {
  readonly _tag: 'UnreadableEvent'
  readonly stream: string
  readonly version: number
  /** It is no damage: a newer version of Lean Vault wrote it. */
  readonly newer: boolean
  readonly problem: string
}

/** Turns events into records and back, lifting older schemas as it reads. `decode(encode(e))` is `e`. */
export interface EventCodec<Event> {
  readonly encode: (event: Event) => NewRecord
  readonly decode: (record: EventRecord) => Either<UnreadableEvent, Event>
}
