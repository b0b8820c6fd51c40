import { isRight } from 'fp-ts/lib/Either.js'

import { spendOnKey } from '../../src/adapters/simulated-openrouter/world.js'
import { fromDecimalDollars, type Picodollars, zero } from '../../src/domain/shared/picodollars.js'
import { windowStart } from '../../src/domain/spend/window.js'
import type { Instant } from '../../src/domain/shared/instant.js'
import type { Fault } from '../../src/adapters/simulated-openrouter/fault.js'
import type { KeyEvent } from '../../src/domain/key/event.js'
import { keyDecider } from '../../src/domain/key/index.js'
import { stagesOf } from '../../src/domain/key/rotation.js'
import type { KeyHash } from '../../src/domain/shared/identifiers.js'
import { makePrng, type Prng } from '../simulation/prng.js'
import { done, factsOf, minute, quieten, remoteKeys, stateOf } from './bench-views.js'
import { type Bench, openBench, type Trouble } from './harness.js'
import { quickParts } from './quick-parts.js'
import { nth, passingFaults, pickFrom } from './trouble.js'

const cost = 50_000_000_000n as Picodollars
const hour = 60 * minute

interface Charge {
  readonly at: number
}

/** Keys that were the one of the name at some time: their secrets may be in anybody's hands. A successor's is given by nothing before the switch. */
const inHands = (bench: Bench): ReadonlySet<string> => {
  const hands = new Set<string>()
  factsOf(bench, 'alpha').reduce((state, event) => {
    const next = keyDecider.evolve(state, event)
    if (next.stage._tag === 'Held') hands.add(next.stage.key.hash)
    return next
  }, keyDecider.initial)
  return hands
}

/** Every key whose secret was handed out and that still lives spends as much as OpenRouter lets it, up to `most` requests each. */
const spendAll = (bench: Bench, most: number): ReadonlyArray<Charge> => {
  const hands = inHands(bench)
  return remoteKeys(bench, 'alpha').flatMap(({ hash }) => {
    let spent = 0
    if (!hands.has(hash)) return []
    while (spent < most && spendOnKey(bench.world, bench.now(), hash, { credits: cost, byok: zero })) spent += 1
    return Array.from({ length: spent }, (): Charge => ({ at: bench.now() }))
  })
}

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

/** What one seed came to: how often the key was replaced, and everything that must not be. */
export interface RotationTrial {
  readonly rotations: number
  readonly charges: number
  readonly killed: number
  readonly faults: number
  /** Months and days of UTC that ended within it. */
  readonly turns: number
  readonly problems: ReadonlyArray<string>
}

const day = 24 * hour
/** The end of the month in which every bench begins: 2027-02-01T00:00:00Z. */
const monthEnd = Date.UTC(2027, 1, 1)

/** Half of the histories begin within a day and a half of the end of a month, so that it turns within them. */
const beginAt = (bench: Bench, prng: Prng): void => {
  if (prng.below(2) === 0) bench.advance(monthEnd - prng.below(36 * hour) - bench.now())
  else bench.advance(prng.below(day))
}

const refusals: ReadonlyArray<Fault> = [400, 401, 403].map((status) => ({ _tag: 'refuse', status }))

/** A crash, one to three faults, or nothing. */
const troubleOf = (prng: Prng, count: (what: 'killed' | 'faults', by: number) => void): Trouble => {
  const kind = prng.below(3)
  if (kind === 0) return {}
  if (kind === 1) {
    count('killed', 1)
    return { kill: { request: 1 + prng.below(24), when: prng.below(2) === 0 ? 'before' : 'after' } }
  }
  const faults = new Map(Array.from({ length: 1 + prng.below(3) }, () => [prng.below(24), pickFrom(prng, prng.below(4) === 0 ? refusals : passingFaults)]))
  count('faults', faults.size)
  return { faults: nth(faults) }
}

const isPredecessorsEnd = (event: KeyEvent): boolean => event.type === 'OtherKeyChanged' && event.of === 'predecessor' && event.fact.type === 'Removed' && event.fact.proof !== null

/** Every rotation that is finished has a proof that its predecessor is dead, and no key lives that the log does not know. */
const forgotten = (bench: Bench): ReadonlyArray<string> => {
  const events = factsOf(bench, 'alpha')
  const known = new Set(stagesOf(stateOf(bench, 'alpha')).flatMap((stage) => ('key' in stage ? [stage.key.hash] : [])))
  const finished = events.filter(({ type }) => type === 'RotationFinished').length
  const proven = events.filter(isPredecessorsEnd).length
  return [
    ...remoteKeys(bench, 'alpha').flatMap(({ hash }) => (known.has(hash as KeyHash) ? [] : [`the key ${hash.slice(0, 8)} lives and is forgotten`])),
    ...(proven < finished ? [`${String(finished - proven)} predecessors were forgotten without a proof`] : []),
  ]
}

/** What is wrong once all is quiet. */
const atTheEnd = async (bench: Bench): Promise<ReadonlyArray<string>> => {
  try {
    // What this one leaves may have a date, such as that of a last charge before the old key is deleted; hours later it has passed.
    bench.trouble({})
    bench.advance(3 * hour)
    await bench.run((vault) => vault.reconcile())
    await quieten(bench)
    return forgotten(bench)
  } catch (error) {
    return [error instanceof Error ? error.message : String(error), ...forgotten(bench)]
  }
}

const turnsIn = (from: number, to: number): number => Math.floor(to / day) - Math.floor(from / day)

/**
 * Days of a key that is replaced again and again, with every secret in greedy hands that never stop: crashes and faults at any
 * request, graces across days and months, reconciles at any time. A soft limit lets one request through that crosses it, for each key
 * that had the window.
 */
export const tryRotations = async (seed: number, parts = quickParts()): Promise<RotationTrial> => {
  const prng = makePrng(seed)
  const monthly = String(10 + prng.below(90))
  const daily = prng.below(3) === 0 ? null : String(3 + prng.below(7))
  const bench = await openBench({ seed, check: false, parts })
  beginAt(bench, prng)
  done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: monthly, ...(daily === null ? {} : { dailyLimit: daily }) })))
  const begun = bench.now()
  const charges: Array<Charge> = []
  const counts = { killed: 0, faults: 0 }
  let rotations = 0
  const steps = 2 + prng.below(4)
  for (let step = 0; step < steps; step += 1) {
    charges.push(...spendAll(bench, prng.below(60)))
    bench.advance(prng.below(3) === 0 ? prng.below(5 * minute) : prng.below(20 * hour))
    charges.push(...spendAll(bench, prng.below(4) === 0 ? 3_000 : prng.below(40)))
    bench.trouble(troubleOf(prng, (what, by) => (counts[what] += by)))
    if (prng.below(4) > 0) {
      const grace = ['0m', '30m', '7h', '30h', '9d'][prng.below(5)] ?? '0m'
      const answer = await bench.run((vault) => vault.rotate('alpha', { grace }))
      rotations += answer !== null && isRight(answer) ? 1 : 0
    } else await bench.run((vault) => vault.reconcile())
    bench.trouble({})
    charges.push(...spendAll(bench, prng.below(4) === 0 ? 3_000 : prng.below(40)))
  }
  const wrong = await atTheEnd(bench)
  charges.push(...spendAll(bench, 3_000))
  const slack = cost * BigInt(rotations + 3)
  const over = (kind: 'day' | 'month', limit: string): ReadonlyArray<string> =>
    [...perWindow(charges, kind)].flatMap(([start, sum]) =>
      sum > limitOf(limit) + slack ? [`${String(Number(sum) / 1e12)} in the ${kind} of ${new Date(start).toISOString()}, limit ${limit}`] : [],
    )
  const problems = [...wrong, ...over('month', monthly), ...(daily === null ? [] : over('day', daily))]
  return { rotations, charges: charges.length, ...counts, turns: turnsIn(begun, bench.now()), problems: problems.map((each) => `seed ${String(seed)}: ${each}`) }
}
