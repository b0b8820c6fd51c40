import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Bench, mustRun, openBench, type RunOptions, type Saved } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import type { Arrival } from './front.js'
import { databaseOnly, type Where } from './kill-trial.js'
import type { Scenario } from './scenarios.js'

/** All points at which one command can be cut short, counted in a run of it that nobody disturbed. */
export interface Points {
  readonly requests: ReadonlyArray<Where>
  readonly commits: ReadonlyArray<Where>
}

const undisturbed = async (cli: BuiltCli, saved: Saved, scenario: Scenario, options: (bench: Bench) => RunOptions): Promise<Bench> => {
  const bench = await openBench(cli, saved)
  await mustRun(bench, scenario.args, options(bench))
  return bench
}

type Side = Extract<Where, { _tag: 'Request' }>['side']

const sidesOf = ({ counter }: Scenario, { method }: Arrival): ReadonlyArray<Side> => {
  // A read changes nothing, so it is all the same whether it arrived.
  if (method === 'GET') return ['lost', 'answered']
  return counter === undefined ? ['lost', 'late', 'applied', 'answered'] : ['lost', 'late', 'countered', 'applied', 'answered']
}

export const pointsOf = async (cli: BuiltCli, saved: Saved, scenario: Scenario): Promise<Points> => {
  const bench = await undisturbed(cli, saved, scenario, ({ folder }) => ({ point: { report: join(folder, 'commits') } }))
  const commits = readFileSync(join(bench.folder, 'commits'), 'utf8').trim().split('\n').length
  const requests = bench.front.arrivals.flatMap((arrival): ReadonlyArray<Where> =>
    sidesOf(scenario, arrival).map((side) => ({ _tag: 'Request', nth: arrival.n, side })),
  )
  await bench.close()
  return {
    requests,
    commits: Array.from({ length: commits }, (_, n) => n + 1).flatMap((nth): ReadonlyArray<Where> => [
      { _tag: 'Commit', nth, side: 'before' },
      { _tag: 'Commit', nth, side: 'after' },
    ]),
  }
}

/** Where to find strace; null when it is not here. */
export const strace: string | null =
  (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => join(folder, 'strace'))
    .find((path) => existsSync(path)) ?? null

const writing = ['pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'unlink', 'fallocate']

/** Every system call by which one command changes the database's files. Needs strace. */
export const systemCallsOf = async (cli: BuiltCli, saved: Saved, scenario: Scenario): Promise<ReadonlyArray<Where>> => {
  const bench = await undisturbed(cli, saved, scenario, (on) => ({
    under: ['strace', '-f', '-qq', '-o', join(on.folder, 'calls'), ...databaseOnly(on), '-e', `trace=${writing.join(',')}`],
  }))
  const lines = readFileSync(join(bench.folder, 'calls'), 'utf8').split('\n')
  await bench.close()
  return writing.flatMap((call) =>
    lines
      .filter((line) => line.includes(` ${call}(`))
      .map((_, n): Where => ({ _tag: 'SystemCall', call, nth: n + 1 })),
  )
}
