import { isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { keyEventCodec, vaultEventCodec } from '../../../src/adapters/event-codec/event-codec.js'
import type { EventCodec } from '../../../src/application/ports/event-codec.js'
import type { KeyEvent } from '../../../src/domain/key/event.js'
import type { VaultEvent } from '../../../src/domain/vault/event.js'
import { keyEventArbitraries, vaultEventArbitraries, wideIdentities } from '../../support/event-arbitraries.js'
import { runs } from '../../support/fc-runs.js'
import { keySamples, vaultSamples } from './samples.js'

const keyEvents = Object.entries<fc.Arbitrary<KeyEvent>>(keyEventArbitraries(wideIdentities))
const vaultEvents = Object.entries<fc.Arbitrary<VaultEvent>>(vaultEventArbitraries)

const there = { sequence: 7, stream: 'key/k', version: 3 }

const comesBack = <Event extends { readonly type: string; readonly at: number }>(
  codec: EventCodec<Event>,
  event: Event,
): void => {
  const record = codec.encode(event)
  expect(record).toMatchObject({ type: event.type, schema: 1, at: event.at })
  // The log keeps text: no NUL, no half of a surrogate pair, whatever the event's own text holds.
  expect(record.data).not.toContain('\u0000')
  expect(record.data).toBe(Buffer.from(record.data, 'utf8').toString('utf8'))
  expect(codec.decode({ ...there, ...record })).toEqual({ _tag: 'Right', right: event })
  expect(codec.encode(event).data).toBe(record.data)
}

describe('an event', () => {
  it.each(keyEvents)('%s of a key is read back as it was written', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (event) => comesBack(keyEventCodec, event)),
      runs(40),
    )
  })

  it.each(vaultEvents)('%s of the vault is read back as it was written', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (event) => comesBack(vaultEventCodec, event)),
      runs(40),
    )
  })
})

type Json = null | boolean | number | string | bigint | ReadonlyArray<Json> | { readonly [key: string]: Json }

/** A copy of which every object carries something more, at every depth. */
const withMore = (value: Json, more: Readonly<Record<string, Json>>, isDictionary = false): Json => {
  if (Array.isArray(value)) return value.map((each: Json) => withMore(each, more))
  if (typeof value !== 'object' || value === null) return value
  const inner = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withMore(each, more, key === 'tags')]))
  return isDictionary ? inner : { ...inner, ...more }
}

const canary = 'sk-or-v1-canary'
const stowaway = { apiSecret: canary, key: { of: canary }, token: [canary] }

describe('what an event carries besides its fields', () => {
  it.each(Object.values(keySamples).flat().map((event) => [event.type, event] as const))('is not written: %s', (_, event) => {
    // A structure may have more than its type names, and that is just what must not get into the log.
    const loaded = withMore(event as unknown as Json, stowaway) as unknown as KeyEvent
    const record = keyEventCodec.encode(loaded)
    expect(JSON.stringify(record)).not.toContain(canary)
    expect(record).toEqual(keyEventCodec.encode(event))
  })

  it.each(Object.values(vaultSamples).flat().map((event) => [event.type, event] as const))('is not written: %s', (_, event) => {
    const loaded = withMore(event as unknown as Json, stowaway) as unknown as VaultEvent
    expect(vaultEventCodec.encode(loaded)).toEqual(vaultEventCodec.encode(event))
  })

  it.each(Object.values(keySamples).flat().map((event) => [event.type, event] as const))('is not read: %s', (_, event) => {
    const record = keyEventCodec.encode(event)
    const data = JSON.stringify(withMore(JSON.parse(record.data), stowaway))
    const decoded = keyEventCodec.decode({ ...there, ...record, data })
    expect(isRight(decoded) && decoded.right).toEqual(event)
  })
})
