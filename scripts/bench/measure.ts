import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What one run of a program took, in milliseconds. */
export interface Taken {
  readonly wall: number
  readonly cpu: number
}

/** A program to run; `args` may differ from run to run. */
export interface Program {
  readonly name: string
  readonly file: string
  readonly args: (run: number) => ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
}

export interface Measured {
  readonly name: string
  readonly runs: ReadonlyArray<Taken>
}

export const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = [...numbers].sort((one, other) => one - other)
  const half = sorted.length >> 1
  const [low, high] = [sorted[half - 1] ?? 0, sorted[half] ?? 0]
  return sorted.length % 2 === 1 ? high : (low + high) / 2
}

/** Bash tells what a child took of the CPU to the millisecond; Node's own clock for its children has steps of 10 ms. */
const timing = `TIMEFORMAT='%3R %3U %3S'; time "$@" >"$OUT" 2>"$OUT.err" </dev/null`

const runOnce = (program: Program, run: number, env: Readonly<Record<string, string>>, folder: string): Promise<Taken> =>
  new Promise((resolve, reject) => {
    const out = join(folder, 'out')
    const errors = openSync(join(folder, 'time'), 'w')
    const child = spawn('bash', ['-c', timing, 'bench', program.file, ...program.args(run)], {
      env: { ...env, ...program.env, OUT: out },
      stdio: ['ignore', 'ignore', errors],
    })
    child.once('error', reject)
    child.once('close', (code) => {
      closeSync(errors)
      if (code !== 0) return reject(new Error(`${program.name} ended with ${code}: ${readFileSync(`${out}.err`, 'utf8').slice(0, 400)}`))
      const [wall, user, system] = readFileSync(join(folder, 'time'), 'utf8').trim().split(' ').map(Number)
      return resolve({ wall: (wall ?? 0) * 1000, cpu: ((user ?? 0) + (system ?? 0)) * 1000 })
    })
  })

/** Runs every program in turn, round after round, so that a slow minute of the machine is shared by all. The first round does not count. */
export const inTurns = async (
  programs: ReadonlyArray<Program>,
  rounds: number,
  env: Readonly<Record<string, string>>,
): Promise<ReadonlyArray<Measured>> => {
  const folder = mkdtempSync(join(tmpdir(), 'lean-vault-time-'))
  const runs = programs.map((): Array<Taken> => [])
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, program] of programs.entries()) {
      const taken = await runOnce(program, round, env, folder)
      if (round > 0) runs[index]?.push(taken)
    }
  }
  rmSync(folder, { recursive: true, force: true })
  return programs.map(({ name }, index) => ({ name, runs: runs[index] ?? [] }))
}

/** The median of the ratios of the runs of one round: what changed between two rounds does not enter. */
export const ratioOf = (one: Measured, other: Measured, of: keyof Taken): number =>
  median(one.runs.map((run, index) => run[of] / (other.runs[index]?.[of] ?? Number.NaN)))

/** The fastest run of one over the fastest of the other: the nearest to a machine that does nothing else. */
export const leastRatioOf = (one: Measured, other: Measured, of: keyof Taken): number =>
  Math.min(...one.runs.map((run) => run[of])) / Math.min(...other.runs.map((run) => run[of]))
