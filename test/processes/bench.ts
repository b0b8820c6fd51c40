import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { isLeft } from 'fp-ts/lib/Either.js'

import { startSandbox } from '../../src/adapters/sandbox/start-sandbox.js'
import type { Account } from '../../src/adapters/simulated-openrouter/account.js'
import type { World } from '../../src/adapters/simulated-openrouter/world.js'
import type { BuiltCli } from './built-cli.js'
import { type Front, startFront } from './front.js'
import { type Ended, type Point, type Running, startCli } from './run-cli.js'

/** A vault and its account as they once were, to begin trials from. */
export interface Saved {
  readonly folder: string
  readonly account: Account
  readonly managementKey: string
  readonly vaultId: string
  /** Remote keys that are none of this vault's business. */
  readonly foreign: ReadonlyArray<string>
  /** All secrets that were given out so far. */
  readonly secrets: ReadonlyArray<string>
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly point?: Point
  readonly under?: ReadonlyArray<string>
}

/** A private machine: a home with a vault, and an OpenRouter of its own behind a front that a test controls. */
export interface Bench {
  readonly folder: string
  readonly home: string
  readonly saved: Saved
  /** What every program here finds in its environment. */
  readonly env: Readonly<Record<string, string>>
  readonly world: World
  readonly front: Front
  /** Everything that programs wrote here but the answers of `get`, and their command lines. */
  readonly told: ReadonlyArray<readonly [string, string]>
  readonly start: (args: ReadonlyArray<string>, options?: RunOptions) => Running
  readonly run: (args: ReadonlyArray<string>, options?: RunOptions) => Promise<Ended>
  readonly close: () => Promise<void>
}

/** One request's time, ms: unusual, so that its timer can be told from every other. A claim outlives it by 5 s. */
export const requestTimeout = 1234

/** How long after its start a claim stands, ms. */
export const claimLength = requestTimeout + 5000

const environment = (folder: string, url: string): Readonly<Record<string, string>> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: join(folder, 'home'),
  XDG_CONFIG_HOME: join(folder, 'config'),
  LEAN_VAULT_HOME: join(folder, 'vault'),
  OPENROUTER_BASE_URL: url,
  LEAN_VAULT_HTTP_TIMEOUT_MS: String(requestTimeout),
  LEAN_VAULT_SETTLE_MS: '200',
  // Longer than a claim, so that one reconcile can wait for a dead process's.
  LEAN_VAULT_RETRY_BUDGET_MS: '12000',
  NO_COLOR: '1',
})

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'lean-vault-bench-'))

export const openBench = async (cli: BuiltCli, saved: Saved): Promise<Bench> => {
  const folder = newFolder()
  mkdirSync(join(folder, 'home'))
  cpSync(saved.folder, folder, { recursive: true })
  const sandbox = await startSandbox({ managementKey: saved.managementKey })()
  if (isLeft(sandbox)) throw new Error('the sandbox does not start')
  const { world, url } = sandbox.right
  world.account = saved.account
  const front = await startFront(url)
  const env = environment(folder, front.url)
  const told: Array<readonly [string, string]> = []
  const start = (args: ReadonlyArray<string>, options: RunOptions = {}): Running => {
    const what = args.join(' ')
    const { env: more, ...rest } = options
    const running = startCli(cli, {
      args,
      env: { ...env, ...more },
      ...rest,
      onCommandLine: (text) => told.push([`the command line of ${what}`, text]),
    })
    void running.ended.then(({ stdout, stderr }) => {
      if (args[0] !== 'get') told.push([`stdout of ${what}`, stdout])
      told.push([`stderr of ${what}`, stderr])
    })
    return running
  }
  return {
    folder,
    home: join(folder, 'vault'),
    saved,
    env,
    world,
    front,
    told,
    start,
    run: (args, options) => start(args, options).ended,
    close: async () => {
      await front.close()
      await sandbox.right.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Keeps a bench's vault and account as they are now, for others to begin from. Nothing may be running on it. */
export const saveBench = (bench: Bench, more: Partial<Saved> = {}): Saved => {
  const folder = newFolder()
  for (const part of ['vault', 'config']) cpSync(join(bench.folder, part), join(folder, part), { recursive: true })
  const secrets = [...new Set([...bench.saved.secrets, ...bench.front.secrets])]
  return { ...bench.saved, account: bench.world.account, secrets, ...more, folder }
}

/** Runs a command that must succeed, and reads its document. */
export const mustRun = async (bench: Bench, args: ReadonlyArray<string>, options?: RunOptions): Promise<unknown> => {
  const { code, stdout, stderr, signal } = await bench.run([...args, '--json'], options)
  if (code !== 0) throw new Error(`${args.join(' ')} exited ${String(code ?? signal)}: ${stderr}${stdout}`)
  return JSON.parse(stdout)
}
