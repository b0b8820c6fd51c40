import { chmodSync, chownSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Bench, openBench, type Saved } from './bench.js'
import { type BuiltCli, copyBuiltCli } from './built-cli.js'
import { problemsOf } from './check-bench.js'
import { custodies, custodyVaults } from './custody-scenarios.js'
import { cutsOf, tryCut } from './custody-trial.js'
import { tryFullDisk } from './full-disk-trial.js'
import { strace } from './points.js'
import { inPool, sample } from './pool.js'
import { forget, makeQuietVault } from './saved-vaults.js'
import { quietStates, scenarioOf } from './scenarios.js'
import { smallDiskUnder } from './small-disk.js'

const required = process.env['LEAN_VAULT_REQUIRE_ALL'] === '1'

let cli: BuiltCli
let quiet: Saved
beforeAll(async () => {
  cli = copyBuiltCli()
  quiet = await makeQuietVault(cli)
}, 60_000)
afterAll(() => {
  forget(quiet)
  cli.remove()
})

// Here a few; `npm run kill-test -- --only "disk full"` tries every command from every change on.
const cases = [
  [scenarioOf('add'), 'the beginning'],
  [scenarioOf('add'), 1],
  [scenarioOf('remove'), 1],
] as const

/** A user who may not mount cannot make a disk that is full; nothing that could be installed changes that. */
const notMounted = (what: string): void => console.warn(`not tried: ${what} (a tmpfs cannot be mounted here)`)

const refusalOf = async (bench: Bench, args: ReadonlyArray<string>): Promise<unknown> => {
  const { code, stdout, stderr } = await bench.run([...args, '--json'])
  const { error } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { readonly error: { readonly tag: string; readonly details: unknown } }
  return { code, stdout, tag: error.tag, details: error.details }
}

const refused = (reason: string) => ({ code: 8, stdout: '', tag: 'VaultUnavailable', details: expect.objectContaining({ reason }) as unknown })

describe('a vault that cannot be written', { timeout: 120_000 }, () => {
  it('for want of room from the beginning exits 8 with nothing sent, and from a change on 7; with room again nothing is lost', async () => {
    const results = await inPool(2, cases.map(([scenario, from]) => () => tryFullDisk(cli, quiet, scenario, from)))
    if (results.some((result) => result === null)) return notMounted('a full disk')
    expect(results.flatMap((result) => result?.problems ?? [])).toEqual([])
    const codes = results.map((result) => result?.code)
    console.info(`a full disk: ${results.length} runs, exits ${codes.join(' ')}`)
    expect(codes.slice(0, 2)).toEqual([8, 7])
  })

  it('because it lies on a read-only place exits 8, and works when it can be written again', async () => {
    const bench = await openBench(cli, quiet)
    const disk = smallDiskUnder(bench.home, 2048)
    if (disk === null) {
      await bench.close()
      return notMounted('a read-only place')
    }
    try {
      disk.setReadOnly(true)
      for (const args of [['add', 'fresh'], ['vault', 'rotate-key']]) {
        expect(await refusalOf(bench, args), args.join(' ')).toEqual(refused('read-only'))
      }
      expect(bench.front.arrivals.filter(({ method }) => method !== 'GET')).toEqual([])
      disk.setReadOnly(false)
      expect(await problemsOf(bench, quietStates, [])).toEqual([])
    } finally {
      disk.remove()
      await bench.close()
    }
  })

  it('because it came to belong to somebody else, or is closed to its owner, exits 8 and changes nothing', async () => {
    const bench = await openBench(cli, quiet)
    const file = join(bench.home, 'vault.db')
    const { uid, gid } = statSync(file)
    try {
      // Root may write everywhere, so there it is the owner that is looked at.
      if (uid === 0) chownSync(file, 54_321, gid)
      else chmodSync(file, 0o000)
      for (const args of [['add', 'fresh'], ['list'], ['vault', 'rotate-key']]) {
        expect(await refusalOf(bench, args), args.join(' ')).toEqual(refused('permission'))
      }
      expect(bench.front.arrivals).toEqual([])
      if (uid === 0) chownSync(file, uid, gid)
      else chmodSync(file, 0o600)
      expect(await problemsOf(bench, quietStates, ['held'])).toEqual([])
    } finally {
      await bench.close()
    }
  })
})

// `npx tsx scripts/custody-test.ts` tries all points of all such commands.
describe('a change of the vault key or a backup', { timeout: 120_000 }, () => {
  if (strace === null && !required) {
    console.warn('skipped: changes of the vault key that are killed at a system call (no strace here)')
    it.skip('that is killed, or whose write fails: there is no strace here', () => undefined)
  } else {
    it('that is killed, or whose write fails, leaves a vault that opens with the old or the new, and shows no secret', async () => {
      expect(strace, 'LEAN_VAULT_REQUIRE_ALL=1, but there is no strace').not.toBeNull()
      const { ann, vaults } = await custodyVaults(cli, quiet, false)
      const quick = custodies(ann).filter(({ from, name }) => (from === 'key-file' || from === 'recipient') && !name.startsWith('passphrase'))
      const chosen = sample(1, quick)
      const cuts = await inPool(2, chosen.map((custody) => async () => sample(3, await cutsOf(cli, vaults[custody.from], custody)).map((cut) => [custody, cut] as const)))
      const trials = await inPool(2, cuts.flat().map(([custody, cut]) => () => tryCut(cli, vaults[custody.from], custody, cut)))
      for (const { label } of trials) console.info(label)
      for (const saved of Object.values(vaults)) forget(saved)
      expect(trials).toHaveLength(3)
      expect(trials.flatMap(({ problems }) => problems)).toEqual([])
    })
  }
})
