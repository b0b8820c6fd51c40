import type { Picodollars } from '../shared/picodollars.js'
import type { TotalReading } from './facts.js'
import { type Lasting, mostBefore, type Usual, usualRises } from './usual-rises.js'

/** How a key spends now, beside how it spends usually at this time of the day when it is used. Rates are picodollars an hour. */
export interface Pace {
  readonly recent: Picodollars
  readonly usual: Picodollars
  readonly standing: 'active' | 'between' | 'cleared'
}

/** The last readings: what the rises between them have each reached, and how much came in which time in the last two of them. */
interface Recent {
  /** Nothing was spent before them for a while, so what they were preceded by says nothing. */
  readonly idle: boolean
  readonly lasting: Lasting
  readonly risen: number
  readonly length: number
}

const hour = 3_600_000
/** So much history is needed before anything is called unusual. */
const shortestHistory = 24 * hour
/** Whoever spends less than ten cents an hour may vary as it likes. */
const floor = 100_000_000_000
/** A spike is over when this long nothing came near one. */
const calm = 6 * hour

/** Readings that follow one another faster than this share of what is usual count as one. */
const asOne = 0.8

/** The last reading before this one that is at least so much older, or the first of all. */
const olderBy = (readings: ReadonlyArray<TotalReading>, index: number, least: number, at = index - 1): number => {
  const isOlder = (readings[index]?.at ?? 0) - (readings[at]?.at ?? 0) >= least
  return at <= 0 || isOlder ? at : olderBy(readings, index, least, at - 1)
}

/** What came in a longer time than usual is counted for the usual time, so that an outage of the watcher is no spike. */
const riseOf = (from: TotalReading | undefined, to: TotalReading, { span }: Usual): number =>
  from === undefined || to.at <= from.at ? 0 : Math.max(0, Number(to.total - from.total)) * Math.min(1, span / (to.at - from.at))

/** What the last readings up to `index` tell; nothing where there are fewer than three. Those that follow one another much faster than usual count as one. */
const recentAt = (readings: ReadonlyArray<TotalReading>, index: number, usual: Usual): ReadonlyArray<Recent> => {
  const before = (at: number): number => olderBy(readings, at, usual.shortestSpan * asOne)
  const [b, a] = [before(index), before(before(index))]
  const [first, middle, last] = [readings[a], readings[b], readings[index]]
  if (first === undefined || middle === undefined || last === undefined) return []
  const two = Math.min(riseOf(first, middle, usual), riseOf(middle, last, usual))
  const start = readings[before(a)]
  const three = Math.min(two, riseOf(start, first, usual))
  const idle = start === undefined || first.at - start.at > 2 * usual.shortestSpan
  return [{ idle, lasting: { one: two, two, three }, risen: Math.max(0, Number(last.total - first.total)), length: last.at - first.at }]
}

/** The last three readings, and those of the last hours before them. */
const recents = (readings: ReadonlyArray<TotalReading>, usual: Usual, since: number): ReadonlyArray<Recent> => {
  const found: Array<Recent> = []
  for (let index = readings.length - 2; index > 1 && (readings[index]?.at ?? 0) >= since; index -= 1) found.push(...recentAt(readings, index, usual))
  return found
}

const never: Lasting = { one: Infinity, two: Infinity, three: Infinity }

/**
 * Two rises in a row are clearly more than two have been, and than one has: what one large request reached now and then, two may reach
 * by chance. Three in a row, of which the first says nothing after idle time, need only be clearly more than three have been.
 */
const isAbove = ({ idle, lasting: { two, three } }: Recent, most: Lasting, least: number): boolean =>
  (two >= most.two && two >= most.one) || (!idle && three >= most.three && three >= least)

const rate = (amount: number, time: number): Picodollars => BigInt(Math.round(time <= 0 ? 0 : (amount * hour) / time)) as Picodollars

const standingOf = (readings: ReadonlyArray<TotalReading>, now: number, usual: Usual, recent: Recent, least: number): Pace['standing'] => {
  const isMuch = ({ lasting, risen, length }: Recent): boolean => lasting.two >= least && (risen * hour) / length >= floor
  const before = recents(readings, usual, now - calm).filter(isMuch)
  const most = isMuch(recent) || before.length > 0 ? mostBefore(readings, now) : never
  const isSpike = (each: Recent): boolean => isMuch(each) && isAbove(each, most, least)
  if (isSpike(recent)) return 'active'
  return recent.lasting.two < 2 * usual.amount && !before.some(isSpike) ? 'cleared' : 'between'
}

/**
 * Whether the last three readings show a spike against the key's own past of two weeks: the rises between them each `factor` times
 * what is usual at this time of the day, and clearly more than lasting spend has reached at this time before. Null: too little is
 * known to call anything unusual.
 */
export const paceOf = (readings: ReadonlyArray<TotalReading>, factor: number): Pace | null => {
  const newest = readings[readings.length - 1]
  const usual = newest === undefined || newest.at - (readings[0]?.at ?? 0) < shortestHistory ? null : usualRises(readings, newest.at)
  const [recent] = usual === null ? [] : recentAt(readings, readings.length - 1, usual)
  if (newest === undefined || usual === null || recent === undefined || usual.amount === 0) return null
  return {
    recent: rate(recent.risen, recent.length),
    usual: rate(usual.amount, usual.shortestSpan),
    standing: standingOf(readings, newest.at, usual, recent, factor * usual.amount),
  }
}
