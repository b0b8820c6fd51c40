import { between, type Instant, type Millis } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import { forecast } from '../spend/forecast.js'
import type { SpendState } from '../spend/spend-state.js'
import { usageOf } from '../spend/usage.js'
import { windowEnd, windowStart } from '../spend/window.js'
import type { TotalReading, WindowFacts } from './facts.js'
import { limitAt, type LimitHistory } from './limit-history.js'

/** What the windows of a key are made of. */
export interface SpendKnown {
  readonly history: LimitHistory
  readonly spending: SpendState | null
  readonly readings: ReadonlyArray<TotalReading>
  readonly bornAt: Instant
  /** The greatest age of what OpenRouter tells. */
  readonly lag: Millis
  readonly now: Instant
}

type Kind = 'day' | 'month'

/** A pace must have lasted an eighth of its window before anybody is told where it leads. */
const shareOfWindow = 8

const least = (a: Picodollars, b: Picodollars): Picodollars => (a < b ? a : b)

/**
 * Where a window ends if it goes on as it did: by its pace since its beginning, or by that of its last eighth, whichever is less.
 * What a key does at the same hour each day, and is done with, leads nowhere.
 */
const leadsTo = (kind: Kind, used: Picodollars, { spending, readings, bornAt }: SpendKnown): Picodollars | null => {
  if (spending === null) return null
  const { at, total } = spending.last
  const start = windowStart(kind, at)
  const end = windowEnd(kind, at)
  const lately = Math.floor((end - start) / shareOfWindow)
  if (at - Math.max(start, bornAt) < lately) return null
  const before = readings.filter((each) => each.at <= at - lately)
  const from = before[before.length - 1]
  const whole = forecast(kind, used, null, at, bornAt)
  if (whole === null || from === undefined || total < from.total) return null
  const recent = (used + ((total - from.total) * BigInt(end - at)) / BigInt(at - from.at)) as Picodollars
  return least(whole.atEnd, recent)
}

const current = (kind: Kind, known: SpendKnown): WindowFacts => {
  const { history, spending, lag, now } = known
  const limit = limitAt(history[kind], now)
  const used = spending === null ? null : usageOf(spending, kind, now, lag).used
  return {
    window: kind,
    start: windowStart(kind, now),
    used,
    readAt: spending?.last.at ?? null,
    limit: limit?.amount ?? null,
    revision: limit?.revision ?? 0,
    forecast: used === null ? null : leadsTo(kind, used, known),
  }
}

/** For so long after its end a window is still looked at: what was spent late in it shows only in the next one. */
const lookBack = 86_400_000

/** What was spent up to the turn: the counter at the last reading before it, and what came after that and before the turn. */
const spentBefore = (kind: Kind, { last, bases }: SpendState, turn: Instant, known: Picodollars): Picodollars | null => {
  const { start, before: total, earlier } = bases[kind]
  const counter = last[kind]
  if (start !== turn || earlier === null || counter === null || known !== total) return null
  const late = last.total - counter - total
  return late < 0n ? null : ((earlier + late) as Picodollars)
}

/**
 * The window before: what OpenRouter counts in this one tells the total at its turn, and the last reading in the one before
 * tells what had been spent in it by then. Empty where either is not known for sure.
 */
const before = (kind: Kind, { history, spending, readings, lag, now }: SpendKnown): ReadonlyArray<WindowFacts> => {
  const turn = windowStart(kind, now)
  const limit = turn === 0 ? null : limitAt(history[kind], (turn - 1) as Instant)
  if (spending === null || limit === null || between(turn, now) > lookBack) return []
  const start = windowStart(kind, (turn - 1) as Instant)
  const { at } = spending.last
  const newest = readings.filter((each) => each.at < turn).at(-1)
  const isSure = at - lag >= turn && newest !== undefined && newest.at - lag >= start
  const used = isSure ? spentBefore(kind, spending, turn, newest.total) : null
  const { amount, revision } = limit
  return used === null ? [] : [{ window: kind, start, used, readAt: at, limit: amount, revision, forecast: null }]
}

/** The windows of a key that has limits: this day and month, and those before while late data for them comes. */
export const spendWindows = (known: SpendKnown): ReadonlyArray<WindowFacts> =>
  (['day', 'month'] as const).flatMap((kind) => [...before(kind, known), current(kind, known)])
