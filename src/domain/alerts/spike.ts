import type { Picodollars } from '../shared/picodollars.js'
import type { TotalReading } from './facts.js'

/** How a key spends now, beside how it spends usually. Rates are picodollars an hour. */
export interface Pace {
  readonly recent: Picodollars
  readonly usual: Picodollars
  readonly standing: 'active' | 'between' | 'cleared'
}

interface Stretch {
  readonly length: number
  readonly rate: number
}

const hour = 3_600_000
const dayLength = 24 * hour
/** So much history, in time and in stretches, is needed before anything is called unusual. */
const shortestHistory = dayLength
const fewestStretches = 40
/** Whoever spends less than a cent an hour may vary as it likes. */
const floor = 10_000_000_000
/** A spike is over when this long nothing came near one. */
const calm = 6 * hour

const rateOf = (from: TotalReading, to: TotalReading): number =>
  to.at <= from.at || to.total <= from.total ? 0 : (Number(to.total - from.total) * hour) / (to.at - from.at)

/** The past in stretches as long as the recent one, or longer where readings lie further apart. */
const stretches = (readings: ReadonlyArray<TotalReading>, length: number): ReadonlyArray<Stretch> => {
  const [first] = readings
  const found: Array<Stretch> = []
  const end = readings.reduce((from, to) => {
    if (from === undefined || to.at - from.at < length || to.at <= from.at) return from
    found.push({ length: to.at - from.at, rate: rateOf(from, to) })
    return to
  }, first)
  return end === undefined ? [] : found
}

/** The rate that a share of all the time stays below. */
const quantile = (sorted: ReadonlyArray<Stretch>, share: number): number => {
  const whole = sorted.reduce((sum, { length }) => sum + length, 0)
  let passed = 0
  const found = sorted.find(({ length }) => (passed += length) >= whole * share)
  return found?.rate ?? 0
}

/** What is usual: the mean rate of the time in which it spent anything at all, in all but its busiest half percent. */
const usualOf = (past: ReadonlyArray<Stretch>): { readonly mean: number; readonly high: number } => {
  const sorted = [...past].sort((a, b) => a.rate - b.rate)
  const high = quantile(sorted, 0.995)
  const active = sorted.filter(({ rate }) => rate > 0 && rate <= high)
  const time = active.reduce((sum, { length }) => sum + length, 0)
  return { mean: time === 0 ? 0 : active.reduce((sum, { length, rate }) => sum + rate * length, 0) / time, high }
}

/** The last three readings as one stretch; null where there is not enough before them. */
const recentOf = (readings: ReadonlyArray<TotalReading>): { readonly recent: number; readonly length: number } | null => {
  const [begin, , last] = readings.slice(-3)
  const [first] = readings
  if (begin === undefined || last === undefined || first === undefined) return null
  const tooShort = last.at <= begin.at || begin.at - first.at < shortestHistory
  return tooShort ? null : { recent: rateOf(begin, last), length: last.at - begin.at }
}

const whole = (rate: number): Picodollars => BigInt(Math.round(rate)) as Picodollars

/**
 * Whether the last three readings show a spike against the key's own past of two weeks: `factor` times its usual rate, and clearly
 * more than all but its busiest half percent, so that what a key does every night or every week is no spike.
 * Null: too little is known to call anything unusual.
 */
export const paceOf = (readings: ReadonlyArray<TotalReading>, factor: number): Pace | null => {
  const newest = recentOf(readings)
  if (newest === null) return null
  const { recent, length } = newest
  const past = stretches(readings.slice(0, -2), length)
  const { mean, high } = usualOf(past)
  if (past.length < fewestStretches || mean === 0) return null
  const isSpike = (rate: number): boolean => rate >= floor && rate >= factor * mean && rate >= 1.4 * high
  const lately = past.slice(-Math.ceil(calm / length)).some(({ rate }) => isSpike(rate))
  const calmNow = recent < 2 * mean && !lately
  return { recent: whole(recent), usual: whole(mean), standing: isSpike(recent) ? 'active' : calmNow ? 'cleared' : 'between' }
}
