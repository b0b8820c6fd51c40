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
import { type Failing, tryFailing } from './failing-disk-trial.js'
import { type Cut, tryMigration } from './migration-trial.js'
import { forget, makePendingVault, makeQuietVault } from './saved-vaults.js'
import { quietStates, scenarioOf } from './scenarios.js'
import { mayMount, smallDiskUnder } from './small-disk.js'

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

/** Only who may mount can make a disk that is full. */
const itWithDisk = mayMount() || required ? it : it.skip
if (itWithDisk === it.skip) console.warn('skipped: a full disk and a read-only place (a tmpfs cannot be mounted here; LEAN_VAULT_REQUIRE_ALL=1 makes that a failure)')

const refusalOf = async (bench: Bench, args: ReadonlyArray<string>): Promise<unknown> => {
  const { code, stdout, stderr } = await bench.run([...args, '--json'])
  const { error } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { readonly error: { readonly tag: string; readonly details: unknown } }
  return { code, stdout, tag: error.tag, details: error.details }
}

const refused = (reason: string) => ({ code: 8, stdout: '', tag: 'VaultUnavailable', details: expect.objectContaining({ reason }) as unknown })

describe('a vault that cannot be written', { timeout: 120_000 }, () => {
  itWithDisk('for want of room from the beginning exits 8 with nothing sent, and from a change on 7; with room again nothing is lost', async () => {
    const results = await inPool(2, cases.map(([scenario, from]) => () => tryFullDisk(cli, quiet, scenario, from)))
    expect(results, 'a disk can be mounted').not.toContain(null)
    expect(results.flatMap((result) => result?.problems ?? [])).toEqual([])
    const codes = results.map((result) => result?.code)
    console.info(`a full disk: ${results.length} runs, exits ${codes.join(' ')}`)
    expect(codes.slice(0, 2)).toEqual([8, 7])
  })

  itWithDisk('because it lies on a read-only place exits 8, and works when it can be written again', async () => {
    const bench = await openBench(cli, quiet)
    const disk = smallDiskUnder(bench.home, 2048)
    if (disk === null) {
      await bench.close()
      throw new Error('a tmpfs cannot be mounted here')
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

// `npm run kill-test -- --only "from pwrite64"` tries every command from every write on, and `--only "from fsync"` from every sync.
const failings: ReadonlyArray<readonly [string, Failing, number]> = [
  ['add', { call: 'pwrite64', error: 'EROFS', from: 1 }, 8],
  ['remove', { call: 'pwrite64', error: 'EACCES', from: 40 }, 7],
  ['reconcile', { call: 'pwrite64', error: 'EIO', from: 6 }, 8],
  ['reconcile', { call: 'pwrite64', error: 'EIO', from: 120 }, 7],
]

describe('files that cannot be written any more from some moment on', { timeout: 120_000 }, () => {
  if (strace === null && !required) {
    console.warn('skipped: files that fail under a command and under a recovery (no strace here)')
    it.skip('under a command or a recovery: there is no strace here', () => undefined)
  } else {
    it('under a command or a recovery make it exit 8 before it did anything and 7 afterwards, and nothing is lost', async () => {
      expect(strace, 'LEAN_VAULT_REQUIRE_ALL=1, but there is no strace').not.toBeNull()
      const pending = await makePendingVault(cli, quiet)
      const trials = await inPool(2, failings.map(([name, failing]) => () => tryFailing(cli, name === 'reconcile' ? pending : quiet, scenarioOf(name), failing)))
      forget(pending)
      expect(trials.flatMap(({ problems }) => problems)).toEqual([])
      expect(trials.map(({ code }) => code)).toEqual(failings.map(([, , code]) => code))
    })
  }
})

// `npm run kill-test -- --only "an older vault"` tries every write and every sync.
const migrations: ReadonlyArray<readonly [Cut, number | null]> = [
  [{ call: 'pwrite64', how: 'EIO', nth: 7 }, 8],
  [{ call: 'pwrite64', how: 'SIGKILL', nth: 7 }, null],
  [{ call: 'fsync', how: 'ENOSPC', nth: 1 }, 8],
]

describe('a vault of an older format', { timeout: 120_000 }, () => {
  if (strace === null && !required) {
    console.warn('skipped: an older vault whose first command is killed, or cannot write (no strace here)')
    it.skip('whose first command is killed, or cannot write: there is no strace here', () => undefined)
  } else {
    it('whose first command is killed, or cannot write, tells all that it held afterwards, and no event of it is rewritten', async () => {
      expect(strace, 'LEAN_VAULT_REQUIRE_ALL=1, but there is no strace').not.toBeNull()
      const trials = await inPool(2, migrations.map(([cut]) => () => tryMigration(cli, cut)))
      expect(trials.flatMap(({ problems }) => problems)).toEqual([])
      expect(trials.map(({ code }) => code)).toEqual(migrations.map(([, code]) => code))
    })
  }
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
