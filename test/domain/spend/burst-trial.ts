import { brokenAssumption } from '../../../src/domain/alerts/broken-assumption.js'
import type { Incident, TotalReading } from '../../../src/domain/alerts/facts.js'
import type { LimitHistory, StandingLimit } from '../../../src/domain/alerts/limit-history.js'
import { withReading } from '../../../src/domain/alerts/readings.js'
import { spendWindows } from '../../../src/domain/alerts/spend-windows.js'
import type { Instant } from '../../../src/domain/shared/instant.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { decideReading, seenAgain } from '../../../src/domain/spend/decide-reading.js'
import { evolveSpend } from '../../../src/domain/spend/evolve-spend.js'
import { overshootBound } from '../../../src/domain/spend/overshoot.js'
import { newborn, type SpendState } from '../../../src/domain/spend/spend-state.js'
import { windowStart } from '../../../src/domain/spend/window.js'
import { windowVerdict } from '../../../src/domain/spend/window-watch.js'
import { type Breach, chargedIn, type Charge, type Setting, settingOf, tell, upTo } from './burst-world.js'

/** What one burst came to. */
export interface Trial {
  readonly problems: ReadonlyArray<string>
  /** The furthest that a window went beyond its limit, as a share of the stated bound; 0 where none did. */
  readonly share: number
  /** The first broken assumption that the watcher told of. */
  readonly told: Incident | null
  readonly contained: number
  readonly passes: number
}

const bornAt = Date.UTC(2026, 9, 20)

interface Run {
  readonly setting: Setting
  readonly charges: Array<Charge>
  spending: SpendState
  seenAt: number | null
  readings: ReadonlyArray<TotalReading>
  /** Whether the key stands contained, and until when it still lets requests through, or refuses them. */
  contained: boolean
  holdsFrom: number
  told: Incident | null
  containments: number
  passes: number
}

const known = ({ spending, seenAt }: Run): SpendState => seenAgain(spending, seenAt as Instant | null)

const incidentOf = (run: Run, now: Instant): Incident | null => {
  const { assumptions, limit, window } = run.setting
  const standing: StandingLimit = { amount: BigInt(limit) as Picodollars, revision: 1, from: bornAt as Instant }
  const none: ReadonlyArray<StandingLimit> = []
  const history: LimitHistory = window === 'day' ? { day: [standing], month: none } : { day: none, month: [standing] }
  const spending = known(run)
  const windows = spendWindows({ history, spending, readings: run.readings, bornAt: bornAt as Instant, lag: assumptions.lag, now })
  return brokenAssumption({ windows, limits: [standing], readings: run.readings, largestReported: null, now }, assumptions)
}

/** A pass; one that dies reads, and does nothing about it. */
const pass = (run: Run, now: number, dies: boolean): void => {
  const { prng, assumptions, limit, window, breach, excess } = run.setting
  const lag = breach === 'late' ? assumptions.lag * excess : assumptions.lag
  run.passes += 1
  const read = tell(run.charges, now, prng.chance(0.3) ? upTo(prng, lag) : 0)
  const events = decideReading(run.spending, read)
  run.spending = events.reduce<SpendState>((state, event) => evolveSpend(state, event) ?? state, run.spending)
  if (events.length === 0) run.seenAt = now
  if (read.total !== null) run.readings = withReading(run.readings, { at: read.at, total: read.total })
  if (dies) return
  const cap = { window, limit: BigInt(limit) as Picodollars }
  if (windowVerdict({ cap, state: known(run), contained: run.contained, now: now as Instant, lag: assumptions.lag }) !== null) {
    run.contained = !run.contained
    run.holdsFrom = now + upTo(prng, assumptions.timeToContain)
    if (run.contained) run.containments += 1
  }
  run.told ??= incidentOf(run, now as Instant)
}

const letsThrough = ({ setting, charges, contained, holdsFrom }: Run, now: number): boolean => {
  const { enforcer, limit, window } = setting
  if (enforcer === 'watcher') return contained === now < holdsFrom
  const from = windowStart(window, now as Instant)
  return charges.reduce((sum, { at, cost, late }) => (at >= from && at + late <= now ? sum + cost : sum), 0) < limit
}

const request = (run: Run, now: number): number => {
  const { prng, assumptions, breach, excess } = run.setting
  const largest = Number(assumptions.largestRequest) * (breach === 'dear' ? excess : 1)
  const took = upTo(prng, assumptions.duration)
  if (letsThrough(run, now)) {
    const late = upTo(prng, breach === 'late' ? assumptions.lag * excess : assumptions.lag)
    run.charges.push({ at: now + took, cost: upTo(prng, largest), late })
  }
  return now + took
}

const play = (run: Run): void => {
  const { prng, assumptions, begin, quietFrom, end, workers, breach, excess, enforcer } = run.setting
  const gap = assumptions.pollGap * (breach === 'gap' ? excess : 1)
  const spacing = breach === 'crowded' ? Math.ceil(assumptions.spacing / excess) : assumptions.spacing
  const free = Array.from({ length: workers }, () => begin)
  let nextRequest = begin
  let lastPass = begin - upTo(prng, gap)
  let nextPass = enforcer === 'watcher' ? begin : Number.POSITIVE_INFINITY
  for (;;) {
    const now = Math.min(nextRequest, nextPass)
    if (now > end) return
    if (now === nextPass) {
      const dies = prng.chance(0.1) && now < lastPass + gap
      pass(run, now, dies)
      if (!dies) lastPass = now
      const soonest = Math.max(now + 1, run.holdsFrom)
      nextPass = Math.max(soonest, Math.min(lastPass + gap, now + upTo(prng, gap)))
      continue
    }
    const worker = free.indexOf(Math.min(...free))
    free[worker] = request(run, now)
    const pause = prng.chance(0.02) ? prng.below(assumptions.pollGap) : 0
    nextRequest = Math.max(now + spacing + pause, Math.min(...free))
    if (nextRequest >= quietFrom) nextRequest = Number.POSITIVE_INFINITY
  }
}

/** What was spent before the burst began, and is counted by now. */
const earlier = ({ prng, limit, begin, window }: Setting): ReadonlyArray<Charge> => {
  const start = windowStart(window, (begin - 1) as Instant)
  const old = { at: bornAt + 1, cost: prng.below(limit), late: 0 }
  const today = { at: Math.max(bornAt + 2, start + 1), cost: prng.below(limit), late: 0 }
  return [prng.chance(0.3) ? [old] : [], prng.chance(0.3) && today.at < begin - 1_000_000 ? [today] : []].flat()
}

const overshotBy = ({ setting, charges }: Run): number => {
  const { turn, window, limit, end } = setting
  const before = windowStart(window, (turn - 1) as Instant)
  return Math.max(chargedIn(charges, before, turn), chargedIn(charges, turn, end)) - limit
}

const problemsOf = (run: Run, over: number, bound: number): ReadonlyArray<string> => {
  const { setting, charges, told } = run
  const { breach, enforcer, limit, turn, end } = setting
  const found: Array<string> = []
  if (breach === null && over > bound) found.push(`spent ${String(over)} beyond the limit, where at most ${String(bound)} was stated`)
  if (breach === null && told !== null) found.push(`told of a broken assumption where none was: ${told.text}`)
  if (breach !== null && over > bound && told === null) found.push('went beyond the stated bound and nobody was told')
  const isSpent = chargedIn(charges, turn, end) >= limit
  if (breach === null && enforcer === 'watcher' && isSpent !== run.contained)
    found.push(isSpent ? 'is left open with its window spent' : 'is locked although its window has something left')
  return found
}

/** One key, its users and what enforces its limit, some minutes before and after the turn of its window. */
export const playBurst = (seed: number, breach: Breach | null = null): Trial => {
  const setting = settingOf(seed, breach)
  const run: Run = {
    setting,
    charges: [...earlier(setting)],
    spending: newborn(bornAt as Instant),
    seenAt: null,
    readings: [],
    contained: false,
    holdsFrom: 0,
    told: null,
    containments: 0,
    passes: 0,
  }
  play(run)
  const over = overshotBy(run)
  const bound = Number(overshootBound(setting.assumptions, setting.enforcer))
  const problems = problemsOf(run, over, bound)
  return { problems, share: Math.max(0, over) / bound, told: run.told, contained: run.containments, passes: run.passes }
}
