import type { KeyEvent } from './event.js'
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
