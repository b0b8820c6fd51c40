import { isLeft } from 'fp-ts/lib/Either.js'

import { alertDecider } from '../../../src/domain/alerts/alert-decider.js'
import { conditionsOf } from '../../../src/domain/alerts/conditions.js'
import type { AlertEvent } from '../../../src/domain/alerts/event.js'
import type { WindowFacts } from '../../../src/domain/alerts/facts.js'
import { refOf } from '../../../src/domain/alerts/identity.js'
import { defaultPolicy } from '../../../src/domain/alerts/policy.js'
import type { AlertState } from '../../../src/domain/alerts/state.js'
import { dayOf } from '../../../src/domain/alerts/words.js'
import { fold } from '../../../src/domain/decider.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { makePrng, type Prng } from '../../simulation/prng.js'
import { at, dayLength, dollars, hour, key, minute } from './facts.js'

/** What one trace did, and where it broke the promise. */
export interface Trial {
  readonly problems: ReadonlyArray<string>
  readonly raised: number
  readonly evaluations: number
  readonly restarts: number
  readonly conflicts: number
}

interface Limit {
  readonly from: number
  readonly amount: Picodollars
  readonly revision: number
}

/** What really happens: spend in bursts over a few days, and a limit that is changed now and then. */
interface Truth {
  readonly end: number
  /** Spent in the window that begins at `start`, up to `time`. */
  readonly used: (start: number, time: number) => number
  readonly limits: ReadonlyArray<Limit>
}

const epoch = Date.UTC(2026, 10, 9)
const steps = [50, 80, 95]
const policy = { ...defaultPolicy, all: { thresholds: steps } }

const truthOf = (prng: Prng): Truth => {
  const days = 2 + prng.below(2)
  const slot = 10 * minute
  const perDay = dayLength / slot
  const scale = 0.2 + prng.next() * 3
  const spent = Array.from({ length: days * perDay }, () => (prng.next() < 0.15 ? (prng.next() * scale * 10) / perDay / 0.15 : 0))
  const sums = [0]
  for (const each of spent) sums.push((sums.at(-1) ?? 0) + each)
  const end = epoch + days * dayLength
  const changes = Array.from({ length: prng.below(4) }, () => epoch + prng.below(days * dayLength)).sort((a, b) => a - b)
  return {
    end,
    used: (start, time) => {
      const from = Math.floor((start - epoch) / slot)
      const to = Math.floor((Math.min(time, start + dayLength) - epoch) / slot)
      return to <= from ? 0 : (sums[Math.min(to, spent.length)] ?? 0) - (sums[from] ?? sums[spent.length] ?? 0)
    },
    limits: [epoch, ...changes].map((from, n) => ({ from, amount: dollars(2 + prng.next() * 10), revision: n + 1 })),
  }
}

const limitAt = ({ limits }: Truth, time: number): Limit => limits.filter(({ from }) => from <= time).at(-1) ?? limits[0]!

interface Seen {
  readonly version: number
  readonly conditions: ReturnType<typeof conditionsOf>
  readonly time: number
}

/** What a watcher knows at a time: late numbers, now and then one that is too small, and both sides of a window's turn. */
const look = (truth: Truth, prng: Prng, time: number, knownLimit: Limit): Seen['conditions'] => {
  const readAt = time - prng.below(25 * minute)
  const today = epoch + Math.floor((time - epoch) / dayLength) * dayLength
  const windowOf = (start: number): WindowFacts => {
    const used = truth.used(start, readAt)
    const shrunken = prng.next() < 0.05 ? prng.next() : 1
    return {
      window: 'day',
      start: at(start),
      used: prng.next() < 0.03 ? null : dollars(used * shrunken),
      readAt: at(readAt),
      limit: knownLimit.amount,
      revision: knownLimit.revision,
      forecast: null,
    }
  }
  const windows = (today > epoch ? [windowOf(today - dayLength)] : []).concat(windowOf(today))
  return conditionsOf(policy, { now: at(time), keys: [key({ windows: prng.next() < 0.5 ? windows : [...windows].reverse() })], account: null })
}

const isSpend = (rule: string): boolean => rule === 'threshold' || rule === 'limit-reached'

type Decide = typeof alertDecider.decide

interface Run {
  readonly decide: Decide
  readonly log: Array<AlertEvent>
  /** The log folded, so far; the events after it are folded onto it. */
  folded: { readonly version: number; readonly state: AlertState }
  /** By window and revision, the highest step that an evaluation of full standing was shown. */
  readonly shown: Map<string, number>
  evaluations: number
  restarts: number
  conflicts: number
}

const stateOf = (run: Run): AlertState => {
  const { version, state } = run.folded
  if (version < run.log.length) run.folded = { version: run.log.length, state: fold(alertDecider, state, run.log.slice(version)) }
  return run.folded.state
}

/** One watcher's round: it looks, perhaps waits while the other one works, decides, and commits or begins again. */
const round = (run: Run, truth: Truth, prng: Prng, time: number, between: () => void): void => {
  const { decide } = run
  // Who loaded the key's log before a change of the limit still measures against the old one.
  const known = limitAt(truth, prng.next() < 0.2 ? time - hour : time)
  const conditions = look(truth, prng, time, known)
  let version = run.log.length
  let state = stateOf(run)
  if (prng.next() < 0.3) between()
  for (;;) {
    const decision = decide({ _tag: 'Tell', conditions, elsewhere: new Map(), at: at(time) }, state)
    if (prng.next() < 0.05) {
      run.restarts += 1
      return
    }
    if (isLeft(decision)) break
    if (run.log.length === version) {
      run.log.push(...decision.right)
      if (prng.next() < 0.05) run.restarts += 1
      break
    }
    run.conflicts += 1
    version = run.log.length
    state = stateOf(run)
  }
  run.evaluations += 1
  for (const { case: each, standing, level } of conditions) {
    if (standing !== 'active' || !isSpend(each.rule)) continue
    if (each.revision < (state.revisions.get(`threshold|${each.scope}`) ?? 0)) continue
    const place = `${each.scope} r${each.revision}`
    run.shown.set(place, Math.max(run.shown.get(place) ?? 0, level))
  }
}

const stepOf = (used: number, limit: Picodollars): number =>
  [...steps, 100].filter((step) => dollars(used) * 100n >= limit * BigInt(step)).at(-1) ?? 0

const problemsOf = (run: Run, truth: Truth): ReadonlyArray<string> => {
  const raised = run.log.flatMap((event) => (event.type === 'AlertRaised' && isSpend(event.identity.rule) ? [event] : []))
  const refs = run.log.flatMap((event) => (event.type === 'AlertRaised' ? [refOf(event.identity)] : []))
  const twice = refs.filter((ref, n) => refs.indexOf(ref) !== n).map((ref) => `${ref} was raised twice`)
  const told = new Map<string, number>()
  const problems: Array<string> = [...twice]
  for (const { identity, at: when } of raised) {
    const place = `${identity.scope} r${identity.revision}`
    const level = identity.rule === 'limit-reached' ? 100 : Number(identity.threshold)
    if (level <= (told.get(place) ?? 0)) problems.push(`${place}: ${level} was told after ${told.get(place) ?? 0}`)
    told.set(place, level)
    const start = Date.parse(identity.scope.slice(4))
    const limit = truth.limits.find(({ revision }) => revision === identity.revision)!
    if (stepOf(truth.used(start, when), limit.amount) < level) problems.push(`${place}: ${level} was told and is not true`)
  }
  for (const [place, level] of run.shown) if ((told.get(place) ?? 0) < level) problems.push(`${place}: ${level} was seen and never told`)
  // Whatever the watchers did, what is true at the end of a window, under the limit that is in force then, must have been told.
  const last = truth.limits.at(-1)!
  for (let start = epoch; start < truth.end; start += dayLength) {
    if (last.from > start + dayLength) continue
    const level = stepOf(truth.used(start, truth.end), last.amount)
    const place = `day ${dayOf(at(start))} r${last.revision}`
    if (start === truth.end - dayLength && (told.get(place) ?? 0) < level) problems.push(`${place}: ${level} is true and was missed`)
  }
  return problems
}

/** One noisy trace: two watchers, restarts, late and shrunken numbers, changes of the limit, turns of the window. */
export const playTrace = (seed: number, decide: Decide = alertDecider.decide): Trial => {
  const prng = makePrng(seed)
  const truth = truthOf(prng)
  const run: Run = { decide, log: [], folded: { version: 0, state: alertDecider.initial }, shown: new Map(), evaluations: 0, restarts: 0, conflicts: 0 }
  for (let time = epoch + prng.below(hour); time < truth.end + 2 * hour; time += 10 * minute + prng.below(hour))
    round(run, truth, prng, time, () => round(run, truth, prng, time - prng.below(5 * minute), () => undefined))
  // Both are well again in the end, and look once more at the last window when every late number is in.
  const final = makePrng(seed)
  const calm = { ...final, next: () => 0.99 }
  round(run, truth, calm, truth.end + 3 * hour, () => undefined)
  const { log, evaluations, restarts, conflicts } = run
  return {
    problems: problemsOf(run, truth),
    raised: log.filter(({ type }) => type === 'AlertRaised').length,
    evaluations,
    restarts,
    conflicts,
  }
}
