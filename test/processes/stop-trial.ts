import { type Bench, claimLength, openBench, requestTimeout, type Saved } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import { type Expected, problemsOf } from './check-bench.js'
import { reconciled, succeeded } from './kill-trial.js'
import { type Point, sleep, untilStopped } from './run-cli.js'
import { quietStates } from './scenarios.js'

/**
 * Where a process is stopped: before its request's time begins to run (it will live to see the answer), just before the
 * first byte leaves (it gives up at once when it wakes, and the request goes out all the same), or when its claim has just
 * been written (it must not send any more).
 */
export type StopAt = 'timer' | 'request' | 'claim'

/** A command that is stopped at a change, what others do meanwhile, and how all must stand once it has woken. */
export interface Story {
  readonly name: string
  readonly args: ReadonlyArray<string>
  /** The change before which it is stopped. */
  readonly method: 'POST' | 'PATCH' | 'DELETE'
  /** Which of its requests that is, and which of its commits claims it; both from 1. */
  readonly request: number
  readonly commit: number
  readonly meanwhile: ReadonlyArray<ReadonlyArray<string>>
  readonly expected: Expected
}

const reconcile = ['reconcile']
const addFresh = ['add', 'fresh', '--monthly-limit', '5']
const removeFresh = ['remove', 'fresh', '--yes']
const create = { args: addFresh, method: 'POST', request: 1, commit: 2 } as const
const activate = { args: addFresh, method: 'PATCH', request: 2, commit: 4 } as const
const suspend = { args: ['suspend', 'held'], method: 'PATCH', request: 1, commit: 2 } as const
const resume = { args: ['resume', 'resting'], method: 'PATCH', request: 1, commit: 2 } as const
const contain = { args: ['remove', 'held', '--yes'], method: 'PATCH', request: 4, commit: 3 } as const
const destroy = { args: ['remove', 'held', '--yes'], method: 'DELETE', request: 6, commit: 5 } as const

export const stories: ReadonlyArray<Story> = [
  { ...create, name: 'add, finished by another', meanwhile: [reconcile], expected: { ...quietStates, fresh: ['active'] } },
  { ...create, name: 'add, finished and removed by others', meanwhile: [reconcile, removeFresh], expected: { ...quietStates, fresh: ['gone'] } },
  {
    ...create,
    name: 'add, finished, removed and added again by others',
    meanwhile: [reconcile, removeFresh, ['add', 'fresh']],
    expected: { ...quietStates, fresh: ['active'] },
  },
  { ...activate, name: 'activation, suspended by others', meanwhile: [reconcile, ['suspend', 'fresh']], expected: { ...quietStates, fresh: ['suspended'] } },
  { ...activate, name: 'activation, removed by others', meanwhile: [reconcile, removeFresh], expected: { ...quietStates, fresh: ['gone'] } },
  { ...suspend, name: 'suspend, resumed by others', meanwhile: [reconcile, ['resume', 'held']], expected: { ...quietStates, held: ['active'] } },
  { ...suspend, name: 'suspend, removed by others', meanwhile: [reconcile, ['remove', 'held', '--yes']], expected: { ...quietStates, held: ['gone'] } },
  { ...resume, name: 'resume, suspended again by others', meanwhile: [reconcile, ['suspend', 'resting']], expected: { ...quietStates, resting: ['suspended'] } },
  { ...resume, name: 'resume, removed by others', meanwhile: [reconcile, ['remove', 'resting', '--yes']], expected: { ...quietStates, resting: ['gone'] } },
  { ...contain, name: 'containment, removed and added again by others', meanwhile: [reconcile, ['add', 'held']], expected: quietStates },
  { ...destroy, name: 'deletion, finished by another', meanwhile: [reconcile], expected: { ...quietStates, held: ['gone'] } },
  { ...destroy, name: 'deletion, finished and added again by others', meanwhile: [reconcile, ['add', 'held']], expected: quietStates },
]

const pointOf = ({ method, request, commit }: Story, at: StopAt): Point => {
  const signal = 'SIGSTOP'
  switch (at) {
    case 'timer':
      return { at, milliseconds: requestTimeout, nth: request, signal }
    case 'request':
      return { at, method, nth: 1, signal }
    case 'claim':
      return { at: 'commit', nth: commit, side: 'after', signal }
  }
}

export interface Woken {
  readonly label: string
  /** What the woken process ended with. */
  readonly code: number | null
  readonly problems: ReadonlyArray<string>
}

/** What the woken process sent, against where it was stopped. */
const sentLate = (bench: Bench, from: number, { method }: Story, at: StopAt): ReadonlyArray<string> => {
  const late = bench.front.arrivals.slice(from).some((arrival) => arrival.method === method)
  if (at === 'claim') return late ? [`it sent its ${method} although its claim was over`] : []
  return late ? [] : [`it sent no late ${method}, so that nothing was tried`]
}

/** An owner that lives to see its late 201 deletes that key at once; nobody has to clean up after it. */
const leftBehind = ({ world, saved }: Bench, { method, expected }: Story, at: StopAt): ReadonlyArray<string> => {
  if (method !== 'POST' || at !== 'timer') return []
  const alive = [...world.account.keys.values()].filter(({ name }) => name.startsWith(`fresh [lv:${saved.vaultId}:`)).length
  return alive === (expected['fresh']?.[0] === 'gone' ? 0 : 1) ? [] : [`it left ${alive} keys of the name fresh alive`]
}

/** Stops a command past its claim, lets others settle its work, and wakes it. */
export const tryStop = async (cli: BuiltCli, saved: Saved, story: Story, at: StopAt): Promise<Woken> => {
  const bench = await openBench(cli, saved)
  const label = `${story.name} (stopped at its ${at})`
  const told = (problems: ReadonlyArray<string>): ReadonlyArray<string> => problems.map((each) => `${label}: ${each}`)
  try {
    const sleeper = bench.start([...story.args, '--json'], { point: pointOf(story, at) })
    if (!(await untilStopped(sleeper))) {
      const { code, stderr } = await sleeper.ended
      return { label, code, problems: told([`it was never stopped: ${stderr}`]) }
    }
    const stopped = Date.now()
    const problems = [...(await succeeded(bench, story.meanwhile))]
    // The claim must be over before it wakes, whatever the others did.
    await sleep(Math.max(0, claimLength + 100 - (Date.now() - stopped)))
    const sent = bench.front.arrivals.length
    sleeper.process.kill('SIGCONT')
    const { code, stderr } = await sleeper.ended
    problems.push(...sentLate(bench, sent, story, at), ...leftBehind(bench, story, at))
    if (code === 1 || code === null) problems.push(`it ended with ${String(code)}: ${stderr}`)
    problems.push(...(await reconciled(bench)), ...(await problemsOf(bench, story.expected)))
    return { label, code, problems: told(problems) }
  } finally {
    await bench.close()
  }
}
