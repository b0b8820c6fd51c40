import type { Instant } from '../shared/instant.js'
import type { SpendEvent } from '../spend/event.js'
import type { TotalReading } from './facts.js'

const hour = 3_600_000
const day = 24 * hour
/** What is unusual is judged by two weeks. */
const horizon = 14 * day
/** Readings of the last hour are all kept, older ones one in so long a time. */
const fine = hour
const coarse = 600_000

const dayOf = ({ at }: TotalReading): number => Math.floor(at / day)

/**
 * Thins what has become old: two weeks are a few thousand readings, however often somebody looks. The last one before each turn of the
 * day stays, for what was spent late in a window is told by it.
 */
const thinned = (readings: ReadonlyArray<TotalReading>, now: Instant): ReadonlyArray<TotalReading> => {
  const kept: Array<TotalReading> = []
  for (const [index, each] of readings.entries()) {
    if (each.at < now - horizon) continue
    const last = kept[kept.length - 1]
    const next = readings[index + 1]
    const isFine = each.at >= now - fine || (next !== undefined && dayOf(next) !== dayOf(each))
    if (isFine || last === undefined || Math.floor(each.at / coarse) !== Math.floor(last.at / coarse)) kept.push(each)
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

/** The readings that the facts of one lineage tell, oldest first, of as many months as were loaded. Only what changed is a fact. */
export const readingsFrom = (events: ReadonlyArray<SpendEvent>): ReadonlyArray<TotalReading> => {
  const found: Array<TotalReading> = []
  for (const event of events) {
    if (event.type !== 'UsageObserved') continue
    const { at, total } = event
    const last = found[found.length - 1]
    if (last === undefined || (at > last.at && total >= last.total)) found.push({ at, total })
  }
  const newest = found[found.length - 1]
  return newest === undefined ? [] : thinned(found, newest.at)
}
