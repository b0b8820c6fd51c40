import { isLeft } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { describe, expect, it } from 'vitest'

import { alertEventBodies } from '../../../src/adapters/event-codec/alert-event.js'
import { keyEventBodies } from '../../../src/adapters/event-codec/key-event.js'
import { vaultEventBodies } from '../../../src/adapters/event-codec/vault-event.js'

const secret = `sk-or-v1-${'0123456789abcdef'.repeat(4)}`

/** Every place in a codec where a value may stand: its path, and the codec of the value. */
const placesIn = (codec: t.Mixed, path = ''): ReadonlyArray<readonly [string, t.Mixed]> => {
  if (codec instanceof t.ExactType) return placesIn(codec.type as t.Mixed, path)
  if (codec instanceof t.UnionType) return (codec.types as ReadonlyArray<t.Mixed>).flatMap((each) => placesIn(each, path))
  if (codec instanceof t.DictionaryType)
    return [[`${path}.*`, codec.domain as t.Mixed], ...placesIn(codec.codomain as t.Mixed, `${path}.*`)]
  if (codec instanceof t.ReadonlyArrayType || codec instanceof t.ArrayType) return placesIn(codec.type as t.Mixed, `${path}[]`)
  if (codec instanceof t.InterfaceType)
    return Object.entries(codec.props as t.AnyProps).flatMap(([name, each]) =>
      placesIn(each, path === '' ? name : `${path}.${name}`),
    )
  return [[path, codec]]
}

const bodies: ReadonlyArray<readonly [string, t.Mixed]> = [
  ...Object.entries<unknown>(keyEventBodies),
  ...Object.entries<unknown>(vaultEventBodies),
  ...Object.entries<unknown>(alertEventBodies),
].map(([type, codec]) => [type, codec as t.Mixed])

const places = bodies.flatMap(([type, codec]) => placesIn(codec).map(([path, each]) => [type, path, each] as const))

describe('the places in events', () => {
  it('are found in every type that has fields', () => {
    const without = bodies.filter(([, codec]) => placesIn(codec).length === 0).map(([type]) => type)
    expect(without.sort()).toEqual(['GuardrailRetryRequested', 'LeftAliveByChoice', 'ProvisioningAbandoned', 'RetryRequested'])
    expect(places.length).toBeGreaterThan(100)
  })

  it('are none for a secret: no field is called so but the witness, which takes four words and no other text', () => {
    const suspicious = places.filter(([, path]) => /secret|token|password|passphrase|apikey|(^|[._])keys?($|[._[])/i.test(path))
    expect([...new Set(suspicious.map(([, path]) => path))].sort()).toEqual(['proof.witnesses.secret', 'witnesses.secret'])
    for (const [, , codec] of suspicious) expect(isLeft(codec.decode(secret))).toBe(true)
  })

  it('take free text where people or OpenRouter speak, and nowhere else', () => {
    const free = places.filter(([, , codec]) => codec instanceof t.StringType).map(([, path]) => path)
    expect([...new Set(free)].sort()).toEqual([
      'address',
      'cause',
      'cause.message',
      'label',
      'note',
      'pin.baseUrl',
      'pin.creatorId',
      'spec.tags.*',
      'tags.*',
      'text.happened',
      'text.means',
      'text.next',
    ])
  })

  it('take the text of a key in no other place but identifiers that are ours or OpenRouter’s to choose', () => {
    const taking = places.filter(([, , codec]) => !(codec instanceof t.StringType) && !isLeft(codec.decode(secret)))
    expect([...new Set(taking.map(([, path]) => path))].sort()).toEqual(['owner', 'pin.workspaces[]', 'spec.workspace'])
  })

  it('are strict all through: no object in an event has room for more than its fields', () => {
    const loose = (codec: t.Mixed, inside = false): boolean => {
      if (codec instanceof t.ExactType) return loose(codec.type as t.Mixed, true)
      if (codec instanceof t.InterfaceType)
        return !inside || Object.values(codec.props as t.AnyProps).some((each) => loose(each))
      if (codec instanceof t.UnionType) return (codec.types as ReadonlyArray<t.Mixed>).some((each) => loose(each))
      return false
    }
    expect(bodies.filter(([, codec]) => loose(codec)).map(([type]) => type)).toEqual([])
  })
})
