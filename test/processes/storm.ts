import { type Bench, openBench, type Saved } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import { problemsOf, type Standing } from './check-bench.js'
import { reconciled } from './kill-trial.js'
import { type Ended, sleep } from './run-cli.js'
import { quietStates } from './scenarios.js'

/** What several rounds of random commands, most of them killed, came to. */
export interface Storm {
  readonly commands: number
  readonly kills: number
  readonly acknowledged: number
  readonly problems: ReadonlyArray<string>
}

type Verb = 'add' | 'remove' | 'suspend' | 'resume'

const results: Readonly<Record<Verb, readonly [from: ReadonlyArray<Standing>, to: Standing]>> = {
  add: [['gone'], 'active'],
  remove: [['active', 'suspended'], 'gone'],
  suspend: [['active'], 'suspended'],
  resume: [['suspended'], 'active'],
}

const argsOf = (verb: Verb, name: string): ReadonlyArray<string> => {
  if (verb === 'add') return ['add', name, '--monthly-limit', '5', '--json']
  return verb === 'remove' ? ['remove', name, '--yes', '--json'] : [verb, name, '--json']
}

const names = ['held', 'spare', 'resting', 'former', 'new-1', 'new-2', 'new-3']

const pick = <A>(from: ReadonlyArray<A>): A => {
  const found = from[Math.floor(Math.random() * from.length)]
  if (found === undefined) throw new Error('nothing to pick from')
  return found
}

const shuffled = <A>(all: ReadonlyArray<A>): ReadonlyArray<A> =>
  all.map((each) => [Math.random(), each] as const).sort(([a], [b]) => a - b).map(([, each]) => each)

/** Where a name may stand after one command. Everything but success and an incomplete or killed run left it as it was. */
const after = (verb: Verb, before: ReadonlyArray<Standing>, { code, signal }: Ended): ReadonlyArray<Standing> => {
  const [from, to] = results[verb]
  if (code === 0) return [to]
  const mayHaveActed = signal !== null || code === 7
  return mayHaveActed && before.some((each) => from.includes(each)) ? [...new Set([...before, to])] : before
}

// 2: never, for these are well-formed; 1: a bug; 8: nobody holds the vault for long.
const lawful = new Set<number | null>([0, 3, 4, 5, 6, 7])

const verbFor = (standings: ReadonlyArray<Standing>): Verb =>
  pick((['add', 'remove', 'suspend', 'resume'] as const).filter((verb) => results[verb][0].some((each) => standings.includes(each))))

interface Tally {
  commands: number
  kills: number
  acknowledged: number
  /** Within how many milliseconds of its start a command is killed: what a command takes here, learned as it goes. */
  reach: number
}

const oftenSpared = 0.15

/** Before that nothing is loaded yet. */
const startUp = 60

const unleash = async (bench: Bench, args: ReadonlyArray<string>, tally: Tally): Promise<Ended> => {
  await sleep(Math.random() * 60)
  const running = bench.start(args)
  const isSpared = Math.random() < oftenSpared
  const timer = isSpared ? undefined : setTimeout(() => running.process.kill('SIGKILL'), startUp + Math.random() * tally.reach)
  const ended = await running.ended
  clearTimeout(timer)
  tally.commands += 1
  if (!isSpared) tally.reach *= ended.signal === 'SIGKILL' ? 1.1 : 0.75
  if (ended.signal === 'SIGKILL') tally.kills += 1
  if (ended.code === 0) tally.acknowledged += 1
  return ended
}

/**
 * Rounds of three random commands and now and then a reconcile, all at once on one vault, most of them killed at a random
 * moment. After every few rounds everything is settled and checked.
 */
export const storm = async (cli: BuiltCli, saved: Saved, rounds: number): Promise<Storm> => {
  const bench = await openBench(cli, saved)
  bench.front.setDelay(() => Math.random() * 40)
  const standings = new Map<string, ReadonlyArray<Standing>>(names.map((name) => [name, quietStates[name] ?? ['gone']]))
  const tally: Tally = { commands: 0, kills: 0, acknowledged: 0, reach: 400 }
  const problems: Array<string> = []
  const history: Array<string> = []

  const one = async (name: string): Promise<void> => {
    const before = standings.get(name) ?? ['gone']
    const verb = verbFor(before)
    const ended = await unleash(bench, argsOf(verb, name), tally)
    standings.set(name, after(verb, before, ended))
    history.push(`${verb} ${name}: ${String(ended.code ?? ended.signal)}`)
    if (ended.signal === null && !lawful.has(ended.code)) problems.push(`${verb} ${name} exited ${String(ended.code)}: ${ended.stderr}`)
  }

  const settle = async (): Promise<void> => {
    const wrong = [...(await reconciled(bench)), ...(await problemsOf(bench, Object.fromEntries(standings)))]
    problems.push(...wrong.map((each) => `${each} (after ${history.join('; ')})`))
    const listed = JSON.parse((await bench.run(['list', '--json'])).stdout) as ReadonlyArray<{ readonly name: string; readonly state: Standing }>
    for (const name of names) standings.set(name, [listed.find((each) => each.name === name)?.state ?? 'gone'])
    history.length = 0
  }

  try {
    for (let round = 1; round <= rounds && problems.length === 0; round += 1) {
      const work = shuffled(names).slice(0, 3).map(one)
      if (Math.random() < 0.3) work.push(unleash(bench, ['reconcile', '--json'], tally).then(() => undefined))
      await Promise.all(work)
      if (round % 4 === 0 || round === rounds) await settle()
    }
    const { commands, kills, acknowledged } = tally
    return { commands, kills, acknowledged, problems }
  } finally {
    await bench.close()
  }
}
