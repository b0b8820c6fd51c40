import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openBench, type Saved } from './bench.js'
import { type BuiltCli, copyBuiltCli } from './built-cli.js'
import { problemsOf } from './check-bench.js'
import { reconcileTogether } from './crowd-trial.js'
import { initCommits, tryKillInit } from './init-trial.js'
import { tryKill, type Trial, type Where } from './kill-trial.js'
import { type Points, pointsOf, strace, systemCallsOf } from './points.js'
import { inPool, sample } from './pool.js'
import { forget, makePendingVault, makeQuietVault, nothingYet } from './saved-vaults.js'
import { afterReconcile, type Scenario, scenarios } from './scenarios.js'
import { trySignal } from './signal-trial.js'
import { storm } from './storm.js'

// Here a few points of each command, others in every run; `npm run kill-test` tries them all, or with `--only` the one that
// a failure names.
const required = process.env['LEAN_VAULT_REQUIRE_ALL'] === '1'
const width = 4

let cli: BuiltCli
let quiet: Saved
let pending: Saved
const points = new Map<Scenario, Points>()

const savedFor = ({ from }: Scenario): Saved => (from === 'quiet' ? quiet : pending)

beforeAll(async () => {
  cli = copyBuiltCli()
  quiet = await makeQuietVault(cli)
  pending = await makePendingVault(cli, quiet)
  const found = await inPool(width, scenarios.map((scenario) => () => pointsOf(cli, savedFor(scenario), scenario)))
  scenarios.forEach((scenario, n) => {
    if (found[n] !== undefined) points.set(scenario, found[n])
  })
}, 120_000)

afterAll(() => {
  for (const saved of [quiet, pending]) forget(saved)
  cli.remove()
})

type Chosen = ReadonlyArray<readonly [Scenario, Where]>

/** Two points of a short command, three or four of a long one. */
const some = (count: number, which: (of: Points) => ReadonlyArray<Where>): Chosen =>
  scenarios.flatMap((scenario) => {
    const found = points.get(scenario)
    const all = found === undefined ? [] : which(found)
    return sample(count + (all.length > 20 ? 1 : 0), all).map((where) => [scenario, where] as const)
  })

const tryAll = async (what: string, chosen: Chosen): Promise<ReadonlyArray<Trial>> => {
  const trials = await inPool(
    width,
    chosen.map(([scenario, where]) => () => tryKill(cli, savedFor(scenario), scenario, where, false)),
  )
  const problems = trials.flatMap((trial) => trial.problems)
  console.info(`${what}: ${trials.length} trials, ${trials.filter(({ killed }) => killed).length} kills, ${problems.length} problems`)
  expect(problems).toEqual([])
  return trials
}

const survivors = (trials: ReadonlyArray<Trial>): ReadonlyArray<string> =>
  trials.filter(({ killed }) => !killed).map(({ label }) => label)

describe('a process that is killed', { timeout: 240_000 }, () => {
  it('at a request leaves nothing behind that reconcile does not finish or undo', async () => {
    const [add] = scenarios
    const always = add === undefined ? [] : (['applied', 'countered'] as const).map((side) => [add, { _tag: 'Request', nth: 1, side }] as const)
    const trials = await tryAll('killed at requests', [...always, ...some(2, ({ requests }) => requests)])
    // After its last answer a program may end sooner than the signal comes.
    expect(survivors(trials).filter((label) => !label.includes('answered'))).toEqual([])
  })

  it('at a commit leaves the vault as it was before it or after it', async () => {
    expect(survivors(await tryAll('killed at commits', some(1, ({ commits }) => commits)))).toEqual([])
  })

  it('while it makes a vault is followed by one that makes it', async () => {
    const blank = nothingYet()
    const trials = await inPool(2, sample(2, initCommits.slice(0, 6)).map((point) => () => tryKillInit(cli, blank, point)))
    forget(blank)
    expect(trials.flatMap(({ problems }) => problems)).toEqual([])
    expect(survivors(trials)).toEqual([])
  })

  it('at any moment, among others that are killed too, loses nothing that was acknowledged', async () => {
    const { commands, kills, acknowledged, problems } = await storm(cli, quiet, 4)
    console.info(`killed at random moments: ${commands} commands, ${kills} kills, ${acknowledged} acknowledged, ${problems.length} problems`)
    expect(problems).toEqual([])
    expect(kills).toBeGreaterThan(0)
  })

  if (strace === null && !required) {
    console.warn('skipped: a process that is killed at a system call (no strace here)')
    it.skip('at a system call on the database: there is no strace here', () => undefined)
  } else {
    it('at a system call on the database leaves a database that opens', async () => {
      expect(strace, 'LEAN_VAULT_REQUIRE_ALL=1, but there is no strace').not.toBeNull()
      const chosen = await inPool(
        width,
        sample(2, scenarios).map((scenario) => async () =>
          sample(2, await systemCallsOf(cli, savedFor(scenario), scenario)).map((where) => [scenario, where] as const),
        ),
      )
      expect(survivors(await tryAll('killed at system calls', chosen.flat()))).toEqual([])
    })
  }

  it('leaves work that four reconciles at once finish, and finish once', async () => {
    const { acknowledged, problems } = await reconcileTogether(cli, pending, 4, afterReconcile)
    expect(problems).toEqual([])
    expect(acknowledged).toBeGreaterThan(0)
  })

  it('leaves work that a reconcile can stop in the middle of', async () => {
    const reconcile = scenarios.find(({ from }) => from === 'pending')!
    const last = points.get(reconcile)?.requests.length ?? 0
    const { problems } = await trySignal(cli, pending, reconcile, 'SIGTERM', 1 + Math.floor((Math.random() * last) / 3))
    expect(problems).toEqual([])
  })

  it('is noticed by these checks when nobody reconciles', async () => {
    const bench = await openBench(cli, pending)
    const problems = await problemsOf(bench, afterReconcile)
    await bench.close()
    for (const complaint of ['not held, but alive: lost', 'drifting', 'has pending', 'expected gone']) {
      expect(problems.some((each) => each.includes(complaint)), complaint).toBe(true)
    }
  })
})
