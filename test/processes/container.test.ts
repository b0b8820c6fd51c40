import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openBench, type Bench } from './bench.js'
import { type BuiltCli, copyBuiltCli } from './built-cli.js'
import { sleep } from './run-cli.js'
import { forget, nothingYet } from './saved-vaults.js'

const recipe = readFileSync(join(import.meta.dirname, '../../examples/watch/Containerfile'), 'utf8')
const script = join(import.meta.dirname, 'container.sh')

const isTried = process.env['LEAN_VAULT_REQUIRE_ALL'] === '1' || (process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0)
if (!isTried) console.warn('skipped: the watcher on a read-only root (only root may make one here)')

const after = (word: string): string => new RegExp(`^(?:HEALTHCHECK .*)?${word} (.*)$`, 'm').exec(recipe)?.[1] ?? ''
const entryPoint = JSON.parse(after('ENTRYPOINT')) as ReadonlyArray<string>

interface Ran {
  readonly code: number | null
  readonly signal: string | null
  readonly out: string
}

interface Container {
  readonly begin: (args: ReadonlyArray<string>, more?: string) => { readonly stop: () => void; readonly out: () => string; readonly ended: Promise<Ran> }
  readonly run: (args: ReadonlyArray<string>, more?: string) => Promise<Ran>
  readonly written: () => ReadonlyArray<string>
}

const containerIn = (folder: string, cli: BuiltCli, bench: Bench): Container => {
  for (const name of ['root', 'vault', 'key', 'tmp']) mkdirSync(join(folder, name), { mode: 0o700 })
  for (const name of ['vault', 'key', 'tmp']) chownSync(join(folder, name), 1000, 1000)
  const app = dirname(dirname(dirname(cli.entry)))
  chmodSync(cli.entry, 0o755)
  const node = dirname(dirname(process.execPath))
  const begin: Container['begin'] = (args, more = '') => {
    const variables = `${after('ENV')} OPENROUTER_BASE_URL=${bench.front.url} NO_COLOR=1 ${more}`
    const child = spawn('unshare', ['--mount', 'sh', script, folder, app, node, variables, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } })
    let out = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (out += text))
    const ended = new Promise<Ran>((resolve) => child.on('close', (code, signal) => resolve({ code, signal, out })))
    return { stop: () => child.kill('SIGTERM'), out: () => out, ended }
  }
  return {
    begin,
    run: (args, more) => begin(args, more).ended,
    written: () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => !path.startsWith('root')).sort(),
  }
}

let cli: BuiltCli
let bench: Bench
let folder: string
beforeAll(async () => {
  cli = copyBuiltCli()
  const nothing = nothingYet()
  bench = await openBench(cli, nothing)
  forget(nothing)
  folder = mkdtempSync(join(tmpdir(), 'lean-vault-container-'))
}, 60_000)
afterAll(async () => {
  await bench.close()
  cli.remove()
  rmSync(folder, { recursive: true, force: true })
})

describe.runIf(isTried)('the container of the examples', { timeout: 60_000 }, () => {
  it('watches on a read-only root as a user without rights, and writes only where the page on operations says', async () => {
    const container = containerIn(folder, cli, bench)
    expect(await container.run(['touch', '/app/x', '/node/x', '/x'])).toMatchObject({ code: 1, out: expect.stringContaining('Read-only file system') as unknown })
    const made = await container.run(['lean-vault', 'init', '--json'], `LEAN_VAULT_MANAGEMENT_KEY=${bench.saved.managementKey}`)
    expect(made).toMatchObject({ code: 0 })
    expect(await container.run(['lean-vault', 'add', 'ci-bot', '--monthly-limit', '5', '--json'])).toMatchObject({ code: 0 })

    const watching = container.begin(entryPoint)
    while (!container.written().includes('tmp/health')) await sleep(50)
    expect(await container.run(['sh', '-c', after('CMD')])).toMatchObject({ code: 0 })
    watching.stop()
    expect(await watching.ended).toMatchObject({ code: 143, signal: null })
    expect(watching.out()).not.toMatch(/EROFS|EACCES|read-only/i)
    expect(container.written().filter((path) => !path.startsWith('vault/home/'))).toEqual(['key', 'key/vault.head', 'key/vault.key', 'tmp', 'tmp/health', 'vault', 'vault/home'])

    const got = await container.run(['lean-vault', 'get', 'ci-bot'])
    expect(got).toMatchObject({ code: 0, out: expect.stringMatching(/^sk-or-v1-[0-9a-f]{64}$/) as unknown })
  })
})
