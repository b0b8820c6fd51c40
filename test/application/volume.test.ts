import { isRight } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import type { Fault } from '../../src/adapters/simulated-openrouter/fault.js'
import { attemptedCreations } from '../../src/adapters/simulated-openrouter/journal.js'
import { makePrng } from '../simulation/prng.js'
import { runs } from '../support/fc-runs.js'
import { done, failed, isSealed, plant, quieten, remoteKeys, stateOf, useKey } from './bench-views.js'
import { type Bench, openBench } from './harness.js'
import { benchWithTwo, remove } from './removal-bench.js'
import { type FaultScript, passingFaults, pickFrom } from './trouble.js'

const timeout = 300_000
const removals = runs(1_000).numRuns

/** Adds and removes name after name in one vault; every removal must say removed and leave nothing. */
const removeMany = async (seed: number, count: number): Promise<number> => {
  const bench = await openBench({ seed, check: false })
  done(await bench.run((vault) => vault.add('canary')))
  let removed = 0
  for (let n = 0; n < count; n += 1) {
    const name = `key-${String(n % 3)}`
    done(await bench.run((vault) => vault.add(name, { monthlyLimit: 5 })))
    const report = done(await bench.run((vault) => vault.remove(name)))
    if (report.outcome === 'removed' && report.proof === 'strong' && remoteKeys(bench, name).length === 0) removed += 1
  }
  expect([...bench.world.account.keys.values()]).toHaveLength(1)
  expect([...bench.store.sealed.keys()].filter((place) => place.includes('key/'))).toHaveLength(1)
  return removed
}

/** Three requests in ten fail. */
const failing = (seed: number, faults: ReadonlyArray<Fault>): FaultScript => {
  const prng = makePrng(seed)
  return () => (prng.below(100) < 30 ? pickFrom(prng, faults) : null)
}

/** How often a removal has to be asked for until it is done. */
const triesUntilRemoved = async (ready: Bench, seed: number, faults: ReadonlyArray<Fault>): Promise<number> => {
  const bench = await openBench({ copyOf: ready, seed, check: false })
  bench.trouble({ faults: failing(seed, faults) })
  for (let tries = 1; ; tries += 1) {
    const answer = await remove(bench)
    if (answer !== null && isRight(answer) && answer.right.outcome === 'removed') {
      expect(answer.right).toMatchObject({ proof: 'strong', pending: [] })
      expect(remoteKeys(bench, 'alpha')).toEqual([])
      expect(isSealed(bench, 'alpha')).toBe(false)
      return tries
    }
  }
}

/** A client that waits for 30 seconds has spent half of its budget. */
const answeredSoon = passingFaults.filter((fault) => fault._tag !== 'late' && !(fault._tag === 'slow' && fault.delay > 30_000))

describe(`${String(removals)} removals`, () => {
  it('all end with the key gone', { timeout }, async () => {
    let removed = 0
    for (let seed = 1; seed <= removals / 10; seed += 1) removed += await removeMany(seed, 10)
    expect(removed).toBe(removals)
  })

  it('all end with the key gone, at the first asking, while three requests in ten fail', { timeout }, async () => {
    const ready = await benchWithTwo()
    for (let seed = 1; seed <= removals; seed += 1) expect(await triesUntilRemoved(ready, seed, answeredSoon)).toBe(1)
  })

  it('all end with the key gone, asked for a few times, when time-outs of 30 seconds are among the failures', { timeout }, async () => {
    const ready = await benchWithTwo()
    const tries: Array<number> = []
    for (let seed = 1; seed <= removals / 5; seed += 1) tries.push(await triesUntilRemoved(ready, seed, passingFaults))
    expect(Math.max(...tries)).toBeLessThanOrEqual(6)
    expect(tries.filter((count) => count === 1).length).toBeGreaterThan(tries.length / 2)
  })
})

const kills = runs(100).numRuns

describe(`${String(kills)} kills of add at random points`, () => {
  it('leave no orphan, no secret without a key, and no key without a secret after reconcile', { timeout }, async () => {
    for (let seed = 1; seed <= kills; seed += 1) {
      const prng = makePrng(seed)
      const bench = await openBench({ seed, seesTheDead: prng.chance(0.5) })
      const neighbour = plant(bench, `alpha [lv:${'b'.repeat(32)}:${'1'.repeat(32)}]`)
      const when = prng.chance(0.5) ? 'before' : 'after'
      const commit = prng.below(5)
      bench.trouble(
        prng.chance(0.5)
          ? { kill: { request: prng.below(3), when } }
          : { commits: (index) => (index !== commit ? null : when === 'before' ? 'crash-before' : 'crash-after') },
      )
      expect(await bench.run((vault) => vault.add('alpha', { monthlyLimit: 5 }))).toBeNull()
      await quieten(bench)
      const held = stateOf(bench, 'alpha').stage._tag === 'Held'
      expect(remoteKeys(bench, 'alpha')).toHaveLength(held ? 1 : 0)
      expect(isSealed(bench, 'alpha')).toBe(held)
      expect(await useKey(bench, 'alpha')).toBe(held ? 'works' : 'KeyNotFound')
      expect(bench.world.account.keys.get(neighbour.hash)).toBe(neighbour)
      const attempts = attemptedCreations(bench.world.journal)
      expect(new Set(attempts).size).toBe(attempts.length)
    }
  })
})

const adders = [0, 1, 2, 3, 4, 5, 6, 7] as const
const races = runs(12).numRuns

describe('eight adds at once', () => {
  const expectHeld = async (bench: Bench, names: ReadonlyArray<string>): Promise<void> => {
    for (const name of names) {
      expect(remoteKeys(bench, name)).toHaveLength(1)
      expect(await useKey(bench, name)).toBe('works')
    }
    expect(done(await bench.run((vault) => vault.list())).map((view) => view.name)).toEqual([...names].sort())
  }

  it('of eight names lose nothing', { timeout }, async () => {
    for (let seed = 1; seed <= races; seed += 1) {
      const bench = await openBench({ seed })
      const names = adders.map((n) => `key-${String(n)}`)
      const answers = await bench.together(names.map((name) => (vault) => vault.add(name, { monthlyLimit: 5 })))
      expect(answers.map((answer) => done(answer).outcome)).toEqual(names.map(() => 'added'))
      await expectHeld(bench, names)
    }
  })

  it('of eight names under faults lose nothing, and what they could not do is settled', { timeout }, async () => {
    for (let seed = 1; seed <= races; seed += 1) {
      const bench = await openBench({ seed })
      bench.trouble({ faults: failing(seed, passingFaults) })
      const names = adders.map((n) => `key-${String(n)}`)
      const answers = await bench.together(names.map((name) => (vault) => vault.add(name, { monthlyLimit: 5 })))
      await quieten(bench)
      const added = names.filter((_, index) => {
        const answer = answers[index]
        return answer !== null && answer !== undefined && isRight(answer) && answer.right.outcome === 'added'
      })
      expect(added.length).toBeGreaterThan(0)
      for (const name of added) expect(await useKey(bench, name)).toBe('works')
    }
  })

  it('of one name have one winner, and one POST', { timeout }, async () => {
    for (let seed = 1; seed <= races; seed += 1) {
      const bench = await openBench({ seed })
      const answers = await bench.together(adders.map((n) => (vault) => vault.add('alpha', { monthlyLimit: n + 1 })))
      const winners = answers.filter((answer) => answer !== null && isRight(answer))
      expect(winners).toHaveLength(1)
      for (const answer of answers.filter((one) => one !== winners[0])) expect(failed(answer)).toMatchObject({ _tag: 'NameTaken' })
      expect(attemptedCreations(bench.world.journal)).toHaveLength(1)
      await expectHeld(bench, ['alpha'])
    }
  })

  it('and removes of one name end with at most one key', { timeout }, async () => {
    for (let seed = 1; seed <= races; seed += 1) {
      const bench = await openBench({ seed })
      const answers = await bench.together<unknown>(
        adders.map((n) => (vault) => (n % 2 === 0 ? vault.add('alpha', { ifMissing: true }) : vault.remove('alpha'))),
      )
      expect(answers.every((answer) => answer !== null)).toBe(true)
      await quieten(bench)
      expect(remoteKeys(bench, 'alpha').length).toBeLessThanOrEqual(1)
    }
  })
})
