import { type Bench, openBench, type Saved } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import { leaksOf, problemsOf } from './check-bench.js'
import { reconciled } from './kill-trial.js'
import type { Ended } from './run-cli.js'
import type { Scenario } from './scenarios.js'
import { type SmallDisk, smallDiskUnder } from './small-disk.js'

/** When the disk is full: before the command begins, or from the nth change on that it asks OpenRouter for. */
export type FullFrom = 'the beginning' | number

const tagOf = ({ stderr }: Ended): string => stderr.trim().split('\n').at(-1) ?? ''

const changesOf = ({ front }: Bench): number => front.arrivals.filter(({ method }) => method !== 'GET').length

/** 8 where nothing was asked for, 7 where something was; 0 where all was recorded before the room ran out. */
const told = (bench: Bench, ended: Ended): ReadonlyArray<string> => {
  const { code, stdout } = ended
  if (changesOf(bench) === 0) return code === 8 && tagOf(ended).includes('VaultUnavailable') ? [] : [`nothing was sent, and it exited ${String(code)}: ${stdout}${ended.stderr}`]
  return code === 7 || code === 0 ? [] : [`changes were sent, and it exited ${String(code)}: ${stdout}${ended.stderr}`]
}

/** What one such run came to, or null where no disk can be mounted. */
export interface FullDisk {
  readonly code: number | null
  readonly problems: ReadonlyArray<string>
}

const strike = async (bench: Bench, disk: SmallDisk, scenario: Scenario, from: FullFrom): Promise<Ended> => {
  if (from === 'the beginning') disk.fill()
  let changes = 0
  bench.front.setGate({
    arrived: ({ method }) => {
      if (method !== 'GET') changes += 1
      if (changes === from) disk.fill()
      return Promise.resolve(true)
    },
  })
  const ended = await bench.run([...scenario.args, '--json'])
  bench.front.setGate({})
  return ended
}

/** One command on a disk that is or gets full; with room again, everything is found as it was told. */
export const tryFullDisk = async (cli: BuiltCli, saved: Saved, scenario: Scenario, from: FullFrom): Promise<FullDisk | null> => {
  const bench = await openBench(cli, saved)
  const disk = smallDiskUnder(bench.home, 2048)
  if (disk === null) {
    await bench.close()
    return null
  }
  try {
    const ended = await strike(bench, disk, scenario, from)
    const problems = [...told(bench, ended), ...leaksOf(bench)]
    disk.free()
    problems.push(...(await reconciled(bench)))
    problems.push(...(await problemsOf(bench, scenario.expected(changesOf(bench) > 0), scenario.touched)))
    const label = `${scenario.name}, disk full from ${from === 'the beginning' ? from : `change ${from}`}`
    return { code: ended.code, problems: problems.map((each) => `${label}: ${each}`) }
  } finally {
    disk.remove()
    await bench.close()
  }
}
