import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Saved } from './bench.js'
import { type BuiltCli, copyBuiltCli } from './built-cli.js'
import { addDifferent, addSame, changeTogether, type Crowd, stopInCommit } from './crowd-trial.js'
import { inPool, sample } from './pool.js'
import { forget, makeQuietVault } from './saved-vaults.js'
import { scenarios } from './scenarios.js'
import { trySignal, trySignalInPause } from './signal-trial.js'
import { stories, tryStop } from './stop-trial.js'

const required = process.env['LEAN_VAULT_REQUIRE_ALL'] === '1'
const seesStops = process.platform === 'linux'

let cli: BuiltCli
let quiet: Saved

beforeAll(async () => {
  cli = copyBuiltCli()
  quiet = await makeQuietVault(cli)
}, 120_000)

afterAll(() => {
  forget(quiet)
  cli.remove()
})

const check = ({ acknowledged, problems }: Crowd, least: number): void => {
  expect(problems).toEqual([])
  expect(acknowledged).toBeGreaterThanOrEqual(least)
}

describe('many processes on one vault', { timeout: 240_000 }, () => {
  it('add eight different keys at once, three times, and none is lost', async () => {
    check(await addDifferent(cli, quiet, 3, 8), 24)
  })

  it('add one name at once, and one of them wins before anything is sent', async () => {
    check(await addSame(cli, quiet, 1, 8), 1)
  })

  it('suspend, resume and remove five keys at once, while others read', async () => {
    check(await changeTogether(cli, quiet, 5), 20)
  })
})

describe('a process that is told to stop', { timeout: 240_000 }, () => {
  const named = (name: string) => scenarios.find((scenario) => scenario.name === name)!

  it('stops after its step, and what is left can go on at once', async () => {
    const stops = await inPool(4, [
      () => trySignal(cli, quiet, named('add'), 'SIGINT', 1),
      () => trySignal(cli, quiet, named('add'), 'SIGTERM', 2),
      () => trySignal(cli, quiet, named('remove'), 'SIGTERM', 4),
      () => trySignal(cli, quiet, named('remove'), 'SIGINT', 6),
      () => trySignalInPause(cli, quiet, 'SIGINT', false),
      () => trySignalInPause(cli, quiet, 'SIGTERM', true),
    ])
    expect(stops.flatMap(({ problems }) => problems)).toEqual([])
  })
})

describe('a process that is stopped past its claim and wakes', { timeout: 240_000 }, () => {
  if (!seesStops && !required) {
    console.warn('skipped: stopped processes (seen by /proc, which this system does not have)')
    it.skip('is seen by /proc, which this system does not have', () => undefined)
    return
  }

  it('changes nothing for good, whatever others did meanwhile', async () => {
    const ways = (['timer', 'request', 'claim'] as const).flatMap((at) => stories.map((story) => [story, at] as const))
    const always = ways.filter(([{ name }, at]) => name === 'add, finished by another' && at === 'timer')
    const woken = await inPool(6, [...always, ...sample(5, ways)].map(([story, at]) => () => tryStop(cli, quiet, story, at)))
    expect(woken.flatMap(({ problems }) => problems)).toEqual([])
  })

  it('in the middle of a commit holds up writers and nobody else', async () => {
    check(await stopInCommit(cli, quiet), 3)
  })
})
