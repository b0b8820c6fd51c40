import type { Instant } from '../shared/instant.js'
import { plus } from '../shared/instant.js'
import type { NextStep } from './step.js'
import { otherLife } from './rotation.js'
import type { Retiring, Staging } from './state.js'
import { uncontainedLimit } from './rotation-budget.js'
import type { HeldKey, KeyState, Stage } from './state.js'
import { isSettled } from './underway.js'
import { wantedOf } from './wanted.js'

type StageStep = (stage: Stage, now: Instant) => NextStep

const none: NextStep = { _tag: 'None' }
const waiting = (at: Instant): NextStep => ({ _tag: 'Later', at, why: 'waiting' })

/**
 * A budget is shared out where there is one; and once its key is shrunk that key is read again, for it could spend on between
 * the first reading and the shrinking, however long that took.
 */
const mustMeasure = (key: HeldKey, { shrunk, split }: Staging): boolean => (split === null ? uncontainedLimit(key).limit !== null : !shrunk)

/** A successor that exists: proven to work, then its share, then raised, and only once its predecessor is shrunk for certain. */
const takeover = (state: KeyState, rotation: Staging, successor: HeldKey, raise: () => NextStep): NextStep => {
  const { stage } = state
  const { generation, lineage } = successor.incarnation
  if (!rotation.verified)
    return { _tag: 'Due', step: { _tag: 'Verify', hash: successor.hash, lineage, generation, aliveAt: successor.aliveAt } }
  if (stage._tag !== 'Held') return none
  const { hash, incarnation, remote } = stage.key
  const gone = remote._tag === 'Absent'
  if (!gone && !isSettled(stage.key)) return none
  if (mustMeasure(stage.key, rotation)) return { _tag: 'Due', step: { _tag: 'Measure', hash, includeByok: incarnation.spec.includeByok } }
  return raise()
}

/** Whether the predecessor has had its time: its successor is not kept either, or the overlap is over. */
export const isOverlapOver = ({ stage }: KeyState, { overlapUntil }: Retiring, now: Instant): boolean =>
  stage._tag !== 'Held' || overlapUntil <= now

/** A name that is contained has no key that may spend, the one that is on its way out included. */
const mustContain = ({ stage }: KeyState): boolean => stage._tag === 'Held' && wantedOf(stage.key).disabled

/** What a contained predecessor spent is read once nothing can be missing, while it can still be read. */
const lastReading = ({ containedAt, final, mode, other, split }: Retiring, now: Instant): NextStep | null => {
  if (split === null || mode.leaked || containedAt === null || final?.settled === true) return null
  if (other._tag !== 'Outstanding' || other.destruction.phase !== 'delete') return null
  const { hash, incarnation } = other.key
  const from = plus(containedAt, split.quiet)
  return now < from ? { _tag: 'Later', at: from, why: 'settling' } : { _tag: 'Due', step: { _tag: 'Measure', hash, includeByok: incarnation.spec.includeByok } }
}

const retirement = (state: KeyState, rotation: Retiring, now: Instant, stageStep: StageStep): NextStep => {
  const { other } = rotation
  if (other._tag !== 'Outstanding') return stageStep(other, now)
  const over = isOverlapOver(state, rotation, now)
  if (!over && !(other.destruction.phase === 'contain' && mustContain(state))) return waiting(rotation.overlapUntil)
  if (now < other.stall.retryAt) return stageStep(other, now)
  return lastReading(rotation, now) ?? stageStep(other, now)
}

/** What is due of the other key of a rotation. */
export const otherStep = (state: KeyState, now: Instant, stageStep: StageStep): NextStep => {
  const { rotation } = state
  if (rotation === null) return none
  if (rotation._tag === 'Retiring') return retirement(state, rotation, now, stageStep)
  const { stage } = otherLife(state, rotation)
  return stage._tag === 'Provisioned' ? takeover(state, rotation, stage.key, () => stageStep(stage, now)) : stageStep(stage, now)
}
