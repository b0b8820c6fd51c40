import type { SpendLimits } from '../spend/limits.js'
import type { KeyEvent } from './event.js'
import { unseen } from './evolve-guard.js'
import { type RemoteKnowledge, tightest } from './remote-policy.js'
import type { HeldKey, KeyState, LimitsHeld } from './state.js'
import { isSettled } from './underway.js'
import { ownedOf } from './wanted.js'

type Event<T extends KeyEvent['type']> = Extract<KeyEvent, { readonly type: T }>

const sameMoney = (a: SpendLimits, b: SpendLimits): boolean => a.monthly === b.monthly && a.daily === b.daily

/** The key with these limits for its own. */
export const holding = (key: HeldKey, { limits, kept }: LimitsHeld): HeldKey => {
  const { incarnation } = key
  // What was refused once may be had by now, and what was on the key then may be still.
  const guard = key.guard._tag === 'Unavailable' && !sameMoney(limits, incarnation.spec.limits) ? unseen : key.guard
  const next: HeldKey = { ...key, kept, guard, incarnation: { ...incarnation, spec: { ...incarnation.spec, limits } } }
  // What somebody lowered at OpenRouter stays low, and what its owner lowers further goes below it.
  return key.tightened === null ? next : { ...next, tightened: tightest(key.tightened, ownedOf(next)) }
}

/** Thresholds alone change nothing at OpenRouter, and nothing of what an adopted key came with. */
export const onLimitsChangeRequested = (state: KeyState, { limits }: Event<'LimitsChangeRequested'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Held') return state
  const { kept, incarnation } = stage.key
  const before: LimitsHeld = stage.change?.kind === 'limits' ? stage.change.before : { limits: incarnation.spec.limits, kept }
  const key = holding(stage.key, { limits, kept: sameMoney(limits, incarnation.spec.limits) ? kept : null })
  const change = isSettled(key) ? null : ({ kind: 'limits', before } as const)
  return { ...state, stage: { ...stage, key, change, stall: null } }
}

/** Back to the limits of before. What is at OpenRouter by now is put back like any drift, the tightening half first. */
export const onLimitsChangeRolledBack = (state: KeyState, event: Event<'LimitsChangeRolledBack'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Held' || stage.change?.kind !== 'limits') return state
  // Kept differently is changed all the same: what the remote key holds now is for a read to say.
  const remote: RemoteKnowledge = event.cause.kind === 'kept-differently' ? { _tag: 'Unknown' } : stage.key.remote
  return { ...state, claim: null, stage: { ...stage, key: { ...holding(stage.key, stage.change.before), remote }, change: null, stall: null } }
}
