import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

import type { BuiltCli } from './built-cli.js'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly pid: number
  readonly process: ChildProcess
  /** Resolves once it has ended and all that it wrote has arrived. */
  readonly ended: Promise<Ended>
}

/** Where to strike the program from within, see `preload.mjs`. */
export type Point = Readonly<Record<string, string | number>>

export interface Start {
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  readonly point?: Point
  /** A program and its arguments that run the program, such as strace. */
  readonly under?: ReadonlyArray<string>
  /** Told the command line as the system shows it to everybody, while the program runs. */
  readonly onCommandLine?: (text: string) => void
}

const preload = new URL('preload.mjs', import.meta.url).href

const sampleTimes = [15, 120, 400]

const sampling = (pid: number, tell: (text: string) => void): (() => void) => {
  const timers = sampleTimes.map((after) =>
    setTimeout(() => {
      try {
        tell(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
      } catch {
        // It has ended, or this system has no /proc.
      }
    }, after),
  )
  return () => {
    for (const timer of timers) clearTimeout(timer)
  }
}

/** Starts the built program. */
export const startCli = (cli: BuiltCli, { args, env, point, under = [], onCommandLine }: Start): Running => {
  const imports = point === undefined ? [] : ['--import', preload]
  const [command = cli.node, ...rest] = [...under, cli.node, '--disable-warning=ExperimentalWarning', ...imports, cli.entry, ...args]
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, ...(point === undefined ? {} : { LEAN_VAULT_TEST_POINT: JSON.stringify(point) }) },
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${command} could not be started`)
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const stopSampling = onCommandLine === undefined ? () => undefined : sampling(pid, onCommandLine)
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      stopSampling()
      resolve({ code, signal, stdout, stderr })
    })
  })
  return { pid, process: child, ended }
}

/** Whether a process is stopped, by /proc: `T` in its third field. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const isStopped = (pid: number): boolean => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).startsWith('T')
}

export const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Waits until a process has stopped itself; false when it ends instead. */
export const untilStopped = async ({ pid, process }: Running): Promise<boolean> => {
  while (process.exitCode === null && process.signalCode === null) {
    try {
      if (isStopped(pid)) return true
    } catch {
      return false
    }
    await sleep(20)
  }
  return false
}
