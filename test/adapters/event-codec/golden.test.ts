import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { isRight } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { alertEventCodec, keyEventCodec, spendEventCodec, vaultEventCodec } from '../../../src/adapters/event-codec/event-codec.js'
import type { NewRecord } from '../../../src/application/ports/event-log.js'
import { alertSamples, keySamples, laterKeySamples, spendSamples, vaultSamples } from './samples.js'

const schema = 1
const folder = fileURLToPath(new URL('golden', import.meta.url))

interface Golden {
  readonly path: string
  readonly encoded: ReadonlyArray<NewRecord>
  readonly decodes: (record: NewRecord) => unknown
  readonly events: ReadonlyArray<unknown>
}

const stored = { sequence: 1, version: 1 }

const goldens: ReadonlyArray<Golden> = [
  ...[...Object.entries(keySamples).map(([type, events]) => [`${type}.v${schema}`, events] as const), ...Object.entries(laterKeySamples)].map(
    ([name, events]): Golden => ({
      path: `key/${name}.json`,
      encoded: events.map(keyEventCodec.encode),
      decodes: (record) => {
        const decoded = keyEventCodec.decode({ ...stored, stream: 'key/k', ...record })
        return isRight(decoded) ? decoded.right : decoded.left
      },
      events,
    }),
  ),
  ...Object.entries(vaultSamples).map(
    ([type, events]): Golden => ({
      path: `vault/${type}.v${schema}.json`,
      encoded: events.map(vaultEventCodec.encode),
      decodes: (record) => {
        const decoded = vaultEventCodec.decode({ ...stored, stream: 'vault', ...record })
        return isRight(decoded) ? decoded.right : decoded.left
      },
      events,
    }),
  ),
  ...Object.entries(spendSamples).map(
    ([type, events]): Golden => ({
      path: `spend/${type}.v${schema}.json`,
      encoded: events.map(spendEventCodec.encode),
      decodes: (record) => {
        const decoded = spendEventCodec.decode({ ...stored, stream: 'spend/k#1/2027-01', ...record })
        return isRight(decoded) ? decoded.right : decoded.left
      },
      events,
    }),
  ),
  ...Object.entries(alertSamples).map(
    ([type, events]): Golden => ({
      path: `alert/${type}.v${schema}.json`,
      encoded: events.map(alertEventCodec.encode),
      decodes: (record) => {
        const decoded = alertEventCodec.decode({ ...stored, stream: 'alert/account', ...record })
        return isRight(decoded) ? decoded.right : decoded.left
      },
      events,
    }),
  ),
]

/** Writes the file of an event type that has none yet. One that is there is never written again: it is what vaults hold. */
const freeze = ({ path, encoded }: Golden): void => {
  mkdirSync(`${folder}/${path.split('/')[0] ?? ''}`, { recursive: true })
  if (!existsSync(`${folder}/${path}`)) writeFileSync(`${folder}/${path}`, `${JSON.stringify(encoded, null, 2)}\n`, { flag: 'wx' })
}

if (process.env['LEAN_VAULT_FREEZE_NEW_EVENTS'] === '1') for (const golden of goldens) freeze(golden)

const frozen = (path: string): ReadonlyArray<NewRecord> => JSON.parse(readFileSync(`${folder}/${path}`, 'utf8'))

describe.each(goldens.map((golden) => [golden.path, golden] as const))('%s', (path, golden) => {
  it('is there; a new event type is frozen with LEAN_VAULT_FREEZE_NEW_EVENTS=1', () => {
    expect(existsSync(`${folder}/${path}`)).toBe(true)
  })

  it('is still what is written, byte for byte', () => {
    expect(golden.encoded).toEqual(frozen(path))
  })

  it('is still read as what it was', () => {
    expect(frozen(path).map(golden.decodes)).toEqual(golden.events)
  })
})

describe('the golden files', () => {
  it('are of event types and schemas that are known: none was renamed or dropped', () => {
    const there = ['key', 'vault', 'alert', 'spend'].flatMap((kind) => readdirSync(`${folder}/${kind}`).map((file) => `${kind}/${file}`))
    expect(there.sort()).toEqual(goldens.map((golden) => golden.path).sort())
  })
})
