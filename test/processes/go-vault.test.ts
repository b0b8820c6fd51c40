import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { ways } from '../support/damaged-go-vault.js'
import { type Bench, mustRun, openBench, type Saved } from './bench.js'
import { type BuiltCli, copyBuiltCli } from './built-cli.js'
import { tryDamagedGoVault } from './go-vault-trial.js'
import { inPool } from './pool.js'
import { forget, makeQuietVault } from './saved-vaults.js'

let cli: BuiltCli
let quiet: Saved
let bench: Bench

beforeAll(async () => {
  cli = copyBuiltCli()
  quiet = await makeQuietVault(cli)
  bench = await openBench(cli, quiet)
}, 120_000)

afterAll(async () => {
  await bench.close()
  forget(quiet)
  cli.remove()
})

// One seed of each way here, another in every run; scripts/go-vault-trial.ts tries many.
describe('import --lean-vault-go', { timeout: 240_000 }, () => {
  it('of a vault that is damaged in any way says so by exit 2, soon, and changes neither vault', async () => {
    const before = await mustRun(bench, ['list'])
    const seed = Math.floor(Math.random() * 1_000_000)
    const trials = await inPool(3, ways.map((way) => () => tryDamagedGoVault(bench, way, seed)))
    expect(trials.flatMap(({ problems }) => problems)).toEqual([])
    expect(trials.filter(({ exit }) => exit === 2).length).toBeGreaterThanOrEqual(ways.length - 4)
    expect(await mustRun(bench, ['list'])).toEqual(before)
  })
})
