import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { addManagementKey, createAccount } from '../../src/adapters/simulated-openrouter/create-account.js'
import { editKey } from '../../src/adapters/simulated-openrouter/dashboard.js'
import { changeAccount } from '../../src/adapters/simulated-openrouter/world.js'
import type { Picodollars } from '../../src/domain/shared/picodollars.js'
import { type Bench, mustRun, openBench, type Saved, saveBench } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import type { Arrival } from './front.js'

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/** An account, and a machine on which there is no vault yet. */
export const nothingYet = (): Saved => {
  const managementKey = `sk-or-v1-${randomBytes(32).toString('hex')}`
  const account = createAccount(sha256, { seed: randomBytes(16).toString('hex'), at: Date.now(), workspaces: [], settings: {} })
  return {
    folder: mkdtempSync(join(tmpdir(), 'lean-vault-bench-')),
    account: addManagementKey(sha256, account, managementKey),
    managementKey,
    vaultId: '',
    foreign: [],
    secrets: [managementKey],
  }
}

export const forget = (saved: Saved): void => {
  rmSync(saved.folder, { recursive: true, force: true })
}

/** What a lost create of ours asks for: able to spend nothing. */
const asBorn = { limit: 0, include_byok_in_limit: true }

const createElsewhere = async (bench: Bench, name: string, policy: Readonly<Record<string, unknown>> = { limit: 7 }): Promise<string> => {
  const answer = await fetch(`${bench.front.url}/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bench.saved.managementKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, ...policy }),
  })
  const { data } = (await answer.json()) as { readonly data: { readonly hash: string } }
  return data.hash
}

const make = async (cli: BuiltCli, fill: (bench: Bench) => Promise<Partial<Saved>>, from: Saved): Promise<Saved> => {
  const bench = await openBench(cli, from)
  try {
    return saveBench(bench, await fill(bench))
  } finally {
    await bench.close()
  }
}

/** A new vault, with `foreign` keys in its account: a neighbour vault's of the same name, and one made by hand. */
const init = async (bench: Bench): Promise<Partial<Saved>> => {
  const { vault } = (await mustRun(bench, ['init'], { env: { LEAN_VAULT_MANAGEMENT_KEY: bench.saved.managementKey } })) as {
    readonly vault: string
  }
  const neighbour = `held [lv:${randomBytes(16).toString('hex')}:${randomBytes(16).toString('hex')}]`
  return { vaultId: vault, foreign: [await createElsewhere(bench, neighbour), await createElsewhere(bench, 'made by hand')] }
}

/** A vault without a key. */
export const emptyVault = async (cli: BuiltCli): Promise<Saved> => {
  const blank = nothingYet()
  const saved = await make(cli, init, blank)
  forget(blank)
  return saved
}

/** `held` and `spare` active, `resting` suspended, `former` removed. Nothing is pending. */
export const makeQuietVault = async (cli: BuiltCli): Promise<Saved> => {
  const blank = nothingYet()
  const saved = await make(
    cli,
    async (bench) => {
      const begun = await init(bench)
      await Promise.all([
        mustRun(bench, ['add', 'held', '--monthly-limit', '10']),
        mustRun(bench, ['add', 'spare', '--monthly-limit', '3']),
        mustRun(bench, ['add', 'resting']),
        mustRun(bench, ['add', 'former', '--monthly-limit', '1']),
      ])
      await Promise.all([mustRun(bench, ['suspend', 'resting']), mustRun(bench, ['remove', 'former', '--yes'])])
      return begun
    },
    blank,
  )
  forget(blank)
  return saved
}

const hashOf = (bench: Bench, name: string): string => {
  const mark = `${name} [lv:${bench.saved.vaultId}:`
  const key = [...bench.world.account.keys.values()].find((each) => each.name.startsWith(mark))
  if (key === undefined) throw new Error(`${name} is not there`)
  return key.hash
}

type Side = 'arrived' | 'applied'

/** Runs commands together; each is killed when its own request is at the given side. */
const killEach = async (
  bench: Bench,
  victims: ReadonlyArray<readonly [args: ReadonlyArray<string>, side: Side, isIt: (arrival: Arrival) => boolean]>,
): Promise<void> => {
  const running = victims.map(([args, side, isIt]) => ({ ...bench.start([...args, '--json']), side, isIt }))
  const striking = (side: Side) => async (arrival: Arrival) => {
    const victim = running.find((each) => each.side === side && each.isIt(arrival))
    if (victim === undefined) return true
    victim.process.kill('SIGKILL')
    await victim.ended
    return false
  }
  bench.front.setGate({ arrived: striking('arrived'), applied: striking('applied') })
  for (const { ended } of running) {
    if ((await ended).signal !== 'SIGKILL') throw new Error('a command that was to be killed ended')
  }
  bench.front.setGate({})
}

/**
 * A vault with all kinds of unfinished work of processes that are dead: `lost` was created and the answer lost, `held` was
 * deleted and the answer lost, the suspending of `spare` was never sent, the resuming of `resting` was applied and the
 * answer lost, `drifting` was changed on the dashboard, and `twice` has a stray that was born late.
 */
export const makePendingVault = (cli: BuiltCli, quiet: Saved): Promise<Saved> =>
  make(
    cli,
    async (bench) => {
      await Promise.all([mustRun(bench, ['add', 'drifting', '--monthly-limit', '2']), mustRun(bench, ['add', 'twice'])])
      const lateName = await lateBirth(bench)
      await killEach(bench, [
        [['add', 'lost', '--monthly-limit', '4'], 'applied', ({ method }) => method === 'POST'],
        [['remove', 'held', '--yes'], 'applied', ({ method }) => method === 'DELETE'],
        [['suspend', 'spare'], 'arrived', ({ method, path }) => method === 'PATCH' && path === `/keys/${hashOf(bench, 'spare')}`],
        [['resume', 'resting'], 'applied', ({ method, path }) => method === 'PATCH' && path === `/keys/${hashOf(bench, 'resting')}`],
      ])
      const drifting = hashOf(bench, 'drifting')
      changeAccount(bench.world, Date.now(), (account) =>
        editKey(account, drifting, { _tag: 'SetLimit', limit: 9_000_000_000_000n as Picodollars, reset: 'monthly' }, Date.now()),
      )
      await createElsewhere(bench, lateName, asBorn)
      return {}
    },
    quiet,
  )

/** Kills an `add` before its request arrives and settles that; the request's name, for it to be born later. */
const lateBirth = async (bench: Bench): Promise<string> => {
  let name = ''
  await killEach(bench, [
    [
      ['add', 'late'],
      'arrived',
      ({ method, bodyName }) => {
        if (method === 'POST') name = bodyName ?? ''
        return method === 'POST'
      },
    ],
  ])
  await mustRun(bench, ['reconcile'])
  return name
}
