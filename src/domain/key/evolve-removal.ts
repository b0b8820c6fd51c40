import { stalled } from './evolve-containment.js'
import { isEnding } from './evolve-destruction.js'
import type { KeyEvent } from './event.js'
import type { KeyState } from './state.js'
import { type Destruction, endFrom } from './ending.js'

type Event<T extends KeyEvent['type']> = Extract<KeyEvent, { readonly type: T }>

const unbegun = endFrom('verify')

export const onRemovalRequested = (state: KeyState, event: Event<'RemovalRequested'>): KeyState => {
  const { stage } = state
  const { mode } = event
  if (stage._tag === 'Held') return { ...state, stage: { _tag: 'Removing', key: stage.key, mode, destruction: unbegun } }
  if (stage._tag === 'RollingBack')
    return { ...state, stage: { _tag: 'Removing', key: stage.key, mode, destruction: { ...unbegun, touched: true } } }
  if (stage._tag !== 'Removing' && stage._tag !== 'Outstanding') return state
  const merged = { leaked: stage.mode.leaked || mode.leaked, force: stage.mode.force || mode.force }
  return { ...state, stage: { ...stage, mode: merged } }
}

/**
 * The key was read before its removal, or found gone on the way. A read that misses it may be stale, so it is deleted all the
 * same; where a change has missed it, only the proof is left to do.
 */
export const onRemovalVerified = (state: KeyState, event: Event<'RemovalVerified'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Removing' && stage._tag !== 'Outstanding' && stage._tag !== 'RollingBack') return state
  const before = stage._tag === 'RollingBack' ? unbegun : stage.destruction
  if (event.policy === null) {
    const alreadyGone = !before.contained && !before.touched
    const phase = before.phase === 'verify' ? ('delete' as const) : ('prove' as const)
    const destruction: Destruction = { ...before, phase, alreadyGone }
    const key = { ...stage.key, remote: { _tag: 'Absent' as const } }
    const next =
      stage._tag === 'Outstanding'
        ? { ...stage, key, destruction }
        : { _tag: 'Removing' as const, key, mode: stage.mode, destruction }
    return { ...state, claim: null, stage: next }
  }
  if (stage._tag === 'RollingBack') return state
  const key = { ...stage.key, remote: { _tag: 'Known' as const, policy: event.policy }, aliveAt: event.at }
  return { ...state, claim: null, stage: { ...stage, key, destruction: { ...before, phase: 'contain', seen: true } } }
}

/** What was done so far may be half there, so the policy is read before it is restored. */
export const onRemovalRefused = (state: KeyState, event: Event<'RemovalRefused'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Removing') return state
  const key = { ...stage.key, remote: { _tag: 'Unknown' as const } }
  return {
    ...state,
    claim: null,
    stage: { _tag: 'RollingBack', key, mode: stage.mode, cause: event.cause, stall: null },
  }
}

export const onRemovalRolledBack = (state: KeyState): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Removing' && stage._tag !== 'RollingBack') return state
  return { ...state, claim: null, stage: { _tag: 'Held', key: stage.key, change: null, stall: null } }
}

export const onRollbackStalled = (state: KeyState, event: Event<'RollbackStalled'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'RollingBack') return state
  return { ...state, claim: null, stage: { ...stage, stall: stalled(stage.stall, event) } }
}

export const onLeftAliveByChoice = (state: KeyState): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Held' && stage._tag !== 'RollingBack' && stage._tag !== 'Removing' && stage._tag !== 'Outstanding')
    return state
  return { ...state, claim: null, stage: { _tag: 'LeavingAlive', key: stage.key } }
}

export const onSecretSealed = (state: KeyState, event: Event<'SecretSealed'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Held' || stage.key.hash !== event.hash) return state
  return { ...state, stage: { ...stage, key: { ...stage.key, secretHeld: true } } }
}

export const onSecretShredded = (state: KeyState): KeyState => {
  const { stage } = state
  if (!isEnding(stage) && stage._tag !== 'LeavingAlive') return state
  return { ...state, stage: { ...stage, key: { ...stage.key, secretHeld: false } } }
}

export const onRemoved = (state: KeyState, event: Event<'Removed'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Removing' && stage._tag !== 'Outstanding' && stage._tag !== 'LeavingAlive') return state
  const left = event.remote === 'left-alive'
  // A claim that stands now is for a stray, and its owner is not done with it.
  return {
    ...state,
    buried: left ? state.buried : [...state.buried, { hash: event.hash, lineage: event.lineage }],
    leftAlive: left ? [...state.leftAlive, event.hash] : state.leftAlive,
    stage: {
      _tag: 'Removed',
      incarnation: stage.key.incarnation,
      hash: event.hash,
      label: stage.key.label,
      remote: event.remote,
      proof: event.proof,
    },
  }
}
