import type { TotalReading } from './facts.js'

/** What one rise has reached, in picodollars, and what each of two and of three in a row has: one large request alone is nothing lasting. */
export interface Lasting {
  readonly one: number
  readonly two: number
  readonly three: number
}

/** What one reading tells of the spend since the one before it, in picodollars. Idle time gives no reading, so it is in no rise. */
interface Rise {
  /** Milliseconds since the reading before it. Of several: on the average, and the least. */
  readonly span: number
  readonly shortest: number
  /** By how much the total went up. Of several that were thinned out: on the average. */
  readonly amount: number
  readonly lasting: Lasting
}

/** What is usual for a key at a time. The amount is that of one rise. */
export interface Usual {
  readonly amount: number
  /** Between two readings, in milliseconds; the shortest is that of the readings that follow one another fastest. */
  readonly span: number
  readonly shortestSpan: number
}

const day = 86_400_000
const daysBack = 14
/** So far from a time of the day a job may begin and still be the same job. */
const around = 45 * 60_000
/** With fewer rises at this time of the day than these, on fewer days, all times are looked at. */
const fewestRises = 12
const fewestDays = 3

/** The first reading at or after a time, between two places of the list. */
const firstFrom = (readings: ReadonlyArray<TotalReading>, time: number, low = 0, high = readings.length): number => {
  if (low >= high) return low
  const middle = (low + high) >>> 1
  return (readings[middle]?.at ?? Infinity) < time ? firstFrom(readings, time, middle + 1, high) : firstFrom(readings, time, low, middle)
}

const amountAt = (readings: ReadonlyArray<TotalReading>, index: number): { readonly amount: number; readonly span: number } => {
  const to = readings[index]
  const from = readings[index - 1]
  if (to === undefined || from === undefined) return { amount: 0, span: 0 }
  const rises = to.thinned?.rises ?? 1
  return { amount: Math.max(0, Number(to.total - from.total)) / rises, span: Math.max(0, to.at - from.at) / rises }
}

/** The rise that a reading tells; the first reading tells none. */
const riseAt = (readings: ReadonlyArray<TotalReading>, index: number): Rise => {
  const { amount, span } = amountAt(readings, index)
  const thinned = readings[index]?.thinned
  if (thinned !== undefined) return { span, shortest: thinned.span, amount, lasting: { one: Number(thinned.one), two: Number(thinned.two), three: Number(thinned.three) } }
  const two = Math.min(amount, amountAt(readings, index - 1).amount)
  return { span, shortest: span, amount, lasting: { one: amount, two, three: Math.min(two, amountAt(readings, index - 2).amount) } }
}

const risesWithin = (readings: ReadonlyArray<TotalReading>, from: number, to: number): ReadonlyArray<Rise> => {
  const found: Array<Rise> = []
  for (let index = Math.max(1, firstFrom(readings, from)); (readings[index]?.at ?? Infinity) < to; index += 1) found.push(riseAt(readings, index))
  return found
}

type Days = ReadonlyArray<ReadonlyArray<Rise>>

const joined =
  (join: (a: number, b: number) => number) =>
  (a: Lasting, b: Lasting): Lasting => ({ one: join(a.one, b.one), two: join(a.two, b.two), three: join(a.three, b.three) })

const highest = joined((a, b) => Math.max(a, b))
const lowest = joined((a, b) => Math.min(a, b))
const times = joined((a, b) => a * b)

const nothing: Lasting = { one: 0, two: 0, three: 0 }

const reached = (rises: ReadonlyArray<Rise>): Lasting => rises.map(({ lasting }) => lasting).reduce(highest, nothing)

/** What was reached on two days: one odd day makes nothing usual. Of a few days it is what was reached on any. */
const reachedOften = (days: Days): Lasting => {
  const found = days.filter((rises) => rises.length > 0).map(reached)
  const often = (of: (lasting: Lasting) => number): number => [...found.map(of)].sort((a, b) => b - a)[found.length > fewestDays ? 1 : 0] ?? 0
  return { one: often(({ one }) => one), two: often(({ two }) => two), three: often(({ three }) => three) }
}

const quantile = (values: ReadonlyArray<number>, share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

/** The mean of all but the largest hundredth: after an outage one reading tells of hours. */
const meanOf = (amounts: ReadonlyArray<number>): number => {
  const kept = [...amounts].sort((a, b) => a - b).slice(0, amounts.length - Math.ceil(amounts.length / 100))
  return kept.length === 0 ? 0 : kept.reduce((sum, each) => sum + each, 0) / kept.length
}

/** Above what was reached by so much, something is clearly more than that. */
const clearly: Lasting = { one: 1.1, two: 1.4, three: 1.2 }
/** What is reached at other times counts at this one too, up to so many times what is reached at this one; a large request may come at any time. */
const fromElsewhere: Lasting = { one: Number.MAX_VALUE, two: 4, three: 4 }

/** The days before `time`, from yesterday back: of each what was within `distance` of this time of the day. */
const daysBefore = (readings: ReadonlyArray<TotalReading>, time: number, distance: number): Days =>
  Array.from({ length: daysBack }, (_, n) => risesWithin(readings, time - (n + 1) * day - distance, time - (n + 1) * day + distance))

const isKnown = (days: Days): boolean => days.flat().length >= fewestRises && days.filter((rises) => rises.length > 0).length >= fewestDays

/**
 * What is usual for a key at this time of the day, by the two weeks before `time`; null where too little is known. A key that is
 * seldom used at this time is judged by all times.
 */
export const usualRises = (readings: ReadonlyArray<TotalReading>, time: number): Usual | null => {
  const sameTime = daysBefore(readings, time, around)
  const sample = (isKnown(sameTime) ? sameTime : daysBefore(readings, time, day / 2)).flat()
  if (sample.length < fewestRises) return null
  return {
    amount: meanOf(sample.map(({ amount }) => amount)),
    span: quantile(sample.map(({ span }) => span), 0.5),
    shortestSpan: quantile(sample.map(({ shortest }) => shortest), 0.02),
  }
}

/**
 * More than this, per rise, lasting spend has clearly not been at this time before. Bursts that come at any time count at this one too.
 * What is done each night, or each week on this day, is usual then and at no other time.
 */
export const mostBefore = (readings: ReadonlyArray<TotalReading>, time: number): Lasting => {
  const sameTime = daysBefore(readings, time, around)
  const aWeekAgo = reached(sameTime[6] ?? [])
  const here = highest(reachedOften(sameTime), aWeekAgo)
  const anywhere = highest(reachedOften(daysBefore(readings, time, day / 2)), aWeekAgo)
  return times(clearly, isKnown(sameTime) ? highest(here, lowest(anywhere, times(fromElsewhere, here))) : anywhere)
}
