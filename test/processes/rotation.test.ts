import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Saved } from './bench.js'
import { type BuiltCli, copyBuiltCli } from './built-cli.js'
import { type Points, pointsOf } from './points.js'
import { inPool, sample } from './pool.js'
import { getDuringRotation, makeRotationVault, rotations, tryKillRotation, unusable } from './rotation-trial.js'
import { openBench } from './bench.js'
import { forget, makeQuietVault } from './saved-vaults.js'

// Some points of each rotation, others in every run; `npm run kill-test -- --only rotate` tries them all.
let cli: BuiltCli
let vault: Saved

beforeAll(async () => {
  cli = copyBuiltCli()
  const quiet = await makeQuietVault(cli)
  vault = await makeRotationVault(cli, quiet)
  forget(quiet)
}, 120_000)

afterAll(() => {
  forget(vault)
  cli.remove()
})

describe('a rotation', { timeout: 240_000 }, () => {
  it('that is killed at a request or a commit leaves a key that works, at once and once it is settled', async () => {
    const all = [rotations.whole, ...rotations.dated]
    const points: ReadonlyArray<Points> = await inPool(2, all.map((scenario) => () => pointsOf(cli, vault, scenario)))
    const chosen = all.flatMap((scenario, n) => [...sample(3, points[n]?.requests ?? []), ...sample(1, points[n]?.commits ?? [])].map((where) => () => tryKillRotation(cli, vault, scenario, where)))
    const trials = await inPool(4, chosen)
    expect(trials.flatMap(({ problems }) => problems)).toEqual([])
    expect(trials.filter(({ killed }) => killed).length).toBeGreaterThan(trials.length / 2)
  })

  it('that is under way gives a key that works, before each request of it and before each answer', async () => {
    const { asked, problems } = await getDuringRotation(cli, vault, rotations.whole)
    expect(problems).toEqual([])
    expect(asked).toBeGreaterThan(20)
  })

  it('is noticed where it leaves none', async () => {
    const bench = await openBench(cli, vault)
    const { account } = bench.world
    const open = [...account.keys.values()].find(({ name }) => name.startsWith('open '))
    if (open === undefined) throw new Error('the key is not there')
    bench.world.account = { ...account, keys: new Map([...account.keys, [open.hash, { ...open, disabled: true }]]) }
    expect(await unusable(bench, 'open')).toEqual(['get open gives a key that is switched off'])
    await bench.close()
  })
})
