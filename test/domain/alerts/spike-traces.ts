import type { TotalReading } from '../../../src/domain/alerts/facts.js'
import { readingsFrom, withReading } from '../../../src/domain/alerts/readings.js'
import { paceOf } from '../../../src/domain/alerts/spike.js'
import type { SpendEvent } from '../../../src/domain/spend/event.js'
import { makePrng, type Prng } from '../../simulation/prng.js'
import { at, dayLength, dollars, hour, minute } from './facts.js'

/** How much a key spends between two looks, in dollars, at a time. */
type Habit = (prng: Prng, time: number) => number

/** One kind of key: what it spends, and how often somebody looks. */
export interface Kind {
  readonly habit: (seed: number) => Habit
  readonly every: number
}

const hourOf = (time: number): number => (time / hour) % 24
const dayOf = (time: number): number => Math.floor(time / dayLength)
const isWeekday = (time: number): boolean => (dayOf(time) + 3) % 7 < 5
const noise = (prng: Prng): number => 0.5 + prng.next()

/** Mean of a few uniform draws, as a rough normal one around 1. */
const mild = (prng: Prng): number => (prng.next() + prng.next() + prng.next()) / 1.5

const fiveMinutes = 5 * minute
const each5 = (habit: Habit): Kind => ({ habit: () => habit, every: fiveMinutes })

/** A job that begins each night between two and three, when the jobs before it are done, and takes as long as it takes. */
const driftingJob = (seed: number): Habit => {
  const begins = new Map<number, readonly [from: number, to: number]>()
  const days = makePrng(seed + 1000)
  return (prng, time) => {
    const day = dayOf(time)
    const from = 2 + days.next() * 0.7
    if (!begins.has(day)) begins.set(day, [from, from + 0.5 + days.next() * 0.7])
    const [start, end] = begins.get(day) ?? [0, 0]
    return hourOf(time) >= start && hourOf(time) < end ? 0.8 * noise(prng) : 0.01 * noise(prng)
  }
}

const office: Habit = (prng, time) => (hourOf(time) >= 9 && hourOf(time) < 17 && isWeekday(time) ? 0.1 * noise(prng) : 0)
const developer: Habit = (prng) => (prng.next() < 0.1 ? 0.2 * noise(prng) : 0)
const builds: Habit = (prng) => (prng.next() < 0.2 ? 0.1 * noise(prng) * (1 + 3 * prng.next()) : 0.005)
const steady: Habit = (prng) => 0.05 * mild(prng)

/** The kinds of keys that the rule is held against, by what uses them. */
export const kinds: Readonly<Record<string, Kind>> = {
  'a service under steady load': each5(steady),
  'a service under steady load, looked at each minute': { habit: () => steady, every: minute },
  'a service with days and nights': each5((prng, time) => 0.06 * noise(prng) * (1 + Math.sin(((hourOf(time) - 9) / 24) * 2 * Math.PI))),
  'an office from nine to five': each5(office),
  'an office that works late once a week': each5((prng, time) =>
    dayOf(time) % 7 === 1 && hourOf(time) >= 19 && hourOf(time) < 21 ? 0.1 * noise(prng) : office(prng, time),
  ),
  'a developer now and then': each5(developer),
  'a developer now and then, looked at each minute': { habit: () => developer, every: minute },
  'a job each night': each5((prng, time) => (Math.floor(hourOf(time)) === 2 ? 0.8 * noise(prng) : 0.01 * noise(prng))),
  'a job each night that begins when it can': { habit: driftingJob, every: fiveMinutes },
  'a job each night and nothing else': each5((prng, time) => (Math.floor(hourOf(time)) === 2 ? 0.8 * noise(prng) : 0)),
  'a job each week': each5((prng, time) => (dayOf(time) % 7 === 3 && hourOf(time) < 3 ? 0.5 * noise(prng) : 0.05 * noise(prng))),
  'builds in bursts': each5(builds),
  'builds in bursts, looked at each minute': { habit: () => builds, every: minute },
  'a chat with a few users': each5((prng, time) => (prng.next() < 0.3 + 0.2 * Math.sin(Math.floor(hourOf(time))) ? 0.03 * noise(prng) : 0)),
  'costs of very different requests': each5((prng) => 0.01 * Math.exp(1.2 * (mild(prng) - 1) * 2)),
  'one large request now and then': each5((prng) => (prng.next() < 0.01 ? 3 : 0.02 * noise(prng))),
  'slow growth': each5((prng, time) => 0.02 * noise(prng) * (1 + (dayOf(time) % 60) / 30)),
}

/** Monday, 7 September 2026. */
export const traceStart = Date.UTC(2026, 8, 7)

/** What a key spends at such a time of the day, per look at which it spends at all, at its busiest within an hour: what ten times is measured by. */
const baselineAt = (spent: ReadonlyArray<readonly [time: number, amount: number]>, time: number): number => {
  const distance = (when: number): number => Math.min((time - when) % dayLength, dayLength - ((time - when) % dayLength))
  const past = spent.filter(([when, amount]) => amount > 0 && when < time && when >= time - 14 * dayLength)
  const means = [-4, -3, -2, -1, 0, 1, 2, 3].flatMap((quarter) => {
    const from = quarter * 15 * minute
    const found = past.filter(([when]) => distance(when - from) < 15 * minute)
    return found.length < 4 ? [] : [found.reduce((sum, [, amount]) => sum + amount, 0) / found.length]
  })
  const all = past.reduce((sum, [, amount]) => sum + amount, 0) / past.length
  return means.length === 0 ? all : Math.max(...means)
}

/** The looks of so many days at which the total had changed. From `rise` on a stranger spends ten times the baseline beside. */
export const trace = ({ habit, every }: Kind, seed: number, days: number, rise = Infinity): ReadonlyArray<TotalReading> => {
  const prng = makePrng(seed)
  const own = habit(seed)
  const readings: Array<TotalReading> = [{ at: at(traceStart), total: dollars(0) }]
  const spent: Array<readonly [number, number]> = []
  let baseline = 0
  let total = 0
  for (let time = traceStart + every; time <= traceStart + days * dayLength; time += every) {
    const amount = own(prng, time)
    if (time >= traceStart + rise && baseline === 0) baseline = baselineAt(spent, time)
    spent.push([time, amount])
    const isHis = time > traceStart + rise
    total += amount + (isHis ? 10 * baseline * (0.9 + 0.2 * prng.next()) : 0)
    if (total > 0 && dollars(total) !== readings[readings.length - 1]?.total) readings.push({ at: at(time), total: dollars(total) })
  }
  return readings
}

const unknown = { day: null, week: null, month: null }

/** A reading as the fact that is in the log. */
const observed = ({ at: when, total }: TotalReading): SpendEvent => ({ type: 'UsageObserved', at: when, total, ...unknown })

/** How often a spike is told over a trace: once, and again only after it was over. Of the readings from `from` on each `stride`th is judged. */
export const told = (readings: ReadonlyArray<TotalReading>, from: number, stride = 1): number => {
  let open = false
  let count = 0
  let kept = readingsFrom(readings.filter((each) => each.at < from).map(observed))
  readings.forEach((newest, n) => {
    if (newest.at < from) return
    kept = withReading(kept, newest)
    if (n % stride !== 0) return
    const standing = paceOf(kept, 8)?.standing
    if (standing === 'active' && !open) count += 1
    if (standing === 'active') open = true
    if (standing === 'cleared') open = false
  })
  return count
}

/** After how many readings a stranger is told of; Infinity: not within three. He comes in the third week, at any time; the first reading is wholly his. */
export const caughtAfter = (kind: Kind, seed: number): number => {
  const prng = makePrng(seed + 7)
  const rise = 16 * dayLength + Math.floor((prng.next() * 4 * dayLength) / kind.every) * kind.every
  const readings = trace(kind, seed, 16 + Math.ceil((rise - 16 * dayLength) / dayLength + 0.1), rise)
  const first = readings.findIndex((each) => each.at > traceStart + rise)
  let kept = readingsFrom(readings.slice(0, first).map(observed))
  const found = [1, 2, 3].find((n) => {
    const next = readings[first + n - 1]
    if (next === undefined) return false
    kept = withReading(kept, next)
    return paceOf(kept, 8)?.standing === 'active'
  })
  return found ?? Infinity
}
