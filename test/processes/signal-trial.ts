import { type Bench, openBench, type Saved } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import { problemsOf } from './check-bench.js'
import { type Ended, sleep } from './run-cli.js'
import type { Scenario } from './scenarios.js'

export type StopSignal = 'SIGINT' | 'SIGTERM'

export interface Stopping {
  readonly label: string
  readonly problems: ReadonlyArray<string>
}

const exits: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 }

/** Ms. A stop ends within this time; shorter than a claim, so that a reconcile with this budget cannot wait for one. */
const soon = 3000

/** The signal must have been noticed before the answer comes, or it counts as one that came later. */
const noticing = 300

const stopAt = async (bench: Bench, { args }: Scenario, signal: StopSignal, nth: number): Promise<Ended> => {
  const running = bench.start([...args, '--json'])
  bench.front.setGate({
    arrived: async ({ n }) => {
      if (n !== nth) return true
      running.process.kill(signal)
      await sleep(noticing)
      return true
    },
  })
  const ended = await running.ended
  bench.front.setGate({})
  return ended
}

/** The signal comes when the nth request arrives. That step is done to its end and recorded, and nothing else is begun. */
export const trySignal = async (cli: BuiltCli, saved: Saved, scenario: Scenario, signal: StopSignal, nth: number): Promise<Stopping> => {
  const bench = await openBench(cli, saved)
  const label = `${scenario.name}, ${signal} at request ${nth}`
  try {
    const { code, stdout, stderr } = await stopAt(bench, scenario, signal, nth)
    const later = bench.front.arrivals.filter(({ n, method }) => n > nth && method !== 'GET')
    const intended = bench.front.arrivals.some(({ method }) => method !== 'GET')
    const problems = [
      ...(code === exits[signal] ? [] : [`exited ${String(code)}: ${stderr}${stdout}`]),
      ...later.map(({ method, path }) => `after the signal it sent ${method} ${path}`),
    ]
    const after = await bench.run(['reconcile', '--json'], { env: { LEAN_VAULT_RETRY_BUDGET_MS: String(soon) } })
    if (after.code !== 0) problems.push(`reconcile at once exited ${String(after.code)}: ${after.stderr}${after.stdout}`)
    problems.push(...(await problemsOf(bench, scenario.expected(intended))))
    return { label, problems: problems.map((each) => `${label}: ${each}`) }
  } finally {
    await bench.close()
  }
}

/** A signal while it waits to try again ends the wait at once; a second signal ends a request that hangs. */
export const trySignalInPause = async (cli: BuiltCli, saved: Saved, signal: StopSignal, hang: boolean): Promise<Stopping> => {
  const bench = await openBench(cli, saved)
  const label = hang ? `suspend, ${signal} twice in a request that hangs` : `suspend, ${signal} while it waits to try again`
  try {
    const running = bench.start(['suspend', 'held', '--json'], { env: { LEAN_VAULT_HTTP_TIMEOUT_MS: '20000' } })
    let [arrive, letGo] = [() => {}, () => {}]
    const arrived = new Promise<void>((resolve) => (arrive = resolve))
    const hanging = new Promise<void>((resolve) => (letGo = resolve))
    bench.front.setGate({
      arrived: async () => {
        arrive()
        if (hang) await hanging
        return false
      },
    })
    await arrived
    const begun = performance.now()
    running.process.kill(signal)
    if (hang) {
      await sleep(noticing)
      running.process.kill(signal)
    }
    const { code, stderr } = await running.ended
    const took = performance.now() - begun
    letGo()
    return {
      label,
      problems: [
        ...(code === exits[signal] ? [] : [`${label}: exited ${String(code)}: ${stderr}`]),
        ...(took < soon ? [] : [`${label}: it took ${took.toFixed(0)} ms to end`]),
      ],
    }
  } finally {
    await bench.close()
  }
}
