import { join } from 'node:path'

import { type Bench, openBench, type RunOptions, type Saved } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import { leaksOf, problemsOf } from './check-bench.js'
import type { Arrival } from './front.js'
import type { Scenario } from './scenarios.js'

/**
 * Where a process is killed. At a request: before the service sees it (`lost`), the same with the request arriving after
 * everything else was settled (`late`) or after others had asked for the contrary (`countered`), when the service has done it (`applied`), when its answer has left (`answered`).
 * At a commit: from within, by the preload. At a system call on the database's files: by strace. Or at any time.
 */
export type Where =
  | { readonly _tag: 'Request'; readonly nth: number; readonly side: 'lost' | 'late' | 'countered' | 'applied' | 'answered' }
  | { readonly _tag: 'Commit'; readonly nth: number; readonly side: 'before' | 'after' }
  | { readonly _tag: 'SystemCall'; readonly call: string; readonly nth: number }
  | { readonly _tag: 'Time'; readonly after: number }

export interface Trial {
  readonly label: string
  /** False when the program had ended before its point came. */
  readonly killed: boolean
  readonly problems: ReadonlyArray<string>
}

const placeOf = (where: Where): string => {
  switch (where._tag) {
    case 'Request':
      return `${where.side} at request ${where.nth}`
    case 'Commit':
      return `${where.side} commit ${where.nth}`
    case 'SystemCall':
      return `before ${where.call} ${where.nth}`
    case 'Time':
      return `after ${where.after.toFixed(0)} ms`
  }
}

/** What a failure names, and `scripts/kill-test.ts --only` takes. */
export const labelOf = ({ name }: Scenario, where: Where): string => `${name}, killed ${placeOf(where)}`

/** The arguments by which strace looks at nothing but the files of the database. */
export const databaseOnly = ({ home }: Bench): ReadonlyArray<string> =>
  ['vault.db', 'vault.db-wal', 'vault.db-shm'].flatMap((name) => ['-P', join(home, name)])

const optionsOf = (bench: Bench, where: Where): RunOptions => {
  if (where._tag === 'Commit') return { point: { at: 'commit', nth: where.nth, side: where.side, signal: 'SIGKILL' } }
  if (where._tag !== 'SystemCall') return {}
  const inject = `inject=${where.call}:signal=SIGKILL:when=${where.nth}`
  return { under: ['strace', '-f', '-qq', '-o', '/dev/null', ...databaseOnly(bench), '-e', `trace=${where.call}`, '-e', inject] }
}

interface Struck {
  readonly killed: boolean
  /** A change was asked for, or the intent of one is in the log. */
  readonly intended: boolean
  /** Lets a late request arrive; null where there is none. */
  readonly release: (() => Promise<void>) | null
}

/** Runs the command until it is killed there, or ends before. */
export const strike = async (bench: Bench, scenario: Scenario, where: Where): Promise<Struck> => {
  const { front } = bench
  let [letThrough, applied] = [() => {}, () => {}]
  const turn = new Promise<void>((resolve) => (letThrough = resolve))
  const done = new Promise<void>((resolve) => (applied = resolve))
  const late: Array<Arrival> = []
  const victim = bench.start([...scenario.args, '--json'], optionsOf(bench, where))
  const kill = async (): Promise<void> => {
    victim.process.kill('SIGKILL')
    await victim.ended
  }
  const isLate = (arrival: Arrival): boolean => isAt(arrival, 'late') || isAt(arrival, 'countered')
  const isAt = ({ n }: Arrival, side: string): boolean => where._tag === 'Request' && where.side === side && n === where.nth
  front.setGate({
    arrived: async (arrival) => {
      if (!isAt(arrival, 'lost') && !isLate(arrival)) return true
      if (isLate(arrival)) late.push(arrival)
      await kill()
      if (!isLate(arrival)) return false
      await turn
      return true
    },
    applied: async (arrival) => {
      if (isLate(arrival)) applied()
      if (!isAt(arrival, 'applied')) return true
      await kill()
      return false
    },
    answered: (arrival) => {
      if (isAt(arrival, 'answered')) victim.process.kill('SIGKILL')
    },
  })
  const timer = where._tag === 'Time' ? setTimeout(() => victim.process.kill('SIGKILL'), where.after) : undefined
  const { signal } = await victim.ended
  clearTimeout(timer)
  front.setGate({})
  const killed = signal === 'SIGKILL'
  const release = async (): Promise<void> => {
    letThrough()
    await done
  }
  return {
    killed,
    intended:
      front.arrivals.some(({ method }) => method !== 'GET') ||
      (where._tag === 'Commit' && killed && (where.nth > 1 || where.side === 'after')),
    release: late.length > 0 ? release : null,
  }
}

/** Reconciles until it says that nothing is left, three times at most. What went wrong, if anything. */
export const reconciled = (bench: Bench): Promise<ReadonlyArray<string>> => finished(bench, ['reconcile'])

/** The same with another command that finishes what was begun. */
export const finished = async (bench: Bench, args: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const codes: Array<number | null> = []
  for (let tries = 0; tries < 3; tries += 1) {
    const { code, stdout, stderr } = await bench.run([...args, '--json'])
    if (code === 0) return []
    codes.push(code)
    if (code !== 7) return [`${String(args[0])} exited ${codes.join(', ')}: ${stderr}${stdout}`]
  }
  return [`${String(args[0])} exited ${codes.join(', ')}`]
}

/** Runs commands one after the other; those that fail. */
export const succeeded = async (bench: Bench, commands: ReadonlyArray<ReadonlyArray<string>>): Promise<ReadonlyArray<string>> => {
  const problems: Array<string> = []
  for (const args of commands) {
    const { code, stderr, stdout } = await bench.run([...args, '--json'])
    if (code !== 0) problems.push(`meanwhile ${args.join(' ')} exited ${String(code)}: ${stderr}${stdout}`)
  }
  return problems
}

/** What must work at once after a kill, before anything was settled. */
const usableAtOnce = async (bench: Bench, { untouched, usable }: Scenario): Promise<ReadonlyArray<string>> => {
  const [list, get] = await Promise.all([bench.run(['list', '--json']), bench.run(['get', untouched])])
  return [
    ...(list.code === 0 ? [] : [`list after the kill exited ${String(list.code)}: ${list.stderr}`]),
    ...(get.code === 0 ? [] : [`get ${untouched} after the kill exited ${String(get.code)}: ${get.stderr}`]),
    ...(usable === undefined ? [] : await usable(bench)),
    ...leaksOf(bench),
  ]
}

/** A reconcile with nothing left to do says so, and changes nothing. */
const idempotent = async (bench: Bench): Promise<ReadonlyArray<string>> => {
  const before = bench.front.arrivals.length
  const problems = await reconciled(bench)
  const changes = bench.front.arrivals.slice(before).filter(({ method }) => method !== 'GET')
  return [...problems, ...changes.map(({ method, path }) => `a second reconcile sent ${method} ${path}`)]
}

/**
 * One kill, from a copy of a saved vault: what follows it must be as if the command had ended, or had never begun.
 * `thorough` also runs a last reconcile, which must find nothing, and asks for every secret.
 */
export const tryKill = async (cli: BuiltCli, saved: Saved, scenario: Scenario, where: Where, thorough = true): Promise<Trial> => {
  const bench = await openBench(cli, saved)
  const label = labelOf(scenario, where)
  try {
    const { killed, intended, release } = await strike(bench, scenario, where)
    const countering = where._tag === 'Request' && where.side === 'countered' && killed ? scenario.counter : undefined
    const problems = [
      ...(await usableAtOnce(bench, scenario)),
      ...(await (countering === undefined ? finished(bench, scenario.finish ?? ['reconcile']) : succeeded(bench, countering.commands))),
    ]
    if (release !== null) {
      await release()
      problems.push(...(await reconciled(bench)))
    } else if (where._tag === 'Request' && ['late', 'countered'].includes(where.side)) {
      problems.push('no request was held back, so nothing was tried')
    }
    if (scenario.usable !== undefined) problems.push(...(await scenario.usable(bench)))
    if (thorough) problems.push(...(await idempotent(bench)))
    problems.push(...(await problemsOf(bench, countering?.expected ?? scenario.expected(intended || !killed), thorough ? undefined : scenario.touched)))
    return { label, killed, problems: problems.map((each) => `${label}: ${each}`) }
  } finally {
    await bench.close()
  }
}
