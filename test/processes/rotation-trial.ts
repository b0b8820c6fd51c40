import { createHash } from 'node:crypto'

import { type Bench, mustRun, openBench, type Saved, saveBench } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import { leaksOf } from './check-bench.js'
import { reconciled, strike, tryKill, type Where } from './kill-trial.js'
import { quietStates, type Scenario } from './scenarios.js'

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/** What is wrong with the key that `get` gives now: OpenRouter must know it, and it must be able to spend. */
export const unusable = async (bench: Bench, name: string): Promise<ReadonlyArray<string>> => {
  const { code, stdout, stderr } = await bench.run(['get', name])
  if (code !== 0) return [`get ${name} exited ${String(code)}: ${stderr}`]
  const key = bench.world.account.keys.get(sha256(stdout.trim()))
  if (key === undefined) return [`get ${name} gives a key that is not there`]
  if (key.disabled) return [`get ${name} gives a key that is switched off`]
  return key.limit === 0n ? [`get ${name} gives a key that may spend nothing`] : []
}

/** The quiet vault, and two keys to replace: `open` has no limit, `rich` has one that is large beside what may come in late. */
export const makeRotationVault = async (cli: BuiltCli, quiet: Saved): Promise<Saved> => {
  const bench = await openBench(cli, quiet)
  try {
    await mustRun(bench, ['add', 'open'])
    await mustRun(bench, ['add', 'rich', '--monthly-limit', '1000', '--daily-limit', '500'])
    return saveBench(bench)
  } finally {
    await bench.close()
  }
}

const rotating = (name: string, more: ReadonlyArray<string>): Scenario => ({
  name: `rotate ${name}${more.map((each) => ` ${each}`).join('')}`,
  args: ['rotate', name, ...more, '--yes'],
  from: 'quiet',
  untouched: 'held',
  touched: [name],
  expected: () => ({ ...quietStates, open: ['active'], rich: ['active'] }),
})

/**
 * `whole` leaves nothing with a date, so that everything can be looked at afterwards; the others end, or go on, at a date. `slow`
 * waits a minute and a half for the old key's last charges.
 */
export const rotations = {
  whole: rotating('open', []),
  dated: [rotating('open', ['--grace', '1h']), rotating('rich', ['--grace', '1h'])],
  slow: rotating('rich', []),
}

/** A rotation that is killed, and the key that is handed out before anything is settled, and after. */
export const tryKillRotation = async (cli: BuiltCli, saved: Saved, scenario: Scenario, where: Where): Promise<{ readonly killed: boolean; readonly problems: ReadonlyArray<string> }> => {
  const [name = ''] = scenario.touched
  if (scenario === rotations.whole) return tryKill(cli, saved, { ...scenario, usable: (bench) => unusable(bench, name) }, where, false)
  const bench = await openBench(cli, saved)
  try {
    const { killed, release } = await strike(bench, scenario, where)
    const problems = [...(await unusable(bench, name)), ...(await reconciled(bench)), ...(await unusable(bench, name))]
    if (release !== null) {
      await release()
      problems.push(...(await reconciled(bench)), ...(await unusable(bench, name)))
    }
    problems.push(...leaksOf(bench))
    return { killed, problems: problems.map((each) => `${scenario.name}, ${JSON.stringify(where)}: ${each}`) }
  } finally {
    await bench.close()
  }
}

/** A rotation that nobody disturbs, while `get` is asked before each of its requests is done and before it is answered. */
export const getDuringRotation = async (cli: BuiltCli, saved: Saved, scenario: Scenario): Promise<{ readonly asked: number; readonly problems: ReadonlyArray<string> }> => {
  const [name = ''] = scenario.touched
  const bench = await openBench(cli, saved)
  const problems: Array<string> = []
  let asked = 0
  const look = async (): Promise<boolean> => {
    asked += 1
    problems.push(...(await unusable(bench, name)))
    return true
  }
  try {
    bench.front.setGate({ arrived: look, applied: look })
    const { code, stderr } = await bench.run([...scenario.args, '--json'], { env: { LEAN_VAULT_HTTP_TIMEOUT_MS: '30000' } })
    bench.front.setGate({})
    if (code !== 0) problems.push(`${scenario.name} exited ${String(code)}: ${stderr}`)
    problems.push(...(await unusable(bench, name)))
    return { asked, problems: problems.map((each) => `${scenario.name}: ${each}`) }
  } finally {
    await bench.close()
  }
}
