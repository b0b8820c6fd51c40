import type { KeyEvent } from '../key/event.js'
import type { KeyDecider } from '../key/index.js'
import { incarnationOf } from '../key/view.js'
import type { Instant } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import { noLimits, type SpendLimits } from '../spend/limits.js'

/** A limit and since when it has stood. The revision grows with each change. */
export interface StandingLimit {
  readonly from: Instant
  readonly amount: Picodollars | null
  readonly revision: number
}

/** The limits that a key of today ever had, oldest first. */
export interface LimitHistory {
  readonly day: ReadonlyArray<StandingLimit>
  readonly month: ReadonlyArray<StandingLimit>
}

interface Walked extends LimitHistory {
  readonly lineage: string | null
}

const changed = (past: ReadonlyArray<StandingLimit>, amount: Picodollars | null, from: Instant): ReadonlyArray<StandingLimit> => {
  const last = past[past.length - 1]
  return last?.amount === amount ? past : [...past, { from, amount, revision: (last?.revision ?? 0) + 1 }]
}

const none: Walked = { lineage: null, day: [], month: [] }

/** Walks the facts of a name; what an earlier life of it was limited to is forgotten. */
export const limitHistory = (decider: Pick<KeyDecider, 'initial' | 'evolve'>, events: ReadonlyArray<KeyEvent>): LimitHistory => {
  const { walked } = events.reduce(
    ({ state, walked: past }, event) => {
      const next = decider.evolve(state, event)
      const incarnation = incarnationOf(next.stage)
      if (incarnation === null) return { state: next, walked: past }
      const { lineage, spec } = incarnation
      const limits: SpendLimits = { ...noLimits, ...spec.limits }
      const own = past.lineage === lineage ? past : { ...none, lineage }
      const day = changed(own.day, limits.daily, event.at)
      return { state: next, walked: { lineage, day, month: changed(own.month, limits.monthly, event.at) } }
    },
    { state: decider.initial, walked: none },
  )
  return walked
}

/** The limit that stood at a time; null where there was none yet. */
export const limitAt = (past: ReadonlyArray<StandingLimit>, at: Instant): StandingLimit | null =>
  [...past].reverse().find(({ from }) => from <= at) ?? null
