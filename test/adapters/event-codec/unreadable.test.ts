import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { keyEventCodec, vaultEventCodec } from '../../../src/adapters/event-codec/event-codec.js'
import type { EventCodec } from '../../../src/application/ports/event-codec.js'
import type { EventRecord, NewRecord } from '../../../src/application/ports/event-log.js'
import type { Instant } from '../../../src/domain/shared/instant.js'
import { runs } from '../../support/fc-runs.js'
import { anyText } from '../../support/value-arbitraries.js'
import { keySamples, vaultSamples } from './samples.js'

const canary = 'sk-or-v1-c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00'

type Decoder = Pick<EventCodec<unknown>, 'decode'>

const stored = (record: NewRecord, stream: string): EventRecord => ({ sequence: 5, stream, version: 2, ...record })

type Sample = readonly [string, Decoder, EventRecord]

const samples: ReadonlyArray<Sample> = [
  ...Object.values(keySamples)
    .flat()
    .map((event): Sample => [event.type, keyEventCodec, stored(keyEventCodec.encode(event), 'key/k')]),
  ...Object.values(vaultSamples)
    .flat()
    .map((event): Sample => [event.type, vaultEventCodec, stored(vaultEventCodec.encode(event), 'vault')]),
]

type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }
type Path = ReadonlyArray<string | number>

/** The paths of a value and of everything in it. */
const pathsIn = (value: Json): ReadonlyArray<Path> => {
  if (typeof value !== 'object' || value === null) return [[]]
  const inner = Object.entries(value).flatMap(([key, each]: readonly [string, Json]) => pathsIn(each).map((path) => [key, ...path]))
  return [[], ...inner]
}

const planted = (value: Json, path: Path, what: Json | undefined): Json | undefined => {
  const [key, ...rest] = path
  if (key === undefined) return what
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, Json | undefined> = { ...(value as Record<string, Json>) }
  copy[key] = planted(copy[key] ?? null, rest, what)
  if (!Array.isArray(value)) return copy as Json
  return Object.values(copy).flatMap((each) => (each === undefined ? [] : [each]))
}

const names: ReadonlySet<string> = new Set(
  samples.flatMap(([, , record]) => pathsIn(JSON.parse(record.data)).flatMap((path) => path.map(String))),
)

/** What somebody, or a fault, may have put where a value belongs. */
const intruders: ReadonlyArray<readonly [string, Json | undefined]> = [
  ['the secret', canary],
  ['a list of it', [canary]],
  ['an object of it', { [canary]: { [canary]: canary } }],
  ['a dictionary of it', { [canary]: 7 }],
  ['a number', -0.5],
  ['nothing at all', undefined],
]

describe('an event with something else in a field', () => {
  it.each(samples)('is refused without a word of what was found, or taken as free text: %s', (_, codec, record) => {
    const data: Json = JSON.parse(record.data)
    for (const path of pathsIn(data))
      for (const [what, intruder] of intruders) {
        const text = JSON.stringify(planted(data, path, intruder)) as string | undefined
        const decoded = codec.decode({ ...record, data: text ?? '' })
        if (isRight(decoded)) continue
        const { left } = decoded
        const said = JSON.stringify(left)
        expect(said, `${what} at ${path.join('.')}`).not.toContain(canary)
        expect(said).not.toContain('c0ffee')
        expect(left).toMatchObject({ _tag: 'UnreadableEvent', stream: record.stream, version: record.version })
        // It names a field by its path from the root, and nothing in the path is anything but a name of ours.
        const [field = '', expected = ''] = left.problem.split(' should be ')
        expect(field.split('.').filter((part) => !names.has(part) && !/^(\d*|\*)$/.test(part))).toEqual([])
        expect(expected.length).toBeGreaterThan(0)
      }
  })

  it.each(samples)('says where: the name of the outermost field is in the message, %s', (_, codec, record) => {
    const data: Json = JSON.parse(record.data)
    for (const path of pathsIn(data)) {
      if (path.length !== 1) continue
      const decoded = codec.decode({ ...record, data: JSON.stringify(planted(data, path, { [canary]: 7 })) })
      expect(isLeft(decoded)).toBe(true)
      if (isLeft(decoded)) expect(decoded.left.problem.startsWith(String(path[0]))).toBe(true)
    }
  })
})

describe('a record that is no event of ours', () => {
  const [, , known] = samples[0]!

  it.each(['', 'Nothing', 'provisioned', 'toString', '__proto__', 'constructor', 'hasOwnProperty', canary])(
    'is refused for its type: %j',
    (type) => {
      for (const codec of [keyEventCodec, vaultEventCodec]) {
        const decoded = codec.decode({ ...known, type })
        expect(decoded).toMatchObject({ _tag: 'Left', left: { problem: 'it was written by a newer version of Lean Vault' } })
      }
    },
  )

  it.each([0, 2, -1, 1.5, Number.NaN])('is refused for its schema: %d', (schema) => {
    for (const [, codec, record] of samples)
      expect(codec.decode({ ...record, schema })).toMatchObject({
        left: { problem: 'it was written by a newer version of Lean Vault' },
      })
  })

  it('is refused in the other kind of stream', () => {
    for (const [type, codec, record] of samples) {
      const other = codec === keyEventCodec ? vaultEventCodec : keyEventCodec
      expect(isLeft(other.decode(record)), type).toBe(true)
    }
  })

  it.each(['', '{', 'null', '[]', '7', `"${canary}"`, '{}garbage', '\u0000', `{"${canary}`, 'undefined'])(
    'is refused for data that is no object: %j',
    (data) => {
      for (const [type, codec, record] of samples) {
        const decoded = codec.decode({ ...record, data })
        expect(isLeft(decoded), `${type} ${data}`).toBe(true)
        expect(JSON.stringify(decoded)).not.toContain('c0ffee')
      }
    },
  )

  it('never makes the codec throw', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.oneof(anyText, fc.json()),
        fc.integer(),
        ([, codec, record], data, at) => {
          codec.decode({ ...record, data, at: at as Instant })
        },
      ),
      runs(1000),
    )
  })

  it('is not taken when bytes of it are flipped into something that its fields do not allow', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.nat(), fc.nat({ max: 255 }), ([, codec, record], where, byte) => {
        const bytes = Buffer.from(record.data)
        bytes[where % bytes.length] = byte
        const decoded = codec.decode({ ...record, data: bytes.toString() })
        if (isLeft(decoded)) expect(decoded.left.problem.length).toBeLessThan(200)
      }),
      runs(1000),
    )
  })
})
