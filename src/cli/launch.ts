import type { SpawnOptions } from 'node:child_process'

import type { StopSignal } from './stop-signal.js'

/** How a child ended, or why it did not begin. */
export type Ended =
  | { readonly _tag: 'Exited'; readonly code: number }
  | { readonly _tag: 'Killed'; readonly signal: NodeJS.Signals }
  | { readonly _tag: 'NotFound' }
  | { readonly _tag: 'NotExecutable'; readonly reason: string }

/** Runs a program with the parent's own streams and this environment and no other. */
export type Launch = (
  command: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
) => Promise<Ended>

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'

const notStarted = (reason: string): Ended =>
  reason === 'ENOENT' ? { _tag: 'NotFound' } : { _tag: 'NotExecutable', reason }

/** A terminal sends these to the whole foreground group: the child has them already. */
const fromTerminal: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT'])

/** What the launching program is: where it listens for signals, and whether a terminal is its standard input. */
export interface Launcher {
  readonly stop: StopSignal
  readonly atTerminal: boolean
}

/** A child with inherited streams. While it runs, signals are passed on to it and do not stop the parent. */
export const makeLaunch =
  ({ stop, atTerminal }: Launcher): Launch =>
  async (command, args, env) => {
    const { spawn } = await import('node:child_process')
    const options: SpawnOptions = { env: { ...env }, stdio: 'inherit' }
    return await new Promise((resolve) => {
      const child = spawn(command, [...args], options)
      const takeBack = stop.handOver((signal) => {
        if (!(atTerminal && fromTerminal.has(signal))) child.kill(signal)
      })
      const end = (ended: Ended): void => {
        takeBack()
        resolve(ended)
      }
      child.once('error', (error) => end(notStarted(reasonOf(error))))
      child.once('close', (code, signal) =>
        end(signal === null ? { _tag: 'Exited', code: code ?? 1 } : { _tag: 'Killed', signal }),
      )
    })
  }
