import { createSecretKey } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import * as E from 'fp-ts/lib/Either.js'
import * as yaml from 'yaml'

import { parseEdit } from '../../src/adapters/config/edit-config.js'
import { checkConfig, parseConfig } from '../../src/adapters/config/check-config.js'
import { parseDotenv } from '../../src/adapters/documents/read-dotenv.js'
import { parseVaultDocument } from '../../src/adapters/documents/read-vault-document.js'
import { fromSealedText } from '../../src/adapters/documents/sealed-text.js'
import { packBackup, unpackBackup } from '../../src/adapters/backup/container.js'
import { alertEventCodec, keyEventCodec, spendEventCodec, vaultEventCodec } from '../../src/adapters/event-codec/event-codec.js'
import { parseGoDocument } from '../../src/adapters/go-vault/parse-go-document.js'
import { readSlot, writeSlot } from '../../src/adapters/head-file/head-slots.js'
import { formatKeyFile, parseKeyFile } from '../../src/adapters/key-file/key-file-format.js'
import { newDataKey, unwrapRing, wrapRing } from '../../src/adapters/sealing/key-ring.js'
import { readLock } from '../../src/adapters/sealing/lock.js'
import { parseBaseUrl } from '../../src/adapters/openrouter/base-url.js'
import { proxyFor } from '../../src/adapters/openrouter/proxy.js'
import * as answers from '../../src/adapters/openrouter/response.js'
import { retryAfterIn } from '../../src/adapters/openrouter/retry-after.js'
import { parseFaultSpec } from '../../src/adapters/sandbox/fault-spec.js'
import { createAccount, mintManagementKey } from '../../src/adapters/simulated-openrouter/create-account.js'
import { handle } from '../../src/adapters/simulated-openrouter/handle.js'
import { parseExpiry, parseLimit, parseName, parseNote, parseSince, parseTags } from '../../src/application/use-cases/input.js'
import { parseEnvFile } from '../../src/cli/env-file.js'
import type { VaultId } from '../../src/domain/shared/identifiers.js'
import { fromDecimalDollars } from '../../src/domain/shared/picodollars.js'
import { at, hashOf, ok, sha256 } from '../adapters/openrouter/fakes.js'
import { testAuthenticator } from '../support/log-authenticator.js'

/** A parser under fuzz: valid inputs to start from, and the parse. It answers by values; a throw is a defect. */
export interface Target {
  readonly name: string
  readonly samples: ReadonlyArray<string>
  readonly parse: (input: string) => ReadonlyArray<E.Either<unknown, unknown>>
}

const folder = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

const filesIn = (path: string): ReadonlyArray<string> =>
  readdirSync(folder(path))
    .filter((file) => file.endsWith('.json'))
    .map((file) => readFileSync(`${folder(path)}/${file}`, 'utf8'))

interface Stored {
  readonly type: string
  readonly schema: number
  readonly at: number
  readonly data: string
}

/** A record as one text, so that its type and schema are mutated as well as its data. */
const records = (path: string): ReadonlyArray<string> =>
  filesIn(path).flatMap((text) => {
    const stored: ReadonlyArray<Stored> = JSON.parse(text)
    return stored.map(({ type, schema, data }) => `${type}\n${String(schema)}\n${data}`)
  })

const recordOf = (input: string, stream: string) => {
  const [type = '', schema = '', ...data] = input.split('\n')
  return { sequence: 1, version: 1, stream, type, schema: Number(schema), at: at('2026-08-19T10:00:00Z'), data: data.join('\n') }
}

const statuses = [200, 201, 400, 401, 403, 404, 408, 429, 500, 503]

/** The first line is the status, the second a header, the rest the body. */
const responses = (path: string): ReadonlyArray<string> =>
  filesIn(path).flatMap((text) => {
    const { body }: { readonly body: unknown } = JSON.parse(text)
    return statuses.map((status) => `${String(status)}\n7\n${JSON.stringify(body)}`)
  })

const responseOf = (input: string) => {
  const [status = '', retryAfter = '', ...body] = input.split('\n')
  const read = Number.parseInt(status, 10)
  return {
    status: read >= 100 && read <= 599 ? read : 200,
    headers: { 'retry-after': retryAfter, date: 'Wed, 19 Aug 2026 10:00:00 GMT', 'content-type': 'application/json' },
    body: body.join('\n'),
  }
}

const reads = [
  answers.readIdentity,
  answers.readWorkspaces,
  answers.readKeys,
  answers.readKey(hashOf('k')),
  answers.readStatus(hashOf('k')),
  answers.readCreated,
  answers.readDeleted,
  answers.readSecretAnswer,
  answers.readCredits,
  answers.readGuardrail,
  answers.readGuardrails,
  answers.readAssignments,
  answers.readAssigned,
]

const { account, secret: managementKey } = mintManagementKey(
  sha256,
  createAccount(sha256, { seed: 'fuzz', at: 0, workspaces: ['staging'], settings: {} }),
)

const asked = [
  'POST\n/keys\n{"name":"k","limit":0,"include_byok_in_limit":true,"expires_at":"2027-01-31T00:00:00Z"}',
  `PATCH\n/keys/${hashOf('k')}\n{"disabled":true,"limit":0.01,"limit_reset":"monthly"}`,
  'GET\n/keys\n',
  'GET\n/workspaces\n',
  'POST\n/guardrails\n{"name":"g","limit_usd":5,"reset_interval":"daily"}',
  'POST\n/chat/completions\n{"model":"m","messages":[{"role":"user","content":"x"}]}',
]

const askSandbox = (input: string): E.Either<unknown, unknown> => {
  const [method = '', path = '', ...body] = input.split('\n')
  const request = { method, path, query: { offset: path.slice(-2), workspace_id: path }, bearer: managementKey, body: body.join('\n') }
  const { response } = handle(sha256, account, request, 1)
  JSON.parse(response.body === '' ? 'null' : response.body)
  return response.status >= 500 ? E.left('the simulated service broke down') : E.right(response)
}

const spendRecords = [
  'UsageObserved\n1\n{"total":"5000000000000","day":"1","week":null,"month":"5000000000000"}',
  'ReadingSuspected\n1\n{"reason":"shrunken","total":null}',
  'CostReported\n1\n{"generation":"gen-1","cost":"12"}',
  'SpendMonthClosed\n1\n{"total":"9","spent":null}',
]

const vault = '0'.repeat(32) as VaultId
const vaultKey = createSecretKey(Buffer.alloc(32, 7))
const wrapped = wrapRing(vaultKey, vault, [newDataKey()], null)
const backup = Buffer.from(packBackup({ vault, madeAt: '2026-08-19T10:00:00Z', parts: new Map([['vault.db', Buffer.from('a vault')]]) })).toString('latin1')
const head = writeSlot(testAuthenticator, { sequence: 7, hash: 'a'.repeat(64) }) ?? ''

const now = at('2026-08-19T10:00:00Z')
const base = ok(parseBaseUrl('https://openrouter.ai/api/v1'))

/** Every parser of text from outside. Whole command lines have a test of their own, `test/cli/any-words.test.ts`. */
export const targets: ReadonlyArray<Target> = [
  {
    name: 'config.yaml',
    samples: ['baseUrl: https://openrouter.ai/api/v1\nhttpTimeoutMs: 30000 # one request\nretryBudgetMs: 0\n', 'settleMs: "5"\n', '{masterKeyFile: /k}'],
    parse: (input) => [checkConfig(parseConfig(yaml, 'config.yaml', input))],
  },
  {
    name: 'config set',
    samples: ['httpTimeoutMs 30000', 'baseUrl https://openrouter.ai/api/v1'],
    parse: (input) => [parseEdit(input.split(' ')[0] ?? '', input.split(' ').slice(1).join(' '))],
  },
  { name: 'events of keys', samples: records('adapters/event-codec/golden/key'), parse: (input) => [keyEventCodec.decode(recordOf(input, 'key/k'))] },
  { name: 'events of the vault', samples: records('adapters/event-codec/golden/vault'), parse: (input) => [vaultEventCodec.decode(recordOf(input, 'vault'))] },
  {
    name: 'answers of OpenRouter',
    samples: [...responses('adapters/openrouter/samples/successes'), ...responses('adapters/openrouter/samples/errors')],
    parse: (input) => reads.map((read) => read(responseOf(input))),
  },
  { name: 'events of alerts', samples: records('adapters/event-codec/golden/alert'), parse: (input) => [alertEventCodec.decode(recordOf(input, 'alert/k#1'))] },
  { name: 'events of spend', samples: spendRecords, parse: (input) => [spendEventCodec.decode(recordOf(input, 'spend/k#1/2026-08'))] },
  {
    name: 'documents of the Go tool',
    samples: ['secrets:\n  dev:\n    value: AAAA\n    id: "00ff"\n  _MAIN_OPENROUTER_PROVISIONING_KEY_:\n    value: BBBB\ncurrentkeyid: x\nkeyversions: {x: {id: x, key: [1, 2], createdat: 2024-03-20T15:04:05Z}}\n'],
    parse: (input) => [parseGoDocument(yaml, 'secrets.vault', input)],
  },
  { name: 'backups', samples: [backup], parse: (input) => [unpackBackup(Buffer.from(input, 'latin1'))] },
  { name: 'remembered heads', samples: [head], parse: (input) => [E.right(readSlot(testAuthenticator, input))] },
  {
    name: 'wrapped keys',
    samples: wrapped.keys.map(({ bytes }) => Buffer.from(bytes).toString('latin1')),
    parse: (input) => [unwrapRing(vaultKey, vault, { lock: null, keys: wrapped.keys.map(({ keyId }) => ({ keyId, bytes: Buffer.from(input, 'latin1') })) })],
  },
  { name: 'env files', samples: ['# all\nexport OPENAI_API_KEY=lv://my-key\nNAME="a\\n\'b\'" # why\nEMPTY=\n'], parse: (input) => [parseEnvFile(input)] },
  { name: 'Retry-After', samples: ['7', 'Wed, 19 Aug 2026 10:00:30 GMT'], parse: (input) => [E.right(retryAfterIn({ 'retry-after': input, date: input }))] },
  { name: 'base URLs', samples: ['https://openrouter.ai/api/v1', 'http://127.0.0.1:8080/api/v1', 'http://[::1]/api/v1'], parse: (input) => [parseBaseUrl(input)] },
  {
    name: 'proxies',
    samples: ['http://user:pa%40ss@proxy.example:3128', 'https://[::1]:443', 'proxy:80'],
    parse: (input) => [proxyFor(base, { httpsProxy: input, noProxy: null }), proxyFor(base, { httpsProxy: 'http://p', noProxy: input })],
  },
  {
    name: 'vault documents',
    samples: [
      `my-key:\n  value: "sk-or-v1-${'1'.repeat(64)}"\n  id: "${'a'.repeat(64)}"\n  limits:\n    monthly_spend: 100.00\n    daily_spend: null\n    alert_threshold: 0.8\n  usage:\n    last_updated: "2024-03-20T15:04:05Z"\n  tags:\n    team: web\n`,
      `{"a":{"value":"lean-vault-sealed:00ff:a#1:1:${'A'.repeat(64)}","id":null},"b":{"value":null}}`,
    ],
    parse: (input) => [parseVaultDocument(yaml, 'keys.yaml', input)],
  },
  {
    name: 'dotenv files',
    samples: [`# key: my-key ${'a'.repeat(64)}\nMY_KEY="sk-or-v1-${'1'.repeat(64)}"\nexport OTHER=sk-or-v1-22222222 # old\n\nPORT=80\n`],
    parse: (input) => [parseDotenv('.env', input)],
  },
  { name: 'sealed texts', samples: [`lean-vault-sealed:00ff:a#1:1:${'A'.repeat(64)}`], parse: (input) => [E.right(fromSealedText(input))] },
  { name: 'key files', samples: [formatKeyFile([Buffer.alloc(32, 7)])], parse: (input) => [parseKeyFile(input)] },
  { name: 'locks', samples: ['{"version":1,"source":{"kind":"key-file"},"recipients":[{"recipient":"age1x","label":null}],"box":"AA=="}'], parse: (input) => [readLock(input)] },
  { name: 'fault plans', samples: ['POST /keys:lost-after@1, DELETE /keys/*:5xx-before(503)*3', '*:slow(50)%10'], parse: (input) => [parseFaultSpec(input)] },
  { name: 'requests to the sandbox', samples: asked, parse: (input) => [askSandbox(input)] },
  { name: 'names', samples: ['my-key', 'A.b_c-9'], parse: (input) => [parseName(input)] },
  { name: 'amounts', samples: ['25', '12.5000', '0'], parse: (input) => [parseLimit('limit', input), fromDecimalDollars(input)] },
  { name: 'moments', samples: ['90d', '2027-01-31T00:00:00Z', '2027-01-31', '12h'], parse: (input) => [parseExpiry(input, now), parseSince(input, now)] },
  { name: 'tags and notes', samples: ['team=web', 'a/b.c=d e'], parse: (input) => [parseTags({ [input.split('=')[0] ?? '']: input }), parseNote(input)] },
]
