import type { Instant } from '../shared/instant.js'
import type { KeyEvent } from './event.js'
import { isLoweredTo } from './guard.js'
import type { Guard } from './own-guardrail.js'
import type { KeyState } from './state.js'
import { isSettled } from './underway.js'

type Event<T extends KeyEvent['type']> = Extract<KeyEvent, { readonly type: T }>

const withGuard = (state: KeyState, guard: Guard): KeyState => {
  const { stage } = state
  const claim = state.claim?.effect === 'guard' ? null : state.claim
  if (!('key' in stage)) return state
  const key = { ...stage.key, guard }
  if (stage._tag !== 'Held' || !isSettled(key)) return { ...state, claim, stage: { ...stage, key } }
  return { ...state, claim, stage: { ...stage, key, change: null, stall: null } }
}

export const onGuardrailObserved = (state: KeyState, { guardrail }: Event<'GuardrailObserved'>): KeyState =>
  withGuard(state, guardrail === null ? { _tag: 'None' } : { _tag: 'Assigned', guardrail })

export const onGuardrailUnavailable = (state: KeyState): KeyState => withGuard(state, { _tag: 'Unavailable' })

export const onGuardrailDoubted = (state: KeyState, { at }: Event<'GuardrailDoubted'>): KeyState =>
  withGuard(state, { _tag: 'Unknown', since: at })

/** What somebody tightened stays, as a lowered limit of the key does; everything else is put back. */
export const onGuardrailDriftObserved = (state: KeyState, { guardrail }: Event<'GuardrailDriftObserved'>): KeyState => {
  if (state.stage._tag !== 'Held') return state
  if (guardrail === null) return withGuard(state, { _tag: 'None' })
  return withGuard(state, isLoweredTo(state.stage.key, guardrail) ? { _tag: 'Assigned', guardrail, lowered: true } : { _tag: 'Assigned', guardrail })
}

/** Nothing of ours is on its way to such a guardrail, so it may be looked at at once. */
export const unseen: Guard = { _tag: 'Unknown', since: 0 as Instant }

export const onGuardrailRetryRequested = (state: KeyState): KeyState =>
  state.stage._tag === 'Held' && state.stage.key.guard._tag === 'Unavailable' ? withGuard(state, unseen) : state
