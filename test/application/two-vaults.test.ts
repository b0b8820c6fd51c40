import { describe, expect, it } from 'vitest'

import type { MemoryStore } from '../../src/adapters/memory-log/memory-store.js'
import type { AddOptions } from '../../src/application/vault.js'
import type { VaultId } from '../../src/domain/shared/identifiers.js'
import { parseMarker } from '../../src/domain/shared/marker.js'
import { parseGuardrailName } from '../../src/domain/spend/guardrail-name.js'
import { makePrng, type Prng } from '../simulation/prng.js'
import { runs } from '../support/fc-runs.js'
import { done, minute } from './bench-views.js'
import { type Bench, type Command, openBench } from './harness.js'
import { passingFaults, pickFrom } from './trouble.js'

const other = 'b'.repeat(32) as VaultId
const names = ['alpha', 'beta', 'gamma'] as const
const pairs: readonly [AddOptions, ...AddOptions[]] = [
  { monthlyLimit: 5, dailyLimit: 1 },
  { monthlyLimit: 9, dailyLimit: 1 },
  { monthlyLimit: 5, dailyLimit: 2 },
]

const anyCommand = (prng: Prng): Command<unknown> => {
  const name = prng.pick(names)
  const limits = prng.pick(pairs)
  switch (prng.below(8)) {
    case 0:
      return (vault) => vault.remove(name)
    case 1:
    case 2:
      return (vault) => vault.reconcile()
    case 3:
      return (vault) => vault.updateSpendLimits(name, { dailyLimit: null })
    case 4:
    case 5:
      return (vault) => vault.updateSpendLimits(name, limits)
    default:
      return (vault) => vault.add(name, limits)
  }
}

/** Requests by which one vault would change a guardrail of the other, or put its own on the other's key. */
const crossings = (bench: Bench, everyGuardrail: ReadonlyMap<string, string>): ReadonlyArray<string> =>
  bench.world.journal.flatMap(({ method, path, body }) => {
    const id = /^\/guardrails\/([0-9a-f-]{36})/.exec(path)?.[1]
    if (id === undefined || method === 'GET') return []
    const owner = parseGuardrailName(everyGuardrail.get(id) ?? '')?.vaultId
    const { keys, deleted } = bench.world.account
    const hashes: ReadonlyArray<string> = [...(body ?? '').matchAll(/[0-9a-f]{64}/g)].map(([hash]) => hash)
    return hashes.flatMap((hash) => {
      const key = keys.get(hash) ?? deleted.get(hash)
      const of = parseMarker(key?.name ?? '')?.vaultId
      return of === owner ? [] : [`${method} ${path} of ${owner ?? 'nobody'} for a key of ${of ?? 'nobody'}`]
    })
  })

/** Every key with a daily limit beside a monthly one is under a guardrail of its own vault with that budget, and every other under none. */
const unguarded = async (bench: Bench, stores: ReadonlyMap<VaultId, MemoryStore>): Promise<ReadonlyArray<string>> => {
  const { keys, assignments, guardrails } = bench.world.account
  const wrong: Array<string> = []
  for (const [id, store] of stores) {
    for (const view of done(await bench.runOn(store, (vault) => vault.list()))) {
      const remote = [...keys.values()].find(({ hash }) => hash === view.hash)
      const there = guardrails.get(assignments.get(remote?.hash ?? '')?.guardrailId ?? '')
      const wanted = view.limits.dailySpend
      const found = there === undefined ? null : Number(there.limit) / 1e12
      if (view.pending.length > 0) wrong.push(`${view.name} still has ${view.pending.join()} to do`)
      if (found !== wanted) wrong.push(`${view.name} of ${id[0] ?? ''} is under ${String(found)}, and ${String(wanted)} is wanted`)
      if (there !== undefined && parseGuardrailName(there.name)?.vaultId !== id) wrong.push(`${view.name} is under a guardrail of another vault`)
    }
  }
  return wrong
}

const count = runs(10).numRuns

describe('two vaults on one account with equal limits', () => {
  it(`never touch each other's guardrails, in ${String(count)} runs of concurrent adds, changes, removals and reconciles`, { timeout: 300_000 }, async () => {
    for (let seed = 1; seed <= count; seed += 1) {
      const prng = makePrng(seed)
      const bench = await openBench({ seed, check: false })
      const stores = new Map<VaultId, MemoryStore>([
        [bench.vaultId, bench.store],
        [other, await bench.secondVault(other)],
      ])
      const seen = new Map<string, string>()
      const remember = (): void => {
        for (const { id, name } of bench.world.account.guardrails.values()) seen.set(id, name)
      }
      for (let round = 0; round < 4; round += 1) {
        if (seed % 2 === 0) bench.trouble({ faults: () => (prng.chance(0.15) ? pickFrom(prng, passingFaults) : null) })
        const works = [...stores.values()].flatMap((store) => [0, 1, 2].map(() => ({ store, command: anyCommand(prng) })))
        await bench.togetherOn(works)
        remember()
        bench.advance(5 * minute)
      }
      bench.trouble({})
      for (let round = 0; round < 2; round += 1) {
        bench.advance(180 * minute)
        for (const store of stores.values()) done(await bench.runOn(store, (vault) => vault.reconcile()))
      }
      remember()
      expect(seen.size).toBeGreaterThan(1)
      expect({ seed, crossings: crossings(bench, seen) }).toEqual({ seed, crossings: [] })
      expect({ seed, wrong: await unguarded(bench, stores) }).toEqual({ seed, wrong: [] })
    }
  })
})
