import { between, type Instant } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import type { SpendEvent } from '../spend/event.js'
import type { ThinnedOut, TotalReading } from './facts.js'

const hour = 3_600_000
const day = 24 * hour
/** What is unusual is judged by two weeks, and by the same weekday of both. */
const horizon = 14.5 * day
/** Readings of the last hour are all kept, older ones one in so long a time. */
const fine = hour
const coarse = 600_000

const dayOf = ({ at }: TotalReading): number => Math.floor(at / day)

const least = (a: Picodollars, b: Picodollars): Picodollars => (a < b ? a : b)
const most = (a: Picodollars, b: Picodollars): Picodollars => (a > b ? a : b)

const nothing = 0n as Picodollars

/** By how much the total went up at this reading; where others were thinned out before it, at each of them on the average. */
const riseAt = (readings: ReadonlyArray<TotalReading>, index: number): Picodollars => {
  const [before, reading] = [readings[index - 1], readings[index]]
  return before === undefined || reading === undefined ? nothing : (((reading.total - before.total) / BigInt(reading.thinned?.rises ?? 1)) as Picodollars)
}

/** What a reading tells of the rises since the one before it. */
const toldAt = (readings: ReadonlyArray<TotalReading>, index: number): ThinnedOut => {
  const before = readings[index]?.thinned
  if (before !== undefined) return before
  const one = riseAt(readings, index)
  const two = least(one, riseAt(readings, index - 1))
  const span = between(readings[index - 1]?.at ?? (0 as Instant), readings[index]?.at ?? (0 as Instant))
  return { rises: 1, one, two, three: least(two, riseAt(readings, index - 2)), span }
}

const together = (a: ThinnedOut, b: ThinnedOut): ThinnedOut => ({
  rises: a.rises + b.rises,
  one: most(a.one, b.one),
  two: most(a.two, b.two),
  three: most(a.three, b.three),
  span: a.span < b.span ? a.span : b.span,
})

/**
 * Thins what has become old: two weeks are a few thousand readings, however often somebody looks. What was left out is still told by
 * the next one that stays. The last one before each turn of the day stays, for what was spent late in a window is told by it.
 */
const thinned = (readings: ReadonlyArray<TotalReading>, now: Instant): ReadonlyArray<TotalReading> => {
  const kept: Array<TotalReading> = []
  const leftOut: Array<ThinnedOut> = []
  for (const [index, each] of readings.entries()) {
    if (each.at < now - horizon) continue
    const last = kept[kept.length - 1]
    const next = readings[index + 1]
    const isFine = each.at >= now - fine || (next !== undefined && dayOf(next) !== dayOf(each))
    leftOut.push(toldAt(readings, index))
    if (!isFine && last !== undefined && Math.floor(each.at / coarse) === Math.floor(last.at / coarse)) continue
    const all = leftOut.splice(0).reduce(together)
    kept.push(all.rises === 1 ? each : { at: each.at, total: each.total, thinned: all })
  }
  return kept
}

/** The readings with one more. One that is older than the last, or shows less, is no reading of anything. */
export const withReading = (readings: ReadonlyArray<TotalReading>, next: TotalReading): ReadonlyArray<TotalReading> => {
  const last = readings[readings.length - 1]
  if (last !== undefined && (next.at <= last.at || next.total < last.total)) return readings
  const oldest = readings[0]
  const due = oldest !== undefined && (oldest.at < next.at - horizon - coarse || readings.length % 64 === 0)
  return [...(due ? thinned(readings, next.at) : readings), next]
}

/** The readings that the facts of one lineage tell, oldest first, after those that are known `before`. Only what changed is a fact. */
export const readingsFrom = (events: ReadonlyArray<SpendEvent>, before: ReadonlyArray<TotalReading> = []): ReadonlyArray<TotalReading> => {
  const found: Array<TotalReading> = [...before]
  for (const event of events) {
    if (event.type !== 'UsageObserved') continue
    const { at, total } = event
    const last = found[found.length - 1]
    if (last === undefined || (at > last.at && total >= last.total)) found.push({ at, total })
  }
  const newest = found[found.length - 1]
  return newest === undefined ? [] : thinned(found, newest.at)
}
