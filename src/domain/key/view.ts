import type { KeyHash } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import { isLowered } from './guard.js'
import type { HeldKey, Incarnation, KeyState, Retiring, Stage } from './state.js'
import { isSettled } from './underway.js'
import { wantedOf } from './wanted.js'

/** Where a key stands, in the words that scripts rely on. */
export type PublicState =
  | 'provisioning'
  | 'active'
  | 'suspended'
  | 'rotating'
  | 'removing'
  | 'revocation-outstanding'
  | 'removed'

/** Work that is recorded and not done yet. */
export type PendingWork =
  | 'creation'
  | 'settling'
  | 'activation'
  | 'compensation'
  | 'containment'
  | 'lifting'
  | 'limits'
  | 'convergence'
  | 'removal'
  | 'rollback'
  | 'revocation'
  | 'stray-revocation'
  /** A successor is being made, or given up. */
  | 'rotation'
  /** Both keys answer, until a date. */
  | 'overlap'
  | 'predecessor-revocation'
  /** The key has what its predecessors left, until its window turns. */
  | 'window-turn'

const stageState = (stage: Stage): PublicState | null => {
  switch (stage._tag) {
    case 'Vacant':
      return null
    case 'CreateDue':
    case 'Creating':
    case 'CreateUnknown':
    case 'Provisioned':
      return 'provisioning'
    case 'Compensating':
      return stage.stall === null ? 'provisioning' : 'revocation-outstanding'
    case 'Held':
      return wantedOf(stage.key).disabled ? 'suspended' : 'active'
    case 'RollingBack':
      return stage.stall === null ? 'removing' : 'suspended'
    case 'Removing':
    case 'LeavingAlive':
      return 'removing'
    case 'Outstanding':
      return 'revocation-outstanding'
    case 'Removed':
      return 'removed'
  }
}

/** `null` for a name that no key holds and that owes nothing. */
export const publicState = (state: KeyState): PublicState | null => {
  const own = stageState(state.stage)
  const free = own === null || own === 'removed'
  if (free && (state.strays.length > 0 || state.rotation !== null)) return 'revocation-outstanding'
  return state.rotation !== null && state.stage._tag === 'Held' ? 'rotating' : own
}

const pendingChanges = { contain: 'containment', lift: 'lifting', limits: 'limits' } as const

const stagePending = (stage: Stage): ReadonlyArray<PendingWork> => {
  switch (stage._tag) {
    case 'Vacant':
    case 'Removed':
      return []
    case 'CreateDue':
    case 'Creating':
      return ['creation']
    case 'CreateUnknown':
      return ['settling']
    case 'Provisioned':
      return ['activation']
    case 'Compensating':
      return ['compensation']
    case 'Held':
      if (stage.key.remote._tag === 'Absent' || isSettled(stage.key)) return []
      if (stage.change === null) return ['convergence']
      return [pendingChanges[stage.change.kind]]
    case 'RollingBack':
      return ['rollback']
    case 'Removing':
    case 'LeavingAlive':
      return ['removal']
    case 'Outstanding':
      return ['revocation']
  }
}

/** Until its predecessor was tried to be contained, the two are in their overlap. */
const isOverlapping = ({ other }: Retiring): boolean =>
  other._tag === 'Outstanding' && !other.destruction.touched && other.stall.failures === 0

const rotationPending = ({ rotation, stage }: KeyState): ReadonlyArray<PendingWork> => {
  if (rotation === null) return stage._tag === 'Held' && (stage.key.cap?.until ?? null) !== null ? ['window-turn'] : []
  if (rotation._tag === 'Staging') return ['rotation']
  return [isOverlapping(rotation) ? 'overlap' : 'predecessor-revocation']
}

/** When the planned part of what is pending is to be done: the end of an overlap, or the turn of a window. */
export const plannedFor = ({ rotation, stage }: KeyState): Instant | null => {
  if (rotation === null) return stage._tag === 'Held' ? (stage.key.cap?.until ?? null) : null
  return rotation._tag === 'Retiring' && isOverlapping(rotation) ? rotation.overlapUntil : null
}

const planned: ReadonlySet<PendingWork> = new Set<PendingWork>(['overlap', 'window-turn'])

/** What of such work nobody planned for later. */
export const owedOf = (work: ReadonlyArray<PendingWork>): ReadonlyArray<PendingWork> => work.filter((each) => !planned.has(each))

/** Pending work that nobody planned for later: what is unfinished now. */
export const owedWork = (state: KeyState): ReadonlyArray<PendingWork> => owedOf(pendingWork(state))

export const pendingWork = (state: KeyState): ReadonlyArray<PendingWork> => [
  ...stagePending(state.stage),
  ...rotationPending(state),
  ...state.strays.map(() => 'stray-revocation' as const),
]

/** The remote key of the name, where there is one. */
export const heldKey = (stage: Stage): HeldKey | null => ('key' in stage ? stage.key : null)

export const incarnationOf = (stage: Stage): Incarnation | null => {
  if ('key' in stage) return stage.key.incarnation
  return 'incarnation' in stage ? stage.incarnation : null
}

export const hashOf = (stage: Stage): KeyHash | null => {
  if ('key' in stage) return stage.key.hash
  return stage._tag === 'Removed' ? stage.hash : null
}

/** Why the key cannot spend now, as far as we know. */
export const containedFor = (stage: Stage): ReadonlyArray<string> => {
  switch (stage._tag) {
    case 'Held':
      return isLowered(stage.key) && !stage.key.reasons.includes('drift') ? [...stage.key.reasons, 'drift'] : stage.key.reasons
    case 'RollingBack':
      return [...stage.key.reasons, 'removal']
    case 'Removing':
    case 'Outstanding':
      return stage.destruction.contained ? [...stage.key.reasons, 'removal'] : stage.key.reasons
    case 'Compensating':
    case 'Provisioned':
      return ['provisioning']
    case 'Vacant':
    case 'CreateDue':
    case 'Creating':
    case 'CreateUnknown':
    case 'LeavingAlive':
    case 'Removed':
      return []
  }
}
