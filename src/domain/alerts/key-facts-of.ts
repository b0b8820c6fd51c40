import type { KeyEvent } from '../key/event.js'
import type { KeyDecider } from '../key/index.js'
import { rotationFailures } from '../key/rotation-failures.js'
import type { Incarnation, KeyState } from '../key/state.js'
import { incarnationOf, publicState } from '../key/view.js'
import { type KeyName, lineageOf } from '../shared/identifiers.js'
import type { Instant, Millis } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import type { Assumptions } from '../spend/overshoot.js'
import type { SpendState } from '../spend/spend-state.js'
import { brokenAssumption } from './broken-assumption.js'
import type { Incident, KeyFacts, TotalReading } from './facts.js'
import { limitHistory } from './limit-history.js'
import { logIncidents } from './log-incidents.js'
import { spendWindows } from './spend-windows.js'

/** What is known of one name when its alerts are looked for. */
export interface KeySeen {
  readonly name: KeyName
  readonly state: KeyState
  /** The facts that `state` was folded from, oldest first. */
  readonly events: ReadonlyArray<KeyEvent>
  /** What it has spent, as fresh as it was seen; null: nobody has ever read it. */
  readonly spending: SpendState | null
  /** See `readingsFrom` and `withReading`. */
  readonly readings: ReadonlyArray<TotalReading>
  /** How old a reading may become before somebody must know; null where nobody watches. */
  readonly freshFor: Millis | null
}

const largest = (spending: SpendState | null): Picodollars | null =>
  (spending?.unconfirmed ?? []).reduce<Picodollars | null>((most, { cost }) => (most === null || cost > most ? cost : most), null)

/** The default thresholds of a key that named none are no wish of its owner: those of the policy hold. */
const ownThresholds = ({ spec: { limits } }: Incarnation): ReadonlyArray<number> | null => {
  const given = 'alertThresholds' in limits ? limits.alertThresholds : null
  if (!Array.isArray(given)) return null
  const percents = given.flatMap((share) => (typeof share === 'number' ? [Math.round(share * 10_000) / 100] : []))
  return percents.length === 1 && percents[0] === 80 ? null : percents
}

const ofNobody = { tags: {}, bornAt: null, expiresAt: null, thresholds: null } as const

const ofIncarnation = (incarnation: Incarnation | null): Pick<KeyFacts, 'tags' | 'schedule' | 'bornAt' | 'expiresAt' | 'thresholds'> => {
  if (incarnation === null) return ofNobody
  const { generationAt, schedule, spec } = incarnation
  return { tags: spec.tags, schedule, bornAt: generationAt, expiresAt: spec.expiresAt, thresholds: ownThresholds(incarnation) }
}

type Folding = Pick<KeyDecider, 'initial' | 'evolve'>

const ofSpending = (
  folding: Folding,
  { state, events, spending, readings }: KeySeen,
  assumptions: Assumptions,
  now: Instant,
): Pick<KeyFacts, 'windows' | 'boundBroken'> => {
  const incarnation = incarnationOf(state.stage)
  if (incarnation === null) return { windows: [], boundBroken: null }
  const history = limitHistory(folding, events)
  const windows = spendWindows({ history, spending, readings, bornAt: incarnation.createdAt, lag: assumptions.lag, now })
  const measured = { windows, limits: [...history.day, ...history.month], readings, largestReported: largest(spending), now }
  return { windows, boundBroken: brokenAssumption(measured, assumptions) }
}

const failureIn = (events: ReadonlyArray<KeyEvent>): Incident | null => {
  const last = rotationFailures(events)
  return last === null ? null : { at: last.at, text: last.cause.message }
}

/**
 * All that the rules look at for one name, from what is recorded of it: the one way from the log and from readings to alerts.
 * Null for a name that no key holds and that owes nothing.
 */
export const keyFactsOf = (folding: Folding, seen: KeySeen, assumptions: Assumptions, now: Instant): KeyFacts | null => {
  const { name, state, events, spending, readings, freshFor } = seen
  const shown = publicState(state)
  if (shown === null || shown === 'removed') return null
  const incarnation = incarnationOf(state.stage)
  return {
    name,
    lineage: incarnation?.lineage ?? lineageOf(name, Math.max(1, state.lineages)),
    ...ofIncarnation(incarnation),
    ...ofSpending(folding, seen, assumptions, now),
    ...logIncidents(folding, state, events, now),
    readings,
    readAt: spending?.last.at ?? null,
    freshFor,
    rotationDue: null,
    rotationFailed: failureIn(events),
  }
}
