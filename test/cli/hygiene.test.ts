import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import * as TE from 'fp-ts/lib/TaskEither.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { HttpTransport } from '../../src/index.js'
import * as library from '../../src/index.js'
import { type Bench, makeBench, type Ran } from './bench.js'

let bench: Bench
beforeEach(() => {
  bench = makeBench()
})
afterEach(() => bench.dispose())

/** The ways in which a secret may lie about. Half of one is as bad as all of it. */
const shapesOf = (secret: string): ReadonlyArray<string> => {
  const bare = secret.replace('sk-or-v1-', '')
  const encoded = Buffer.from(secret).toString('base64')
  return [
    secret,
    bare.slice(0, 24),
    bare.slice(-24),
    encoded.slice(0, 32),
    Buffer.from(bare).toString('base64').slice(0, 32),
    Buffer.from(secret).toString('hex').slice(0, 48),
    encodeURIComponent(secret),
    [...secret].reverse().join(''),
  ]
}

const found = (text: string, secrets: ReadonlyArray<string>): ReadonlyArray<string> =>
  secrets.flatMap(shapesOf).filter((shape) => text.includes(shape))

const filesBelow = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())

const secretOf = async (name: string): Promise<string> => (await bench.run(['get', name])).stdout

const commands: ReadonlyArray<string> = [
  'list',
  'list --all',
  'show a',
  'suspend a --reason lost',
  'show a',
  'resume a',
  'history',
  'reconcile',
  'reconcile --dry-run',
  'remove a --dry-run',
  'credentials check',
  'export --yaml',
  'export --dotenv',
  'import --yaml /etc/hostname',
  'config',
  'get missing',
  'add a',
  'add b --monthly-limit 5',
  'remove b --yes',
  'remove a',
  'completion bash',
  'completion zsh',
  'completion fish',
  'version',
  '--help',
]

const faults: ReadonlyArray<string> = [
  '',
  '*:lost-after',
  '*:applied-then-5xx',
  '*:garbage',
  '*:truncated',
  '*:html',
  '*:refuse(401)',
  '*:refuse(422)',
  'POST /keys:garbage',
  'POST /keys:truncated',
  'GET /keys/*:truncated',
]

describe('the search', () => {
  it('finds a secret in each of its disguises', () => {
    const secret = `sk-or-v1-${'0123456789abcdef'.repeat(4)}`
    for (const shape of shapesOf(secret)) expect(found(`before ${shape} after`, [secret])).not.toEqual([])
    expect(found('sk-or-v1-012...def', [secret])).toEqual([])
  })
})

describe('no secret is shown', () => {
  it('by any command but get, in any mode, whatever OpenRouter does', async () => {
    const key = { env: { LEAN_VAULT_MANAGEMENT_KEY: bench.managementKey, LEAN_VAULT_RETRY_BUDGET_MS: '0', LEAN_VAULT_SETTLE_MS: '0' } }
    const texts: Array<string> = []
    const keep = (ran: Ran): void => void texts.push(ran.stdout, ran.stderr)
    keep(await bench.run(['init', '--debug', '--json'], key))
    keep(await bench.run(['add', 'a', '--debug', '--json'], key))
    const secrets = [bench.managementKey, await secretOf('a')]
    for (const spec of faults)
      for (const line of commands)
        for (const mode of [['--debug'], ['--json', '--debug']]) {
          keep(await bench.run([...line.split(' '), ...mode], { ...key, faults: spec, columns: 100, answers: [false] }))
          if (line === 'add b --monthly-limit 5') {
            const own = await bench.run(['get', 'b'], key)
            if (own.exit === 0) secrets.push(own.stdout)
          }
        }
    expect(secrets.length).toBeGreaterThan(2)
    expect(texts.length).toBeGreaterThan(900)
    expect(found(texts.join('\n'), secrets)).toEqual([])
  }, 120_000)

  it('in any file of the vault, nor in that of its key', async () => {
    await bench.run(['init'], { stdin: bench.managementKey })
    await bench.run(['add', 'a', '--tag', 'team=web'])
    await bench.run(['config', 'set', 'settleMs', '5'])
    await bench.run(['add', 'gone'])
    const secrets = [bench.managementKey, await secretOf('a'), await secretOf('gone')]
    await bench.run(['remove', 'gone', '--yes'])
    const files = filesBelow(bench.folder)
    expect(files.length).toBeGreaterThan(2)
    const bad = files.flatMap((path) => found(readFileSync(path, 'latin1'), secrets).map((shape) => `${path}: ${shape}`))
    expect(bad).toEqual([])
  })

  it('by exec, which hands it over by the environment alone and takes our own variables out', async () => {
    await bench.run(['init'], { stdin: bench.managementKey })
    await bench.run(['add', 'a'])
    const secret = await secretOf('a')
    const env = { LEAN_VAULT_MANAGEMENT_KEY: bench.managementKey, LEAN_VAULT_PASSPHRASE: 'hush', PATH: '/bin', OTHER: 'x' }
    const ran = await bench.run(['exec', 'a', '--env', 'MY_KEY', '--debug', '--', 'tool', '--json', 'arg'], { env })
    const [launched] = bench.launched
    expect(launched).toMatchObject({ command: 'tool', args: ['--json', 'arg'] })
    expect(launched?.env['MY_KEY']).toBe(secret)
    expect(launched?.env['OTHER']).toBe('x')
    expect(Object.keys(launched?.env ?? {}).filter((name) => name.startsWith('LEAN_VAULT_'))).toEqual([])
    expect(found(JSON.stringify(launched?.args) + ran.stdout + ran.stderr, [secret, bench.managementKey])).toEqual([])
    expect(found(JSON.stringify(launched?.env), [bench.managementKey])).toEqual([])
  })

  it('by an unexpected failure, with its stack or without', async () => {
    const secret = `sk-or-v1-${createHash('sha256').update('planted').digest('hex')}`
    const broken = { openVault: () => () => Promise.reject(new Error(`broken by ${secret}\u001b[2J`)) }
    for (const flags of [[], ['--debug'], ['--json'], ['--json', '--debug']]) {
      const ran = await bench.run(['list', ...flags], { library: broken })
      expect(ran).toMatchObject({ exit: 1, stdout: '' })
      expect(ran.stderr).toContain('<redacted>')
      expect(ran.stderr).toContain('lean-vault version')
      expect(ran.stderr.includes('debug:     at ')).toBe(flags.includes('--debug'))
      expect(ran.stderr).not.toContain('\u001b')
      expect(found(ran.stderr, [secret])).toEqual([])
    }
  })

  it('by an error that the other side words', async () => {
    await bench.run(['init'], { stdin: bench.managementKey })
    await bench.run(['add', 'a'])
    const secret = await secretOf('a')
    const body = JSON.stringify({ error: { code: 400, message: `bad key ${secret} and ${bench.managementKey}\u0007` } })
    const transport: HttpTransport = () => TE.right({ status: 400, headers: { 'content-type': 'application/json' }, body })
    const openVault: typeof library.openVault = (given) => library.openVault({ ...given, overrides: { transport } })
    for (const line of ['suspend a', 'suspend a --json', 'credentials check', 'remove a --yes', 'history a']) {
      const ran = await bench.run(line.split(' '), { library: { openVault } })
      expect(found(ran.stdout + ran.stderr, [secret, bench.managementKey]), line).toEqual([])
      expect(ran.stdout + ran.stderr).not.toContain('\u0007')
    }
  })

  it('by config, which hides the password of a proxy', async () => {
    const ran = await bench.run(['config', '--json'], { env: { HTTPS_PROXY: 'http://user:p@ss/planted-password@proxy.test:3128' } })
    expect(ran.stdout).toContain('proxy.test:3128')
    expect(ran.stdout).not.toContain('planted-password')
  })

  it('by a mistake in config.yaml that holds one', async () => {
    await bench.run(['init'], { stdin: bench.managementKey })
    for (const line of [`managementKey: ${bench.managementKey}`, `${bench.managementKey}: 1`, `baseUrl: ${bench.managementKey}`]) {
      writeFileSync(join(bench.home, 'config.yaml'), `${line}\n`)
      const ran = await bench.run(['list'])
      expect(ran.exit).toBe(2)
      expect(found(ran.stderr, [bench.managementKey])).toEqual([])
    }
  })
})

describe('get', () => {
  it('prints the secret and not one byte more, also for a suspended key', async () => {
    await bench.run(['init'], { stdin: bench.managementKey })
    await bench.run(['add', 'a'])
    const { stdout, stderr } = await bench.run(['get', 'a'])
    expect(stdout).toMatch(/^sk-or-v1-[0-9a-f]{64}$/)
    expect(stderr).toBe('')
    await bench.run(['suspend', 'a'])
    const warned = await bench.run(['get', 'a', '--quiet'], { columns: 80 })
    expect(warned.stdout).toBe(stdout)
    expect(warned.stderr).toMatch(/^warning: a is suspended/)
    expect(found(warned.stderr, [stdout])).toEqual([])
  })
})
