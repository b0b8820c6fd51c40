import { readFileSync } from 'node:fs'

import { Ajv2020 } from 'ajv/dist/2020.js'
import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as yaml from 'yaml'

import { checkConfig, parseConfig } from '../../../src/adapters/config/check-config.js'
import { baseUrlCodec, baseUrlPattern } from '../../../src/adapters/config/setting-codecs.js'
import { fileKeys } from '../../../src/adapters/config/settings.js'
import { parseBaseUrl } from '../../../src/adapters/openrouter/base-url.js'

const schema: unknown = JSON.parse(readFileSync(new URL('../../../schema/config.schema.json', import.meta.url), 'utf8'))
const bySchema = new Ajv2020({ strict: true }).compile(schema as object)
const byCodec = (value: unknown): boolean =>
  E.isRight(checkConfig(parseConfig(yaml, 'config.yaml', yaml.stringify(value))))

const hosts = fc.constantFrom(
  ...['openrouter.ai', 'a.b-c.example', 'my_service.internal', 'localhost', '127.0.0.1', '127.300.0.1', '10.0.0.1'],
  ...['[::1]', 'a..b', '-a.example', 'a.1', 'user:pass@openrouter.ai', '', 'xn--bcher-kva.example', 'LOCALHOST'],
)
const urls = fc
  .tuple(
    fc.constantFrom('https://', 'http://', 'ftp://', '', 'HTTPS://'),
    hosts,
    fc.constantFrom('', ':1', ':8080', ':65535', ':65536', ':0', ':', ':080', ':x'),
    fc.constantFrom('', '/gateway', '/a/b.c', '/a b', '/%2e', '//'),
    fc.constantFrom('/api/v1', '/api/v1/', '/api/v2', '', '/api/v1?x=1', '/api/v1#x', '/api/v1/keys'),
  )
  .map((parts) => parts.join(''))

const oddNumbers = fc.constantFrom(-1, 0, 1, 1.5, 600_000, 600_001, 3_600_000, 3_600_001, 86_400_000, 86_400_001, 1e20)
const anyValue = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', '12', 'x'.repeat(4097), 'a\0b', [], {}, ['https://openrouter.ai/api/v1']),
  oddNumbers,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: fc.constantFrom(...'aZ9/~. _-é\n') }),
  urls,
)
const keys = fc.oneof(
  { arbitrary: fc.constantFrom(...fileKeys), weight: 9 },
  { arbitrary: fc.constantFrom('home', 'baseurl', 'BASEURL', 'managementKey', '__proto__', 'toString'), weight: 1 },
)
const documents = fc.array(fc.tuple(keys, anyValue), { maxLength: 3 }).map((entries) => Object.fromEntries(entries))

const good = fc.record(
  {
    baseUrl: urls.filter((url) => baseUrlCodec.is(url)),
    masterKeyFile: fc.string({ minLength: 1, maxLength: 40, unit: fc.constantFrom(...'aZ9/~. _-é') }),
    httpTimeoutMs: fc.integer({ min: 1, max: 600_000 }),
    retryBudgetMs: fc.integer({ min: 0, max: 86_400_000 }),
    settleMs: fc.integer({ min: 0, max: 3_600_000 }),
  },
  { requiredKeys: [] },
)

describe('the published JSON Schema of config.yaml', () => {
  it('accepts exactly what the codec accepts', () => {
    const seen = { accepted: 0, refused: 0 }
    fc.assert(
      fc.property(fc.oneof(documents, good), (document) => {
        const accepted = byCodec(document)
        seen[accepted ? 'accepted' : 'refused'] += 1
        expect(bySchema(document), JSON.stringify(document)).toBe(accepted)
      }),
      { numRuns: 2000 },
    )
    expect(seen.accepted).toBeGreaterThan(200)
    expect(seen.refused).toBeGreaterThan(200)
  })

  it('accepts an empty file, and refuses a list', () => {
    expect([bySchema(null), byCodec(null)]).toEqual([true, true])
    expect([bySchema([]), byCodec([])]).toEqual([false, false])
  })

  it('describes every setting of the file and no other', () => {
    const { properties } = schema as { readonly properties: Readonly<Record<string, { readonly pattern?: string }>> }
    expect(Object.keys(properties).sort()).toEqual([...fileKeys, 'alerts'].sort())
    expect(properties['baseUrl']?.pattern).toBe(baseUrlPattern)
  })

  it('takes only base URLs that the client can use', () => {
    fc.assert(
      fc.property(urls, (url) => {
        if (baseUrlCodec.is(url)) expect(E.isRight(parseBaseUrl(url)), url).toBe(true)
      }),
      { numRuns: 2000 },
    )
    expect(baseUrlCodec.is('https://openrouter.ai/api/v1')).toBe(true)
    expect(baseUrlCodec.is('http://127.0.0.1:8080/api/v1')).toBe(true)
    expect(baseUrlCodec.is('http://openrouter.ai/api/v1')).toBe(false)
  })
})
