import { between, type Instant } from '../shared/instant.js'
import { type Picodollars, zero } from '../shared/picodollars.js'
import type { Reading, Suspicion } from './reading.js'
import { type WindowKind, windowStart } from './window.js'

/** The beginning of a window, as the lifetime total knows it. */
export interface WindowBase {
  readonly start: Instant
  /** The lifetime total at the last reading before the window: what came later is at most this window's. */
  readonly before: Picodollars
  /** What the counter of the window before said then; `null` where it did not, or lay further back. */
  readonly earlier: Picodollars | null
}

/** A cost that was reported and that no reading has confirmed yet. */
export interface UnconfirmedCost {
  readonly at: Instant
  readonly cost: Picodollars
}

/** What is known of the spending of one lineage. */
export interface SpendState {
  /** The last reading that was believed. */
  readonly last: Reading
  readonly bases: Readonly<Record<WindowKind, WindowBase>>
  readonly unconfirmed: ReadonlyArray<UnconfirmedCost>
  /** Set while the newest readings are not believed. */
  readonly suspicion: Suspicion | null
}

const baseAt = (kind: WindowKind, at: Instant): WindowBase => ({ start: windowStart(kind, at), before: zero, earlier: null })

/** A key at its birth: it has spent nothing. */
export const newborn = (at: Instant): SpendState => ({
  last: { at, total: zero, day: zero, week: zero, month: zero },
  bases: { day: baseAt('day', at), week: baseAt('week', at), month: baseAt('month', at) },
  unconfirmed: [],
  suspicion: null,
})

const rolled = (base: WindowBase, kind: WindowKind, last: Reading, at: Instant): WindowBase => {
  const start = windowStart(kind, at)
  return start <= base.start ? base : { start, before: last.total, earlier: last[kind] }
}

/** After this long a cost that was reported is in every reading, or was never charged. */
const confirmedAfter = 600_000

/** A rise of the total confirms the oldest costs first. */
const unconfirmedAfter = (costs: ReadonlyArray<UnconfirmedCost>, rise: bigint, at: Instant): ReadonlyArray<UnconfirmedCost> => {
  const { over, left } = costs.reduce(
    (known, { at: since, cost }, index) =>
      known.over === index && (between(since, at) >= confirmedAfter || cost <= known.left)
        ? { over: index + 1, left: known.left > cost ? known.left - cost : 0n }
        : known,
    { over: 0, left: rise },
  )
  const [first] = costs.slice(over)
  if (first === undefined) return []
  return left === 0n ? costs.slice(over) : [{ ...first, cost: (first.cost - left) as Picodollars }, ...costs.slice(over + 1)]
}

/** The state after a believed reading. A reading that is older than the last one, or shows less, changes nothing. */
export const observed = (state: SpendState, reading: Reading): SpendState => {
  const { last, bases } = state
  if (reading.at < last.at || reading.total < last.total) return state
  return {
    last: reading,
    bases: {
      day: rolled(bases.day, 'day', last, reading.at),
      week: rolled(bases.week, 'week', last, reading.at),
      month: rolled(bases.month, 'month', last, reading.at),
    },
    unconfirmed: unconfirmedAfter(state.unconfirmed, reading.total - last.total, reading.at),
    suspicion: null,
  }
}
