import type { KeyEvent } from './event.js'
import type { HeldKey, KeyState, Stage } from './state.js'
import { onGuardrailDoubted } from './evolve-guard.js'
import { afterReading, isDone, isSettled } from './underway.js'

type Event<T extends KeyEvent['type']> = Extract<KeyEvent, { readonly type: T }>

export const onChangeClaimed = (state: KeyState, event: Event<'ChangeClaimed'>): KeyState =>
  state.claim === null
    ? {
        ...state,
        claim: {
          attempt: event.attempt,
          effect: event.effect,
          hash: event.hash,
          owner: event.owner,
          until: event.claimUntil,
        },
      }
    : state

export const onChangeFailed = (state: KeyState, event: Event<'ChangeFailed'>): KeyState =>
  state.claim?.attempt === event.attempt ? { ...state, claim: null } : state

const unknowing = (key: HeldKey): HeldKey => ({ ...key, remote: { _tag: 'Unknown' } })

/** Somebody's change may or may not be there: what we knew of the remote policy is no longer knowledge. */
const disturbed = (stage: Stage, at: KeyEvent['at'], late: boolean): Stage => {
  switch (stage._tag) {
    case 'Provisioned':
    case 'Held':
    case 'RollingBack':
    case 'Compensating':
      return { ...stage, key: unknowing(stage.key) }
    case 'Removing':
    case 'Outstanding': {
      const { destruction } = stage
      const contained = late ? false : destruction.contained
      const phase = late && destruction.phase === 'delete' ? ('contain' as const) : destruction.phase
      const touched = destruction.touched || destruction.phase === 'contain' || destruction.phase === 'delete'
      const next = { ...stage, key: unknowing(stage.key), destruction: { ...destruction, contained, phase, touched } }
      return next._tag === 'Outstanding' && late ? { ...next, stall: { ...next.stall, retryAt: at } } : next
    }
    case 'Vacant':
    case 'CreateDue':
    case 'Creating':
    case 'CreateUnknown':
    case 'LeavingAlive':
    case 'Removed':
      return stage
  }
}

const isOf = (stage: Stage, hash: string): boolean => 'key' in stage && stage.key.hash === hash

export const onChangeOutcomeUnknown = (state: KeyState, event: Event<'ChangeOutcomeUnknown'>): KeyState => {
  const { claim, stage } = state
  if (claim === null || claim.attempt !== event.attempt) return state
  if (claim.effect === 'guard') return onGuardrailDoubted(state, { type: 'GuardrailDoubted', attempt: event.attempt, at: event.at })
  const next = isOf(stage, claim.hash) ? disturbed(stage, event.at, false) : stage
  return { ...state, claim: null, stage: next }
}

export const onChangeMayArrive = (state: KeyState, { hash, policy, until }: Event<'ChangeMayArrive'>): KeyState => {
  const { stage } = state
  if (!('key' in stage) || stage.key.hash !== hash) return state
  const underway = [...stage.key.underway, { policy, until }]
  return { ...state, stage: { ...stage, key: { ...stage.key, underway } } }
}

/** What is pending is done once nothing can arrive that would undo it. */
export const onLateChangesRuledOut = (state: KeyState, { asOf }: Event<'LateChangesRuledOut'>): KeyState => {
  const { stage } = state
  if (!('key' in stage)) return state
  const key = afterReading(stage.key, asOf)
  if (stage._tag !== 'Held') return { ...state, stage: { ...stage, key } }
  const change = stage.change === null || isDone(stage.change, key) ? null : stage.change
  return { ...state, stage: { ...stage, key, change, stall: isSettled(key) ? null : stage.stall } }
}

export const onLateOutcomeObserved = (state: KeyState, event: Event<'LateOutcomeObserved'>): KeyState =>
  isOf(state.stage, event.hash) ? { ...state, stage: disturbed(state.stage, event.at, true) } : state
