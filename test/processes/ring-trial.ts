import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { Bench } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import { sleep } from './run-cli.js'

/** One thing that a program of its own asked of the vault that it holds open, and what it was told; null as long as it was not. */
export interface Step {
  readonly verb: string
  readonly name: string
  /** By the clock that all processes share, ns. */
  readonly start: bigint
  readonly end: bigint | null
  readonly told: { readonly outcome: string; readonly tag?: string; readonly hash?: string } | null
}

/** A program that opened the vault once, and goes on with it whatever others do. */
export interface Holder {
  readonly names: ReadonlyArray<string>
  readonly steps: () => ReadonlyArray<Step>
  /** Waits until things that were begun after now were answered, and are enough; an error when it ended instead, or waits too long. */
  readonly goesOn: (isEnough: (since: ReadonlyArray<Step>) => boolean) => Promise<ReadonlyArray<Step>>
  readonly stop: () => Promise<void>
}

type Line =
  | { readonly n: number; readonly asked: { readonly verb: string }; readonly name: string; readonly start: string }
  | { readonly n: number; readonly end: string; readonly told: NonNullable<Step['told']> }

const stepsIn = (file: string): ReadonlyArray<Step> => {
  const steps: Array<Step> = []
  for (const text of existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []) {
    const line = JSON.parse(text) as Line
    const asked = steps.at(-1)
    if ('asked' in line) steps.push({ verb: line.asked.verb, name: line.name, start: BigInt(line.start), end: null, told: null })
    else if (asked !== undefined) steps[steps.length - 1] = { ...asked, end: BigInt(line.end), told: line.told }
  }
  return steps
}

export const now = (): bigint => process.hrtime.bigint()

const verbs = ['add', 'remove', 'suspend', 'resume', 'update-limits', 'tag', 'tag', 'get', 'get', 'show', 'list']
const longestLife = 300_000_000_000n

const ended = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.on('close', () => resolve()))

/** Starts one, by the built library, at keys of its own. */
export const startHolder = (cli: BuiltCli, bench: Bench, id: number, env: Readonly<Record<string, string>> = {}): Holder => {
  const names = [`held-by-${id}`, `also-by-${id}`]
  const file = join(bench.folder, `holder-${id}`)
  const library = pathToFileURL(join(dirname(cli.entry), '../index.js')).href
  const task = { library, file, id, names, until: String(now() + longestLife), verbs, plant: null, pause: 15 }
  const child = spawn(cli.node, [join(import.meta.dirname, 'linear-worker.mjs'), JSON.stringify(task)], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...bench.env, ...env } })
  const over = ended(child)
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const goesOn = async (isEnough: (since: ReadonlyArray<Step>) => boolean): Promise<ReadonlyArray<Step>> => {
    const from = now()
    for (let waited = 0; waited < 300; waited += 1) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the program ended: ${stderr}`)
      const since = stepsIn(file).filter(({ start, told }) => start > from && told !== null)
      if (isEnough(since)) return since
      await sleep(50)
    }
    throw new Error(`the program does not go on: ${JSON.stringify(stepsIn(file).slice(-8).map(({ verb, told }) => [verb, told?.outcome]))} ${stderr}`)
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await over
  }
  return { names, steps: () => stepsIn(file), goesOn, stop }
}
