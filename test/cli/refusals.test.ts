import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Bench, makeBench } from './bench.js'

let bench: Bench
let before: ReadonlyMap<string, string>

/** What the vault holds: its facts, and its files beside the database. */
const contents = async (): Promise<ReadonlyMap<string, string>> => {
  const history = await bench.run(['history', '--json'])
  const files = readdirSync(bench.home).filter((name) => !name.startsWith('vault.db'))
  return new Map([['history', history.stdout], ...files.map((name) => [name, readFileSync(join(bench.home, name), 'utf8')] as const)])
}

beforeAll(async () => {
  bench = makeBench()
  await bench.run(['init'], { env: { LEAN_VAULT_MANAGEMENT_KEY: bench.managementKey } })
  await bench.run(['add', 'k'])
  before = await contents()
})
afterAll(() => bench.dispose())

const usage: ReadonlyArray<string> = [
  'add',
  'add -k',
  'add .k',
  'add _k',
  'add a/b',
  'add a:b',
  'add ä',
  `add ${'n'.repeat(65)}`,
  'add new extra',
  'add new --monthly-limit',
  'add new --monthly-limit -1',
  'add new --monthly-limit=-1',
  'add new --monthly-limit NaN',
  'add new --monthly-limit Infinity',
  'add new --monthly-limit 1e3',
  'add new --monthly-limit 0x10',
  'add new --monthly-limit 1.23456',
  'add new --monthly-limit 1,5',
  'add new --monthly-limit $5',
  'add new --monthly-limit .5',
  'add new --monthly-limit 5.',
  'add new --monthly-limit 1000000000',
  'add new --expires soon',
  'add new --expires 0d',
  'add new --expires -1d',
  'add new --expires 2020-01-01T00:00:00Z',
  'add new --expires 2030-13-01T00:00:00Z',
  'add new --expires 2030-01-01T00:00:00',
  'add new --tag novalue',
  'add new --tag =value',
  'add new --tag a=sk-or-v1-0123456789abcdef',
  'add new --daily-limit=-1',
  'add new --daily-limit 1.23456',
  'add new --monthly-limit 5 --daily-limit 6',
  'add new --alert-threshold 0',
  'add new --alert-threshold 1.5',
  'add new --secret sk-or-v1-0123456789abcdef',
  'get',
  'get a b',
  'get .k',
  'get k --earlier',
  'get k --clip --clear-after 0',
  'open',
  'open .k',
  'list --profile a/b',
  'list extra',
  'list --tag',
  'list --tag x',
  'list --state gone',
  'show',
  'show .k',
  'suspend',
  'suspend .k',
  'suspend k --reason sk-or-v1-0123456789abcdef',
  'resume .k',
  'remove',
  'remove .k --yes',
  'remove k',
  'remove k --no-input',
  'remove k --leaked --local-only --yes',
  'remove k --nonsense --yes',
  'reconcile extra',
  'reconcile --revoke',
  'reconcile --revoke xyz',
  `reconcile --revoke ${'A'.repeat(64)}`,
  'reconcile --adopt abc',
  'history .k',
  'history --since yesterday',
  'history --since 5y',
  'credentials',
  'credentials reset',
  'credentials set',
  'config set',
  'config set settleMs',
  'config set settleMs x',
  'config set settleMs 1.5',
  'config set retryBudgetMs -1',
  'config set httpTimeoutMs 0',
  'config set baseUrl http://openrouter.test/api/v1',
  'config set baseUrl https://other.test/api/v1',
  'config set baseUrl openrouter.test',
  'config set managementKey sk-or-v1-0123456789abcdef',
  'config unset settleMs',
  'sandbox --port 70000',
  'sandbox --port -1',
  'sandbox --port http',
  'sandbox --fault nonsense',
  'completion',
  'completion powershell',
  'rotate k',
  'lits',
  '--nonsense',
  '',
]

describe('a command line that breaks a rule', () => {
  it.each(usage)('%j exits 2 and reaches for nothing', async (line) => {
    const ran = await bench.run(line.split(' ').filter((word) => word !== ''))
    expect({ exit: ran.exit, stdout: ran.stdout, requests: ran.requests }).toEqual({ exit: 2, stdout: '', requests: 0 })
    expect(ran.stderr).toMatch(/^error: .+[.?!]$/m)
    expect(ran.stderr).not.toContain('0123456789abcdef')
  })

  it.each(usage)('%j gives one error document with --json', async (line) => {
    const ran = await bench.run([...line.split(' ').filter((word) => word !== ''), '--json'])
    // A flag that swallows --json as its value leaves nothing to ask for JSON.
    if (/--(monthly-limit|tag|revoke)$/.test(line)) return
    expect({ exit: ran.exit, stdout: ran.stdout }).toEqual({ exit: 2, stdout: '' })
    const { error } = JSON.parse(ran.stderr.trimEnd().split('\n').at(-1) ?? '') as { readonly error: Record<string, unknown> }
    expect(Object.keys(error)).toEqual(['tag', 'message', 'retryable', 'hint', 'details'])
    expect(error).toMatchObject({ tag: expect.stringMatching(/^[A-Z]/), message: expect.stringMatching(/./), retryable: false })
  })

  it('changes nothing', async () => {
    expect(await contents()).toEqual(before)
    expect(existsSync(join(bench.home, 'config.yaml'))).toBe(false)
  })
})

describe('a setting that breaks its rule', () => {
  it.each([
    ['LEAN_VAULT_HTTP_TIMEOUT_MS', '0'],
    ['LEAN_VAULT_RETRY_BUDGET_MS', 'x'],
    ['LEAN_VAULT_SETTLE_MS', '-5'],
    ['OPENROUTER_BASE_URL', 'http://openrouter.test/api/v1'],
    ['OPENROUTER_BASE_URL', 'https://openrouter.test/'],
    ['OPENROUTER_BASE_URL', 'https://user:pass@openrouter.test/api/v1'],
  ])('%s=%s exits 2, and names it', async (name, value) => {
    const ran = await bench.run(['get', 'k'], { env: { [name]: value } })
    expect(ran).toMatchObject({ exit: 2, stdout: '', requests: 0 })
    expect(ran.stderr).toContain(name)
  })

  it('of config.yaml exits 2, and names file, line and field', async () => {
    writeFileSync(join(bench.home, 'config.yaml'), '# ours\nsettleMs: 5\nhttpTimeout: 7\n')
    const ran = await bench.run(['get', 'k'])
    writeFileSync(join(bench.home, 'config.yaml'), '')
    expect(ran).toMatchObject({ exit: 2, stdout: '' })
    expect(ran.stderr).toContain(`${join(bench.home, 'config.yaml')}:3: httpTimeout is not a setting; did you mean httpTimeoutMs?`)
  })
})

describe('another host than the pinned one', () => {
  const elsewhere = { env: { OPENROUTER_BASE_URL: 'https://elsewhere.test/api/v1' } }

  it.each(['add new', 'suspend k', 'resume k', 'remove k --yes', 'remove k --dry-run', 'reconcile', 'credentials check'])(
    'is refused by %s with 2, and nothing is sent',
    async (line) => {
      const ran = await bench.run(line.split(' '), elsewhere)
      expect(ran).toMatchObject({ exit: 2, stdout: '', requests: 0 })
      expect(ran.stderr).toContain('https://elsewhere.test/api/v1')
    },
  )

  it.each(['get k', 'list', 'show k', 'history'])('does not matter to %s, which stays here', async (line) => {
    expect(await bench.run(line.split(' '), elsewhere)).toMatchObject({ exit: 0, requests: 0 })
  })
})
