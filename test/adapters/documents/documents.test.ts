import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as yaml from 'yaml'

import { type ExportFormat, formatExport } from '../../../src/adapters/documents/format-export.js'
import { parseDotenv, readDotenv } from '../../../src/adapters/documents/read-dotenv.js'
import { parseVaultDocument, readVaultDocument } from '../../../src/adapters/documents/read-vault-document.js'
import type { ForeignKey, ForeignVault } from '../../../src/application/ports/foreign-vault.js'
import type { ExportedKey } from '../../../src/application/transfer-reports.js'
import { reveal, secret } from '../../../src/application/secret.js'
import { runs } from '../../support/fc-runs.js'

const hex = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length }).map((all) => all.join(''))

const anyName = fc.oneof(
  fc.constantFrom('true', 'null', '1e3', '123', '0x10', 'no', 'my-key', 'my.key', 'MY_KEY', 'my_key', '2026-01-01', '1_000'),
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/),
)

const anyValue = (name: string): fc.Arbitrary<ExportedKey['value']> =>
  fc.oneof(
    fc.constant(null),
    hex(64).map((text) => secret(`sk-or-v1-${text}`)),
    fc.record({
      ref: fc.record({ stream: fc.constant(`key/${name}`), owner: fc.nat({ max: 99 }).map((n) => `${name}#${String(n + 1)}`), generation: fc.integer({ min: 1, max: 9 }) }),
      keyId: hex(16),
      bytes: fc.uint8Array({ minLength: 40, maxLength: 120 }),
    }),
  )

const amount = fc.option(fc.integer({ min: 0, max: 1_000_000 }).map((cents) => cents / 100))

const anyKey: fc.Arbitrary<ExportedKey> = anyName.chain((name) =>
  fc.record({
    name: fc.constant(name),
    hash: hex(64),
    value: anyValue(name),
    state: fc.constant('active' as const),
    schedule: fc.record({ rotateAfter: fc.constantFrom(null, 'off', '12h', '90d'), rotate: fc.constantFrom(null, 'on' as const, 'off' as const) }),
    limits: fc.record({ monthlySpend: amount, dailySpend: amount, alertThreshold: amount, alertThresholds: fc.constant([]) }),
    usage: fc.constant({ currentMonth: 45.2, currentDay: null, lastUpdated: '2024-03-20T15:04:05.000Z', stale: false }),
    tags: fc.dictionary(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,10}$/).filter((key) => key !== '__proto__'), fc.string({ maxLength: 12, unit: 'binary' }).filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text)), { maxKeys: 3 }),
  }),
)

const anyKeys = fc.uniqueArray(anyKey, { selector: ({ name }) => name, maxLength: 6 })

const comparable = (value: ForeignKey['secret']): unknown => {
  if (value === null) return null
  return 'bytes' in value ? { ...value, bytes: [...value.bytes] } : reveal(value)
}

const written = async (keys: ReadonlyArray<ExportedKey>, format: ExportFormat): Promise<string> => {
  const text = await formatExport({ keys, skipped: [], withSecrets: true }, format)()
  if (E.isLeft(text)) throw new Error('it should be written')
  return text.right
}

const parsed = (read: E.Either<unknown, ForeignVault>): ForeignVault => {
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left))
  return read.right
}

describe('an export that is read again', () => {
  it.each(['yaml', 'json'] as const)('as %s has the same names, hashes, values, limits, tags and schedules', async (format) => {
    await fc.assert(
      fc.asyncProperty(anyKeys, async (keys) => {
        const read = parsed(parseVaultDocument(yaml, 'x', await written(keys, format)))
        expect(read.unreadable).toEqual([])
        const order = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1)
        expect(read.keys.map((key) => ({ ...key, secret: comparable(key.secret) })).sort(order)).toEqual(
          keys
            .map(({ name, hash, value, tags, schedule, limits: { monthlySpend, dailySpend, alertThreshold } }) => ({
              name,
              id: hash,
              secret: comparable(value),
              tags,
              schedule: Object.fromEntries(Object.entries(schedule ?? {}).filter(([, said]) => said !== null)),
              limits: { monthlySpend, dailySpend, alertThreshold },
            }))
            .sort(order),
        )
      }),
      runs(150),
    )
  })

  it('as dotenv has the same names, hashes and values, and no variable twice', async () => {
    await fc.assert(
      fc.asyncProperty(anyKeys, async (keys) => {
        const text = await written(keys, 'dotenv')
        const read = parsed(parseDotenv('x', text))
        expect(read.keys.map(({ name, id, secret: value }) => [name, id, comparable(value)])).toEqual(
          keys.map(({ name, hash, value }) => [name, hash, comparable(value)]),
        )
        const variables = text.split('\n').flatMap((line) => /^([^#=]+)=/.exec(line)?.[1] ?? [])
        expect(new Set(variables).size).toBe(keys.length)
        expect(variables.every((variable) => /^[A-Z_][A-Z0-9_]*$/.test(variable))).toBe(true)
      }),
      runs(150),
    )
  })
})

const key = `sk-or-v1-${'1'.repeat(64)}`

describe('a vault document', () => {
  it.each([
    ['a: [', 'x:1'],
    ['- a\n- b\n', 'x:1'],
    [`a:\n  value: ${key}\na:\n  value: ${key}\n`, 'x:3'],
  ])('that is none is refused with its line: %j', (text, field) => {
    expect(parseVaultDocument(yaml, 'x', text)).toMatchObject({ _tag: 'Left', left: { _tag: 'InvalidInput', field } })
  })

  it('names the line and field of what is wrong with an entry, and reads all others', () => {
    const text = [
      `good: {value: ${key}, usage: {any: thing}, more: 1}`,
      'number:\n  value: 5',
      `limits:\n  value: ${key}\n  limits:\n    monthly_spend: -1`,
      `alias:\n  value: &v ${key}\n  id: *v`,
      'words: {value: hello}',
      'list: [1]',
    ].join('\n')
    const read = parsed(parseVaultDocument(yaml, 'x', text))
    expect(read.keys.map(({ name }) => name)).toEqual(['good'])
    expect(read.unreadable).toEqual([
      { name: 'number', reason: 'line 3: value must be text' },
      { name: 'limits', reason: 'line 7: limits.monthly_spend must be a number that is not negative, or null' },
      { name: 'alias', reason: 'line 10: id must be text' },
      { name: 'words', reason: 'holds no OpenRouter key and no sealed one' },
      { name: 'list', reason: 'line 12: must be a map with the key\'s value' },
    ])
  })

  it('that is empty has no keys', () => {
    expect(parsed(parseVaultDocument(yaml, 'x', '# nothing\n')).keys).toEqual([])
  })
})

describe('a dotenv file', () => {
  it('is read with quotes, export, comments and line ends of any kind', () => {
    const text = `\ufeff# settings\r\nexport CI_BOT='${key}' # ours\r\nOTHER_KEY = ${key}2 # old\n# key: Team.Alpha\nX="${key}3"\nPORT=80\n`
    const read = parsed(parseDotenv('x', text))
    expect(read.keys.map(({ name, secret: value }) => [name, comparable(value)])).toEqual([
      ['ci-bot', key],
      ['other-key', `${key}2`],
      ['Team.Alpha', `${key}3`],
    ])
    expect(read.unreadable).toEqual([{ name: 'PORT', reason: 'holds no OpenRouter key and no sealed one' }])
  })

  it('is refused with the line that is no assignment, and shows nothing of it', () => {
    const read = parseDotenv('x', `A=${key}\n${key}\n`)
    expect(read).toMatchObject({ _tag: 'Left', left: { field: 'x:2' } })
    expect(JSON.stringify(read)).not.toContain(key)
  })
})

describe('a file', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lean-vault-documents-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each([
    ['that is not there', 'missing', 'is not there'],
    ['that is a folder', '.', 'cannot be read (EISDIR)'],
    ['that is a device', '/dev/zero', 'is not a plain file of a credible size'],
  ])('%s is refused by name', async (_, name, rule) => {
    const path = name.startsWith('/') ? name : join(folder, name)
    for (const read of [await readVaultDocument(path)(), await readDotenv(path)()]) {
      expect(read).toMatchObject({ _tag: 'Left', left: { _tag: 'InvalidInput', field: path } })
      if (name !== '.') expect(read).toMatchObject({ left: { rule } })
    }
  })

  it('is read', async () => {
    writeFileSync(join(folder, 'keys.yaml'), `a: {value: ${key}}\n`)
    expect(parsed(await readVaultDocument(join(folder, 'keys.yaml'))()).keys).toHaveLength(1)
  })
})
