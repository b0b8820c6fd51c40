import {
  alertEventCodec as alerts,
  keyEventCodec as keys,
  spendEventCodec as spend,
  vaultEventCodec as vaults,
} from '../../src/adapters/event-codec/event-codec.js'
import type { EventCodec } from '../../src/application/ports/event-codec.js'
import type { EventRecord } from '../../src/application/ports/event-log.js'

/** Reads each record once. A store in memory gives out the same records whoever asks, and a fifth of a long run went into reading them again. */
const remembering = <Event>({ encode, decode }: EventCodec<Event>): EventCodec<Event> => {
  const known = new WeakMap<EventRecord, ReturnType<typeof decode>>()
  return {
    encode,
    decode: (record) => {
      const before = known.get(record)
      if (before !== undefined) return before
      const decoded = decode(record)
      known.set(record, decoded)
      return decoded
    },
  }
}

/** The codecs of the product, for stores in memory. */
export const keyEventCodec = remembering(keys)
export const vaultEventCodec = remembering(vaults)
export const alertEventCodec = remembering(alerts)
export const spendEventCodec = remembering(spend)
