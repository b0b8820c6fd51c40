import type { TotalReading } from '../../../src/domain/alerts/facts.js'
import { paceOf } from '../../../src/domain/alerts/spike.js'
import { makePrng, type Prng } from '../../simulation/prng.js'
import { at, dollars, hour, minute } from './facts.js'

/** How much a key spends in one reading's time, in dollars. */
type Habit = (prng: Prng, time: number) => number

const hourOf = (time: number): number => Math.floor(time / hour) % 24
const dayOf = (time: number): number => Math.floor(time / (24 * hour))
const noise = (prng: Prng): number => 0.5 + prng.next()

/** Sum of a few uniform draws, as a rough normal one around 1. */
const mild = (prng: Prng): number => (prng.next() + prng.next() + prng.next()) / 1.5

/** The habits of ten kinds of keys, by what uses them. */
export const habits: Readonly<Record<string, Habit>> = {
  'a service under steady load': (prng) => 0.05 * mild(prng),
  'a service with days and nights': (prng, time) => 0.06 * noise(prng) * (1 + Math.sin(((hourOf(time) - 9) / 24) * 2 * Math.PI)),
  'an office from nine to five': (prng, time) => (hourOf(time) >= 9 && hourOf(time) < 17 && dayOf(time) % 7 < 5 ? 0.1 * noise(prng) : 0),
  'a developer now and then': (prng) => (prng.next() < 0.1 ? 0.2 * noise(prng) : 0),
  'a job each night': (prng, time) => (hourOf(time) === 2 ? 0.8 * noise(prng) : 0.01 * noise(prng)),
  'a job each week': (prng, time) => (dayOf(time) % 7 === 3 && hourOf(time) < 3 ? 0.5 * noise(prng) : 0.05 * noise(prng)),
  'builds in bursts': (prng) => (prng.next() < 0.2 ? 0.1 * noise(prng) * (1 + 3 * prng.next()) : 0.005),
  'a chat with a few users': (prng, time) => (prng.next() < 0.3 + 0.2 * Math.sin(hourOf(time)) ? 0.03 * noise(prng) : 0),
  'costs of very different requests': (prng) => 0.01 * Math.exp(1.2 * (mild(prng) - 1) * 2),
  'slow growth': (prng, time) => 0.02 * noise(prng) * (1 + (dayOf(time) % 60) / 30),
}

const every = 5 * minute
const start = Date.UTC(2026, 8, 1)

/** Readings each five minutes over so many days; idle time gives none. From `rise` on, a stranger spends ten times the baseline. */
export const trace = (habit: Habit, seed: number, days: number, rise = Infinity): ReadonlyArray<TotalReading> => {
  const prng = makePrng(seed)
  const readings: Array<TotalReading> = [{ at: at(start), total: dollars(0) }]
  let total = 0
  let baseline = 0
  for (let time = start + every; time <= start + days * 24 * hour; time += every) {
    const own = habit(prng, time)
    if (time < start + rise) baseline = (total + own) / readings.length
    total += own + (time >= start + rise ? 10 * baseline * (0.9 + 0.2 * prng.next()) : 0)
    if (total > 0 && dollars(total) !== readings[readings.length - 1]?.total) readings.push({ at: at(time), total: dollars(total) })
  }
  return readings
}

/** How often a spike is told over a trace: once, and again only after it was over. Each `stride`th reading is judged. */
export const told = (readings: ReadonlyArray<TotalReading>, from: number, stride: number): number => {
  let open = false
  let count = 0
  let first = 0
  readings.forEach((newest, n) => {
    while ((readings[first]?.at ?? 0) < newest.at - 14 * 24 * hour) first += 1
    if (newest.at < from || n % stride !== 0) return
    const standing = paceOf(readings.slice(first, n + 1), 5)?.standing
    if (standing === 'active' && !open) count += 1
    if (standing === 'active') open = true
    if (standing === 'cleared') open = false
  })
  return count
}

/** Whether a stranger is told of within three readings. */
export const isCaught = (habit: Habit, seed: number): boolean => {
  const rise = 20 * 24 * hour + (seed * 2 + 1) * hour
  const readings = trace(habit, seed, 22, rise)
  const first = readings.findIndex((each) => each.at >= start + rise)
  return [0, 1, 2].some((n) => paceOf(readings.slice(0, first + n + 1), 5)?.standing === 'active')
}

export const traceStart = start
