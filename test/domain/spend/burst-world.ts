import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import type { Instant, Millis } from '../../../src/domain/shared/instant.js'
import type { TotalsRead } from '../../../src/domain/spend/decide-reading.js'
import type { Assumptions } from '../../../src/domain/spend/overshoot.js'
import { windowStart } from '../../../src/domain/spend/window.js'
import { makePrng, type Prng } from '../../simulation/prng.js'

/** One request that was let through: when it was charged, what it cost, and how long until OpenRouter counts it. */
export interface Charge {
  readonly at: number
  readonly cost: number
  readonly late: number
}

/** What a burst breaks on purpose. */
export type Breach = 'dear' | 'crowded' | 'late' | 'gap'
export const breaches: ReadonlyArray<Breach> = ['dear', 'crowded', 'late', 'gap']

/** The conditions of one burst. Money is picodollars as a safe integer, times are milliseconds. */
export interface Setting {
  readonly prng: Prng
  readonly assumptions: Assumptions
  readonly breach: Breach | null
  readonly enforcer: 'watcher' | 'native'
  readonly window: 'day' | 'month'
  readonly limit: number
  readonly workers: number
  readonly begin: number
  readonly turn: number
  /** Nobody sends anything from then on. */
  readonly quietFrom: number
  readonly end: number
  /** How far beyond what is assumed a breach goes. */
  readonly excess: number
}

const nextTurn = { day: Date.UTC(2026, 10, 10), month: Date.UTC(2026, 11, 1) }

const among = (prng: Prng, least: number, most: number): number => least + prng.below(most - least + 1)

/** Often the worst that is allowed, else anything up to it. */
export const upTo = (prng: Prng, most: number): number => (prng.chance(0.5) ? most : prng.below(most + 1))

export const settingOf = (seed: number, breach: Breach | null): Setting => {
  const prng = makePrng(seed)
  const enforcer = breach === null && prng.chance(0.25) ? 'native' : 'watcher'
  const duration = among(prng, 0, 60_000)
  const lag = among(prng, 0, 120_000)
  const pollGap = among(prng, 5_000, 180_000)
  const timeToContain = among(prng, 0, Math.min(60_000, pollGap))
  const blind = duration + lag + pollGap + timeToContain
  const unseen = among(prng, 1, 80)
  const spacing = Math.ceil(blind / unseen)
  const largest = among(prng, 1, 500) * 1_000_000_000
  const window = prng.pick<'day' | 'month'>(['day', 'month'])
  const turn = nextTurn[window]
  const begin = turn - among(prng, 0, 4 * blind)
  const excess = among(prng, 4, 40)
  const quietFrom = Math.max(turn, begin) + among(prng, 0, 4 * blind)
  return {
    prng,
    assumptions: {
      largestRequest: BigInt(largest) as Picodollars,
      spacing: spacing as Millis,
      duration: duration as Millis,
      lag: lag as Millis,
      pollGap: pollGap as Millis,
      timeToContain: timeToContain as Millis,
    },
    breach,
    enforcer,
    window,
    limit: Math.max(1, Math.floor(largest * prng.next() * 3 * unseen)),
    workers: among(prng, 1, 64),
    begin,
    turn,
    quietFrom,
    end: quietFrom + (breach === null ? 2 : 2 * excess) * blind + 1_000_000,
    excess,
  }
}

const counted = (charges: ReadonlyArray<Charge>, from: number, snapshot: number, now: number): Picodollars =>
  BigInt(
    charges.reduce((sum, { at, cost, late }) => (at >= from && at <= snapshot && at + late <= now ? sum + cost : sum), 0),
  ) as Picodollars

/** What OpenRouter tells at `now`: perhaps how things stood `stale` milliseconds ago, and without what it counts later. */
export const tell = (charges: ReadonlyArray<Charge>, now: number, stale: number): TotalsRead => {
  const snapshot = now - stale
  const since = (kind: 'day' | 'week' | 'month'): Picodollars => counted(charges, windowStart(kind, snapshot as Instant), snapshot, now)
  return { at: now as Instant, total: counted(charges, 0, snapshot, now), day: since('day'), week: since('week'), month: since('month') }
}

/** What was really charged in a window. */
export const chargedIn = (charges: ReadonlyArray<Charge>, from: number, to: number): number =>
  charges.reduce((sum, { at, cost }) => (at >= from && at < to ? sum + cost : sum), 0)
