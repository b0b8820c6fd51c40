import { type Bench, openBench, type Saved } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import { type Expected, openDatabase, problemsOf } from './check-bench.js'
import { reconciled } from './kill-trial.js'
import { type Ended, sleep, untilStopped } from './run-cli.js'
import { quietStates } from './scenarios.js'

/** What several processes at once on one vault came to. */
export interface Crowd {
  /** How many commands said that they were done. */
  readonly acknowledged: number
  /** Of those, how many are not so in the vault or at OpenRouter, or were told otherwise than the contract allows. */
  readonly problems: ReadonlyArray<string>
}

/** OpenRouter's answer comes this long after it has acted, ms: the faults of the older tool were measured with it. */
const answerDelay = 50

const numbered = (count: number, prefix: string): ReadonlyArray<string> => Array.from({ length: count }, (_, n) => `${prefix}-${n + 1}`)

const together = (bench: Bench, commands: ReadonlyArray<ReadonlyArray<string>>): Promise<ReadonlyArray<Ended>> =>
  Promise.all(commands.map((args) => bench.run([...args, '--json'])))

const expecting = (states: Expected, names: ReadonlyArray<string>, state: 'active' | 'suspended' | 'gone'): Expected => ({
  ...states,
  ...Object.fromEntries(names.map((name) => [name, [state]])),
})

const notDone = (ended: ReadonlyArray<Ended>, allowed: ReadonlyArray<number> = [0]): ReadonlyArray<string> =>
  ended
    .filter(({ code }) => code === null || !allowed.includes(code))
    .map(({ code, signal, stdout, stderr }) => `exited ${String(code ?? signal)}: ${stderr}${stdout}`)

const acknowledgedIn = (ended: ReadonlyArray<Ended>): number => ended.filter(({ code }) => code === 0).length

const onBench = async (cli: BuiltCli, saved: Saved, act: (bench: Bench) => Promise<Crowd>): Promise<Crowd> => {
  const bench = await openBench(cli, saved)
  bench.front.setDelay(() => answerDelay)
  try {
    return await act(bench)
  } finally {
    await bench.close()
  }
}

/** Rounds of concurrent adds of different names: every one must succeed, and every key must be handed out afterwards. */
export const addDifferent = (cli: BuiltCli, saved: Saved, rounds: number, width: number): Promise<Crowd> =>
  onBench(cli, saved, async (bench) => {
    let expected = quietStates
    let acknowledged = 0
    const problems: Array<string> = []
    for (let round = 1; round <= rounds; round += 1) {
      const names = numbered(width, `r${round}`)
      const ended = await together(bench, names.map((name) => ['add', name, '--monthly-limit', '5']))
      acknowledged += acknowledgedIn(ended)
      expected = expecting(expected, names, 'active')
      problems.push(...notDone(ended))
    }
    return { acknowledged, problems: [...problems, ...(await problemsOf(bench, expected))] }
  })

/** Rounds of concurrent adds of one name: one winner, and the others are refused before they ask OpenRouter for anything. */
export const addSame = (cli: BuiltCli, saved: Saved, rounds: number, width: number): Promise<Crowd> =>
  onBench(cli, saved, async (bench) => {
    let expected = quietStates
    let acknowledged = 0
    const problems: Array<string> = []
    for (let round = 1; round <= rounds; round += 1) {
      const name = `same-${round}`
      const ended = await together(bench, Array.from({ length: width }, () => ['add', name, '--monthly-limit', '5']))
      const winners = acknowledgedIn(ended)
      const posts = bench.front.arrivals.filter(({ bodyName }) => bodyName?.startsWith(`${name} `)).length
      acknowledged += winners
      expected = expecting(expected, [name], 'active')
      problems.push(...notDone(ended, [0, 4]))
      if (winners !== 1 || posts !== 1) problems.push(`${name}: ${winners} winners, ${posts} requests to create it`)
    }
    return { acknowledged, problems: [...problems, ...(await problemsOf(bench, expected))] }
  })

/** Five keys are suspended together, resumed together and removed together, with readers all the while. */
export const changeTogether = (cli: BuiltCli, saved: Saved, width: number): Promise<Crowd> =>
  onBench(cli, saved, async (bench) => {
    const names = numbered(width, 'shared')
    const reading = startReaders(bench)
    let acknowledged = 0
    const problems: Array<string> = []
    const each = async (verb: string, ...flags: ReadonlyArray<string>): Promise<void> => {
      const ended = await together(bench, names.map((name) => [verb, name, ...flags]))
      acknowledged += acknowledgedIn(ended)
      problems.push(...notDone(ended).map((problem) => `${verb} ${problem}`))
    }
    await each('add', '--monthly-limit', '5')
    await each('suspend')
    problems.push(...(await problemsOf(bench, expecting(quietStates, names, 'suspended'), names.slice(0, 1))))
    await each('resume')
    await each('remove', '--yes')
    const { reads, failures } = await reading.end()
    problems.push(...failures, ...(await reconciled(bench)), ...(await problemsOf(bench, expecting(quietStates, names, 'gone'))))
    if (reads === 0) problems.push('nobody read')
    return { acknowledged: acknowledged + reads, problems }
  })

interface Readers {
  readonly end: () => Promise<{ readonly reads: number; readonly failures: ReadonlyArray<string> }>
}

/** Ms: the machine has other things to do too. */
const betweenReads = 100

/** Two processes after each other that read, over and over: no writer may make them fail. */
const startReaders = (bench: Bench): Readers => {
  const state = { isOver: false }
  let reads = 0
  const failures: Array<string> = []
  const secrets = new Set<string>()
  const loop = async (args: ReadonlyArray<string>): Promise<void> => {
    while (!state.isOver) {
      await sleep(betweenReads)
      const { code, stdout, stderr } = await bench.run(args)
      reads += 1
      if (code !== 0) failures.push(`${args.join(' ')} while others wrote exited ${String(code)}: ${stderr}`)
      if (args[0] === 'get') secrets.add(stdout)
    }
  }
  const loops = Promise.all([loop(['get', 'held']), loop(['list', '--json'])])
  return {
    end: async () => {
      state.isOver = true
      await loops
      if (secrets.size !== 1) failures.push(`get gave ${secrets.size} different secrets`)
      return { reads, failures }
    },
  }
}

/** Concurrent reconciles of a vault that is full of unfinished work: together they finish it, and never twice. */
export const reconcileTogether = (cli: BuiltCli, pending: Saved, width: number, expected: Expected): Promise<Crowd> =>
  onBench(cli, pending, async (bench) => {
    const ended = await together(bench, Array.from({ length: width }, () => ['reconcile']))
    const problems = [...notDone(ended, [0, 7]), ...(await reconciled(bench)), ...(await problemsOf(bench, expected))]
    return { acknowledged: acknowledgedIn(ended), problems }
  })

/** A writer that is stopped in the middle of a commit holds up other writers, who say so; readers go on; nothing is lost. */
export const stopInCommit = (cli: BuiltCli, saved: Saved): Promise<Crowd> =>
  onBench(cli, saved, async (bench) => {
    const point = { at: 'commit', nth: 2, side: 'before', signal: 'SIGSTOP' }
    const stopped = bench.start(['add', 'fresh', '--monthly-limit', '5', '--json'], { point })
    if (!(await untilStopped(stopped))) return { acknowledged: 0, problems: ['it was never stopped'] }
    // It gives up before the claim of the stopped process is over, which would not send any more.
    const impatient = { env: { LEAN_VAULT_RETRY_BUDGET_MS: '1500' } }
    const [writer, readers] = await Promise.all([bench.run(['suspend', 'spare', '--json'], impatient), together(bench, [['get', 'held'], ['list']])])
    stopped.process.kill('SIGCONT')
    const woken = await stopped.ended
    const problems = [
      ...notDone([...readers, woken]),
      ...notDone([writer], [8]),
      ...(await reconciled(bench)),
      ...(await problemsOf(bench, expecting(quietStates, ['fresh'], 'active'))),
    ]
    return { acknowledged: acknowledgedIn([...readers, woken]), problems }
  })

/**
 * A reader that does not let go of what it reads keeps a removed secret's old bytes in the file. The removal says so, hands
 * the secret out no more, and is finished once the reader has gone.
 */
export const removeUnderReader = (cli: BuiltCli, saved: Saved): Promise<Crowd> =>
  onBench(cli, saved, async (bench) => {
    const reader = openDatabase(bench.home)
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM sealed').all()
    const env = { LEAN_VAULT_RETRY_BUDGET_MS: '1500' }
    const removal = await bench.run(['remove', 'held', '--yes', '--json'], { env })
    const get = await bench.run(['get', 'held'])
    const still = await bench.run(['reconcile', '--json'], { env })
    reader.exec('COMMIT')
    reader.close()
    const problems = [
      ...notDone([removal, still], [7]),
      ...notDone([get], [3]),
      ...(await reconciled(bench)),
      ...(await problemsOf(bench, expecting(quietStates, ['held'], 'gone'))),
    ]
    return { acknowledged: 0, problems }
  })
