import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'

import { faultPlan } from '../../src/adapters/sandbox/fault-plan.js'
import { parseFaultSpec } from '../../src/adapters/sandbox/fault-spec.js'
import type { Settings } from '../../src/adapters/simulated-openrouter/account.js'
import { addManagementKey, createAccount } from '../../src/adapters/simulated-openrouter/create-account.js'
import type { Fault } from '../../src/adapters/simulated-openrouter/fault.js'
import { simulatedTransport } from '../../src/adapters/simulated-openrouter/simulated-transport.js'
import type { WireRequest } from '../../src/adapters/simulated-openrouter/wire.js'
import { createWorld, type World } from '../../src/adapters/simulated-openrouter/world.js'
import type { Copied } from '../../src/cli/desktop/clipboard.js'
import type { CliDeps, Library } from '../../src/cli/session.js'
import type { Ended } from '../../src/cli/launch.js'
import type { StopName } from '../../src/cli/stop-signal.js'
import { run } from '../../src/cli/run.js'
import { reveal } from '../../src/application/secret.js'
import type { AttemptId, Nonce, OwnerId, VaultId } from '../../src/domain/shared/identifiers.js'
import type { Instant, Millis } from '../../src/domain/shared/instant.js'
import * as library from '../../src/index.js'

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/** What one run of the program gave. */
export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number
  /** Requests that reached out for OpenRouter during the run. */
  readonly requests: number
}

/** How the next run differs from a script's: a terminal, answers, what is piped in, variables, trouble. */
export interface Circumstances {
  /** Somebody sits at a terminal of so many columns. */
  readonly columns?: number
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
  /** Answers to the questions, in order; null breaks off. */
  readonly answers?: ReadonlyArray<string | boolean | null>
  /** A fault specification as `sandbox --fault` takes it. */
  readonly faults?: string
  /** The signal comes when this many requests have been sent. */
  readonly stop?: { readonly after: number; readonly by: StopName }
  /** How far the clock of OpenRouter is ahead, ms. */
  readonly skew?: number
  /** How the command of `exec` ends. */
  readonly ended?: Ended
  /** What copying comes to; without it there is no clipboard. */
  readonly clipboard?: Copied
  /** Whether there is a browser. */
  readonly browser?: boolean
  /** Replaces functions of the library. */
  readonly library?: Partial<Library>
  /** Called at each pause of a command that runs on, with how many there were. */
  readonly onPause?: (pauses: number, stop: (by: StopName) => void) => void | Promise<void>
}

/** What `exec` was asked to start. */
export interface Launched {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}

export interface Bench {
  readonly home: string
  readonly folder: string
  readonly managementKey: string
  readonly world: World
  readonly launched: Array<Launched>
  readonly questions: Array<string>
  /** What was put on the clipboard, and for how long. */
  readonly clipped: Array<{ readonly text: string; readonly seconds: number }>
  /** The addresses that were opened in a browser. */
  readonly opened: Array<string>
  readonly now: () => number
  readonly advance: (milliseconds: number) => void
  readonly run: (argv: ReadonlyArray<string>, circumstances?: Circumstances) => Promise<Ran>
  /** All text that any run printed. */
  readonly printed: () => string
  readonly dispose: () => void
}

export interface BenchOptions {
  readonly settings?: Partial<Settings>
  readonly workspaces?: ReadonlyArray<string>
}

/** 2026-01-15T12:00:00Z, when every bench begins. */
const epoch = 1_768_478_400_000

const baseUrl = 'https://openrouter.test/api/v1'

const faultsOf = (spec: string): ((request: WireRequest) => Fault | null) => {
  const rules = parseFaultSpec(spec)
  if (E.isLeft(rules)) throw new Error(rules.left.message)
  return faultPlan(rules.right, () => 0.5)
}

/** The command line in process: real library, real files in a folder of its own, simulated OpenRouter, virtual clock. */
export const makeBench = (options: BenchOptions = {}): Bench => {
  const folder = mkdtempSync(join(tmpdir(), 'lean-vault-cli-'))
  const home = join(folder, 'vault')
  const managementKey = `sk-or-v1-${sha256('management')}`
  let now = epoch
  let drawn = 0
  const account = createAccount(sha256, { seed: 'cli', at: now, ...options })
  const world = createWorld(sha256, addManagementKey(sha256, account, managementKey))
  const launched: Array<Launched> = []
  const questions: Array<string> = []
  const clipped: Array<{ readonly text: string; readonly seconds: number }> = []
  const opened: Array<string> = []
  let printed = ''

  const draw = (): string => {
    drawn += 1
    return sha256(`draw ${drawn}`).slice(0, 32)
  }
  const clock = {
    now: () => now as Instant,
    monotonic: () => (now - epoch) as Millis,
    sleep: (duration: Millis) => () => {
      now += duration
      return Promise.resolve()
    },
  }
  const random = {
    nonce: () => draw() as Nonce,
    attemptId: () => draw() as AttemptId,
    vaultId: () => draw() as VaultId,
    fraction: () => 0.5,
  }

  const runOnce = async (argv: ReadonlyArray<string>, circumstances: Circumstances = {}): Promise<Ran> => {
    const { columns, stdin, env = {}, answers = [], faults = '', stop: stopping, ended, onPause, clipboard, browser = true, skew = 0 } = circumstances
    const out = { stdout: '', stderr: '' }
    const controller = new AbortController()
    let stoppedBy: StopName | null = null
    const stopBy = (by: StopName): void => {
      stoppedBy = by
      controller.abort()
    }
    const nextFault = faultsOf(faults)
    const before = world.journal.length
    const transport = simulatedTransport({
      world,
      now: () => now + skew,
      delay: (milliseconds) => Promise.resolve(void (now += milliseconds)),
      nextFault: (request) => {
        if (stopping !== undefined && world.journal.length - before >= stopping.after) stopBy(stopping.by)
        return nextFault(request)
      },
    })
    const overrides = {
      clock,
      random,
      process: { owner: 'test:1' as OwnerId, isGone: () => false, stopping: () => stoppedBy !== null },
      transport,
    }
    const rest = [...answers]
    const answer = <A>(question: string): Promise<A> => {
      questions.push(question)
      if (rest.length === 0) throw new Error(`nobody answers "${question}"`)
      return Promise.resolve(rest.shift() as A)
    }
    let pauses = 0
    const deps: CliDeps = {
      library: () =>
        Promise.resolve({
          ...library,
          openVault: (given) => library.openVault({ ...given, overrides }),
          initVault: (given) => library.initVault({ ...given, overrides }),
          backupVault: (given) => library.backupVault({ ...given, overrides, cost: 10 }),
          restoreVault: (given) => library.restoreVault({ ...given, overrides }),
          changeVaultKey: (given, change) => library.changeVaultKey({ ...given, overrides }, change),
          examine: (given) => library.examine({ ...given, overrides }),
          findVault: (given) => library.findVault({ ...given, overrides }),
          ...circumstances.library,
        }),
      ask: { hidden: (question) => answer(question), yesOrNo: (question) => answer(question) },
      launch: (command, args, childEnv) => {
        launched.push({ command, args, env: childEnv })
        return Promise.resolve(ended ?? { _tag: 'Exited', code: 0 })
      },
      clipboard: () =>
        Promise.resolve({
          copy: (copied, seconds) => {
            if (clipboard === undefined) return Promise.resolve({ _tag: 'NoClipboard' })
            clipped.push({ text: reveal(copied), seconds })
            return Promise.resolve(clipboard)
          },
          clearLater: () => Promise.resolve(),
        }),
      openPage: (url) => {
        opened.push(url)
        return Promise.resolve(browser)
      },
      stop: { signal: controller.signal, name: () => stoppedBy, handOver: () => () => undefined },
      about: { version: '0.0.0', node: 'v20.0.0', platform: 'test' },
      now: () => now as Instant,
      pause: async (milliseconds) => {
        // The pause of a message to a waiting person ends long after the test.
        if (onPause === undefined) return await new Promise(() => undefined)
        now += milliseconds
        pauses += 1
        await onPause(pauses, stopBy)
      },
    }
    const output = (name: 'stdout' | 'stderr') => ({
      write: (text: string) => {
        out[name] += text
        printed += text
      },
      isTerminal: columns !== undefined,
      columns: columns ?? null,
      isClosed: () => false,
      failure: () => null,
    })
    const exit = await run(argv, {
      stdout: output('stdout'),
      stderr: output('stderr'),
      stdin: { isTerminal: columns !== undefined, readAll: () => Promise.resolve(stdin ?? '') },
      env: { NO_COLOR: '1', XDG_CONFIG_HOME: join(folder, 'config'), OPENROUTER_BASE_URL: baseUrl, LEAN_VAULT_HOME: home, ...env },
      workingFolder: folder,
      userFolder: join(folder, 'user'),
    }, deps)
    return { ...out, exit, requests: world.journal.length - before }
  }

  return {
    home,
    folder,
    managementKey,
    world,
    launched,
    questions,
    clipped,
    opened,
    now: () => now,
    advance: (milliseconds) => void (now += milliseconds),
    run: runOnce,
    printed: () => printed,
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}
