import type { KeyEvent } from './event.js'
import { type RemoteKnowledge, type RemotePolicy, tightest } from './remote-policy.js'
import type { Cap } from './cap.js'
import type { ContainmentReason } from './spec.js'
import type { HeldKey, KeyState, PendingChange, Stage } from './state.js'
import type { Stall } from './ending.js'
import { arrived, isDone, isSettled } from './underway.js'
import { wantedOf } from './wanted.js'

type Event<T extends KeyEvent['type']> = Extract<KeyEvent, { readonly type: T }>

const without = (reasons: HeldKey['reasons'], reason: ContainmentReason): HeldKey['reasons'] => {
  const rest = new Set(reasons)
  rest.delete(reason)
  return [...rest]
}

const withReason = (reasons: HeldKey['reasons'], reason: ContainmentReason): HeldKey['reasons'] => [
  ...without(reasons, reason),
  reason,
]

/** Asked for and already so, as when a wish is taken back before anything was sent: then nothing is pending. */
const pending = (key: HeldKey, change: PendingChange): PendingChange | null => (isDone(change, key) ? null : change)

/** What somebody lowers while a cap stands in for the limit is the cap. */
const lowered = (cap: Cap | null, { limit, reset }: RemotePolicy): Cap | null =>
  cap === null || limit === null || reset === 'other' ? cap : { ...cap, limit, reset }

/** A key that somebody tightened stays so. Nobody here asked for that, so no refusal takes it back. */
const drifted = (state: KeyState): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Held' && stage._tag !== 'Removing') return state
  const { reasons, remote } = stage.key
  if (remote._tag !== 'Known') return state
  const tightened = tightest(remote.policy, wantedOf(stage.key))
  const key = { ...stage.key, tightened, reasons: withReason(reasons, 'drift'), cap: lowered(stage.key.cap, tightened) }
  if (stage._tag === 'Removing') return { ...state, stage: { ...stage, key } }
  return { ...state, stage: { ...stage, key, change: stage.change === null ? null : pending(key, stage.change) } }
}

export const onContainmentRequested = (state: KeyState, event: Event<'ContainmentRequested'>): KeyState => {
  if (event.reason === 'drift') return drifted(state)
  const { stage } = state
  if (stage._tag !== 'Held') return state
  const key = { ...stage.key, reasons: withReason(stage.key.reasons, event.reason) }
  return { ...state, stage: { ...stage, key, change: pending(key, { kind: 'contain', reason: event.reason }), stall: null } }
}

/** A guardrail that somebody lowered is put back like everything else that drifted. */
const forgetting = (key: HeldKey): HeldKey => (key.guard._tag === 'Assigned' ? { ...key, guard: { _tag: 'Assigned', guardrail: key.guard.guardrail } } : key)

export const onLiftingRequested = (state: KeyState, event: Event<'LiftingRequested'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Held') return state
  const key = { ...(event.reason === 'drift' ? forgetting(stage.key) : stage.key), reasons: without(stage.key.reasons, event.reason) }
  return { ...state, stage: { ...stage, key, change: pending(key, { kind: 'lift', reason: event.reason }), stall: null } }
}

export const onChangeRolledBack = (
  state: KeyState,
  event: Event<'ContainmentRolledBack'> | Event<'LiftingRolledBack'>,
): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Held') return state
  const reasons =
    event.type === 'ContainmentRolledBack'
      ? without(stage.key.reasons, event.reason)
      : withReason(stage.key.reasons, event.reason)
  // Kept differently is changed all the same: what the remote key holds now is for a read to say.
  const remote: RemoteKnowledge = event.cause.kind === 'kept-differently' ? { _tag: 'Unknown' } : stage.key.remote
  return { ...state, claim: null, stage: { ...stage, key: { ...stage.key, reasons, remote }, change: null } }
}

const knowing = (key: HeldKey, remote: RemoteKnowledge, at: KeyEvent['at']): HeldKey => ({
  ...key,
  remote,
  aliveAt: remote._tag === 'Known' ? at : key.aliveAt,
})

/** A pending change is done, and a stall over, once the policy read is the wanted one and nothing can undo it any more. */
export const onPolicyObserved = (state: KeyState, event: Event<'PolicyObserved'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Held' && stage._tag !== 'RollingBack') return state
  const key = arrived(knowing(stage.key, { _tag: 'Known', policy: event.policy }, event.at), event.policy)
  if (stage._tag === 'RollingBack') return { ...state, claim: null, stage: { ...stage, key } }
  const settled = isSettled(key)
  return {
    ...state,
    claim: null,
    stage: { ...stage, key, change: stage.change === null ? null : pending(key, stage.change), stall: settled ? null : stage.stall },
  }
}

export const onDriftObserved = (state: KeyState, event: Event<'DriftObserved'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Held') return state
  const remote: RemoteKnowledge = event.policy === null ? { _tag: 'Absent' } : { _tag: 'Known', policy: event.policy }
  const change = remote._tag === 'Absent' ? null : stage.change
  return { ...state, claim: null, stage: { ...stage, key: knowing(stage.key, remote, event.at), change, stall: null } }
}

export const stalled = (
  before: Stall | null,
  event: { readonly cause: Stall['cause']; readonly retryAt: Stall['retryAt'] },
): Stall => ({ cause: event.cause, retryAt: event.retryAt, failures: (before?.failures ?? 0) + 1 })

export const onConvergenceStalled = (state: KeyState, event: Event<'ConvergenceStalled'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Held') return state
  return { ...state, claim: null, stage: { ...stage, stall: stalled(stage.stall, event) } }
}

const dueAt = (stall: Stall, at: Stall['retryAt']): Stall => ({ ...stall, retryAt: at })

const retried = (stage: Stage, at: Stall['retryAt']): Stage => {
  switch (stage._tag) {
    case 'Held':
    case 'RollingBack':
    case 'Compensating':
      return stage.stall === null ? stage : { ...stage, stall: dueAt(stage.stall, at) }
    case 'Outstanding':
      return { ...stage, stall: dueAt(stage.stall, at) }
    case 'Vacant':
    case 'CreateDue':
    case 'Creating':
    case 'CreateUnknown':
    case 'Provisioned':
    case 'Removing':
    case 'LeavingAlive':
    case 'Removed':
      return stage
  }
}

export const onRetryRequested = (state: KeyState, event: Event<'RetryRequested'>): KeyState => ({
  ...state,
  rotation: state.rotation === null ? null : { ...state.rotation, other: retried(state.rotation.other, event.at) },
  stage: retried(state.stage, event.at),
  strays: state.strays.map((stray) =>
    stray.stall === null ? stray : { ...stray, stall: dueAt(stray.stall, event.at) },
  ),
})
