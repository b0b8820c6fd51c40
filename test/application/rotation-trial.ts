import { isRight } from 'fp-ts/lib/Either.js'

import { spendOnKey } from '../../src/adapters/simulated-openrouter/world.js'
import { fromDecimalDollars, type Picodollars, zero } from '../../src/domain/shared/picodollars.js'
import { windowStart } from '../../src/domain/spend/window.js'
import type { Instant } from '../../src/domain/shared/instant.js'
import { done, minute, quieten, remoteKeys } from './bench-views.js'
import { makePrng } from '../simulation/prng.js'
import { type Bench, openBench } from './harness.js'

const cost = 50_000_000_000n as Picodollars
const hour = 60 * minute

interface Charge {
  readonly at: number
}

/** Every key that still lives under the name spends as much as OpenRouter lets it, up to `most` requests each. */
const spendAll = (bench: Bench, most: number): ReadonlyArray<Charge> =>
  remoteKeys(bench, 'alpha').flatMap(({ hash }) => {
    let spent = 0
    while (spent < most && spendOnKey(bench.world, bench.now(), hash, { credits: cost, byok: zero })) spent += 1
    return Array.from({ length: spent }, (): Charge => ({ at: bench.now() }))
  })

const perWindow = (charges: ReadonlyArray<Charge>, kind: 'day' | 'month'): ReadonlyMap<number, bigint> => {
  const sums = new Map<number, bigint>()
  for (const { at } of charges) {
    const start = windowStart(kind, at as Instant)
    sums.set(start, (sums.get(start) ?? 0n) + cost)
  }
  return sums
}

const limitOf = (text: string): bigint => {
  const parsed = fromDecimalDollars(text)
  return isRight(parsed) ? parsed.right : 0n
}

/** What one seed came to: how often the key was replaced, and every window in which more was spent than its limit and one request a key. */
export interface RotationTrial {
  readonly rotations: number
  readonly charges: number
  readonly problems: ReadonlyArray<string>
}

/**
 * Weeks of a key that is replaced again and again, with every secret in greedy hands that never stop: crashes at any request, graces
 * across days and months, reconciles at any time. A soft limit lets one request through that crosses it, for each key that had the window.
 */
export const tryRotations = async (seed: number): Promise<RotationTrial> => {
  const prng = makePrng(seed)
  const monthly = String(10 + prng.below(90))
  const daily = prng.below(3) === 0 ? null : String(3 + prng.below(7))
  const bench = await openBench({ seed, check: false })
  done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: monthly, ...(daily === null ? {} : { dailyLimit: daily }) })))
  const charges: Array<Charge> = []
  let rotations = 0
  for (let turn = 0; turn < 24; turn += 1) {
    charges.push(...spendAll(bench, prng.below(60)))
    bench.advance(prng.below(3) === 0 ? prng.below(5 * minute) : prng.below(20 * hour))
    charges.push(...spendAll(bench, prng.below(4) === 0 ? 3_000 : prng.below(40)))
    const killed = prng.below(3) === 0
    bench.trouble(killed ? { kill: { request: 1 + prng.below(24), when: prng.below(2) === 0 ? 'before' : 'after' } } : {})
    if (prng.below(3) > 0) {
      const grace = ['0m', '30m', '7h', '30h', '9d'][prng.below(5)] ?? '0m'
      const answer = await bench.run((vault) => vault.rotate('alpha', { grace }))
      rotations += answer !== null && isRight(answer) ? 1 : 0
    } else await bench.run((vault) => vault.reconcile())
    bench.trouble({})
    charges.push(...spendAll(bench, prng.below(4) === 0 ? 3_000 : prng.below(40)))
  }
  await quieten(bench)
  const slack = cost * BigInt(rotations + 3)
  const over = (kind: 'day' | 'month', limit: string): ReadonlyArray<string> =>
    [...perWindow(charges, kind)].flatMap(([start, sum]) =>
      sum > limitOf(limit) + slack ? [`seed ${String(seed)}: ${String(Number(sum) / 1e12)} in the ${kind} of ${new Date(start).toISOString()}, limit ${limit}`] : [],
    )
  return { rotations, charges: charges.length, problems: [...over('month', monthly), ...(daily === null ? [] : over('day', daily))] }
}
