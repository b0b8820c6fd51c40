import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Bench, openBench, type Saved } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import { type Expected, leaksOf, problemsOf } from './check-bench.js'
import { databaseOnly, finished, reconciled } from './kill-trial.js'
import type { Ended } from './run-cli.js'
import { afterReconcile, quietStates, type Scenario } from './scenarios.js'

/** From the nth such call on, every one of them on the vault's files fails; the others go on working. */
export interface Failing {
  readonly call: 'pwrite64' | 'fsync' | 'fdatasync'
  readonly error: 'EIO' | 'EROFS' | 'EACCES'
  readonly from: number
}

export const failingLabel = ({ name }: Scenario, { call, error, from }: Failing): string => `${name}, ${error} from ${call} ${from} on`

const calls = ['pwrite64', 'fsync', 'fdatasync'] as const

const straced = (bench: Bench, ...more: ReadonlyArray<string>): ReadonlyArray<string> => ['strace', '-f', '-qq', ...databaseOnly(bench), ...more]

/** Every call from which on the files can fail under a command, counted in a run that nobody disturbed. Needs strace. */
export const failingsOf = async (cli: BuiltCli, saved: Saved, { args }: Scenario): Promise<ReadonlyArray<Failing>> => {
  const bench = await openBench(cli, saved)
  try {
    const file = join(bench.folder, 'calls')
    await bench.run([...args, '--json'], { under: straced(bench, '-o', file, '-e', `trace=${calls.join(',')}`) })
    const lines = readFileSync(file, 'utf8').split('\n')
    const errors = ['EIO', 'EROFS', 'EACCES'] as const
    return calls.flatMap((call) => lines.filter((line) => line.includes(` ${call}(`)).map((_, n): Failing => ({ call, error: errors[n % 3] ?? 'EIO', from: n + 1 })))
  } finally {
    await bench.close()
  }
}

const before = ({ from }: Scenario): Expected => (from === 'quiet' ? quietStates : afterReconcile)

/** 8 where nothing was done, so that nothing can have been sent; 7 where a wish was recorded that comes true later. */
const lawful = ({ front }: Bench, { code, stdout, stderr }: Ended): ReadonlyArray<string> => {
  const sent = front.arrivals.filter(({ method }) => method !== 'GET').length
  const isSo = code === 8 ? sent === 0 && stderr.includes('VaultUnavailable') : code === 7 || code === 0
  return isSo ? [] : [`${sent} changes were sent, and it exited ${String(code)}: ${stdout}${stderr}`]
}

/** One command on files that fail from a moment on. Once they work again, everything is found as it was told. */
export const tryFailing = async (cli: BuiltCli, saved: Saved, scenario: Scenario, failing: Failing): Promise<{ readonly code: number | null; readonly problems: ReadonlyArray<string> }> => {
  const bench = await openBench(cli, saved)
  try {
    const { call, error, from } = failing
    const ended = await bench.run([...scenario.args, '--json'], { under: straced(bench, '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:error=${error}:when=${from}+`) })
    const { code } = ended
    const problems = [...lawful(bench, ended), ...leaksOf(bench), ...(await reconciled(bench))]
    if (code !== 8 && scenario.finish !== undefined) problems.push(...(await finished(bench, scenario.finish)))
    // Who was told that nothing was done must not find it done later; a wish that was recorded comes true.
    problems.push(...(await problemsOf(bench, code === 8 ? before(scenario) : scenario.expected(true), scenario.touched)))
    return { code: ended.code, problems: problems.map((each) => `${failingLabel(scenario, failing)}: ${each}`) }
  } finally {
    await bench.close()
  }
}
