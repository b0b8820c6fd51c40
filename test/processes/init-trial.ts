import { readdirSync } from 'node:fs'
import { join } from 'node:path'

import { type Bench, openBench, type RunOptions, type Saved } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import { leaksOf } from './check-bench.js'
import type { Trial } from './kill-trial.js'

/** Where an `init` is killed: at a commit from within, at a system call by strace, or after a time, ms. */
export type InitPoint =
  | { readonly _tag: 'Commit'; readonly nth: number; readonly side: 'before' | 'after' }
  | { readonly _tag: 'SystemCall'; readonly call: string; readonly nth: number }
  | { readonly _tag: 'Time'; readonly after: number }

/** The system calls that make, name and sync files; each of a run of `init` makes a few of them. */
export const initCalls: ReadonlyArray<InitPoint> = (
  [
    ['mkdir', 4],
    ['fsync', 8],
    ['fdatasync', 4],
    ['link', 1],
    ['rename', 1],
    ['unlink', 2],
    ['fchmod', 3],
    ['pwrite64', 30],
    ['ftruncate', 3],
  ] as const
).flatMap(([call, most]) => Array.from({ length: most }, (_, n): InitPoint => ({ _tag: 'SystemCall', call, nth: n + 1 })))

export const initCommits: ReadonlyArray<InitPoint> = [1, 2, 3, 4, 5].flatMap((nth) =>
  (['before', 'after'] as const).map((side): InitPoint => ({ _tag: 'Commit', nth, side })),
)

export const initLabel = (point: InitPoint): string => {
  switch (point._tag) {
    case 'Commit':
      return `init, killed ${point.side} commit ${point.nth}`
    case 'SystemCall':
      return `init, killed before ${point.call} ${point.nth}`
    case 'Time':
      return `init, killed after ${point.after.toFixed(0)} ms`
  }
}

const optionsOf = (point: InitPoint): RunOptions => {
  switch (point._tag) {
    case 'Commit':
      return { point: { at: 'commit', nth: point.nth, side: point.side, signal: 'SIGKILL' } }
    case 'SystemCall': {
      const inject = `inject=${point.call}:signal=SIGKILL:when=${point.nth}`
      return { under: ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${point.call}`, '-e', inject] }
    }
    case 'Time':
      return {}
  }
}

const ready = async (bench: Bench, withKey: Readonly<Record<string, string>>): Promise<ReadonlyArray<string>> => {
  const again = await bench.run(['init', '--json'], { env: withKey })
  const added = await bench.run(['add', 'first', '--json'])
  const got = await bench.run(['get', 'first'])
  const keyFiles = readdirSync(join(bench.folder, 'config/lean-vault')).filter((name) => name.endsWith('.key'))
  return [
    // 4: it had been made before the kill.
    ...(again.code === 0 || again.code === 4 ? [] : [`init again exited ${String(again.code)}: ${again.stderr}`]),
    ...(added.code === 0 ? [] : [`add exited ${String(added.code)}: ${added.stderr}${added.stdout}`]),
    ...(got.code === 0 && bench.front.secrets.has(got.stdout) ? [] : [`get exited ${String(got.code)}: ${got.stderr}`]),
    ...(keyFiles.length === 1 ? [] : [`there are ${keyFiles.length} vault keys`]),
    ...leaksOf(bench),
  ]
}

/** Kills an `init` and runs it again: then there is a vault, and it works. */
export const tryKillInit = async (cli: BuiltCli, blank: Saved, point: InitPoint): Promise<Trial> => {
  const bench = await openBench(cli, blank)
  const label = initLabel(point)
  const withKey = { LEAN_VAULT_MANAGEMENT_KEY: blank.managementKey }
  try {
    const victim = bench.start(['init', '--json'], { ...optionsOf(point), env: withKey })
    const timer = point._tag === 'Time' ? setTimeout(() => victim.process.kill('SIGKILL'), point.after) : undefined
    const { signal } = await victim.ended
    clearTimeout(timer)
    const problems = await ready(bench, withKey)
    return { label, killed: signal === 'SIGKILL', problems: problems.map((each) => `${label}: ${each}`) }
  } finally {
    await bench.close()
  }
}
