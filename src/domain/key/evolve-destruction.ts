import type { KeyHash } from '../shared/identifiers.js'
import { type Cause, isPassing } from './cause.js'
import { stalled } from './evolve-containment.js'
import type { KeyEvent } from './event.js'
import type { KeyState, StageOf } from './state.js'
import type { Destruction, Stray } from './ending.js'
import { isWorthless } from './stray.js'

type Event<T extends KeyEvent['type']> = Extract<KeyEvent, { readonly type: T }>
type Ending = StageOf<'Removing'> | StageOf<'Outstanding'> | StageOf<'Compensating'>

/** Stages in which the key of the name is being destroyed. */
export const isEnding = (stage: KeyState['stage']): stage is Ending =>
  stage._tag === 'Removing' || stage._tag === 'Outstanding' || stage._tag === 'Compensating'

const withStray = (state: KeyState, hash: KeyHash, change: (stray: Stray) => Stray): KeyState => ({
  ...state,
  strays: state.strays.map((stray) => (stray.hash === hash ? change(stray) : stray)),
})

const isStray = (state: KeyState, hash: KeyHash): boolean => state.strays.some((stray) => stray.hash === hash)

const withDestruction = (state: KeyState, hash: KeyHash, change: Partial<Destruction>): KeyState => {
  const { stage } = state
  if (!isEnding(stage) || stage.key.hash !== hash) return state
  return { ...state, stage: { ...stage, destruction: { ...stage.destruction, ...change } } }
}

export const onContained = (state: KeyState, event: Event<'Contained'>): KeyState => {
  if (isStray(state, event.hash))
    return { ...withStray(state, event.hash, (stray) => ({ ...stray, phase: 'delete', aliveAt: event.at })), claim: null }
  const next = withDestruction(state, event.hash, { phase: 'delete', contained: true, touched: true, seen: true })
  if (!isEnding(next.stage)) return next
  const key = { ...next.stage.key, remote: { _tag: 'Known' as const, policy: event.policy }, aliveAt: event.at }
  return { ...next, claim: null, stage: { ...next.stage, key } }
}

export const onRemoteDeleted = (state: KeyState, event: Event<'RemoteDeleted'>): KeyState => ({
  ...(isStray(state, event.hash)
    ? withStray(state, event.hash, (stray) => ({
        ...stray,
        phase: 'prove',
        deleted: stray.deleted || event.answer === 'deleted',
      }))
    : withDestruction(state, event.hash, {
        phase: 'prove',
        ...(event.answer === 'deleted' ? { touched: true, deleted: true, alreadyGone: false } : {}),
      })),
  claim: null,
})

export const onRevocationProven = (state: KeyState, event: Event<'RevocationProven'>): KeyState =>
  isStray(state, event.hash)
    ? {
        ...state,
        strays: state.strays.filter((stray) => stray.hash !== event.hash),
        buried: state.buried.some((each) => each.hash === event.hash)
          ? state.buried
          : [...state.buried, { hash: event.hash, lineage: null }],
      }
    : withDestruction(state, event.hash, { phase: 'shred', proof: event.proof })

/** It lives, under whatever policy: begin again with containing it. */
export const onRevocationDisproved = (state: KeyState, event: Event<'RevocationDisproved'>): KeyState => {
  if (isStray(state, event.hash)) return withStray(state, event.hash, (stray) => ({ ...stray, phase: 'contain', aliveAt: event.at, deleted: false }))
  const begun = { phase: 'contain', contained: false, seen: false, deleted: false, alreadyGone: false } as const
  const next = withDestruction(state, event.hash, begun)
  if (next === state || !isEnding(next.stage)) return next
  return { ...next, stage: { ...next.stage, key: { ...next.stage.key, remote: { _tag: 'Unknown' }, aliveAt: event.at } } }
}

/**
 * Where a debt begins again: with containing, since nobody knows what happened meanwhile; with deleting, where containing
 * was refused for good; a proven end only waits for the shredder.
 */
const restartOf = (destruction: Destruction, cause: Cause): Destruction['phase'] => {
  if (destruction.phase === 'shred') return 'shred'
  return destruction.phase === 'contain' && !isPassing(cause) ? 'delete' : 'contain'
}

export const onRevocationStalled = (state: KeyState, event: Event<'RevocationStalled'>): KeyState => {
  if (isStray(state, event.hash))
    return {
      ...withStray(state, event.hash, (stray) => ({
        ...stray,
        phase: stray.phase === 'contain' ? 'delete' : stray.phase,
        stall: stalled(stray.stall, event),
      })),
      claim: null,
    }
  const { stage } = state
  if (!isEnding(stage) || stage.key.hash !== event.hash) return state
  const destruction: Destruction = {
    ...stage.destruction,
    phase: restartOf(stage.destruction, event.cause),
    seen: false,
  }
  if (stage._tag === 'Removing')
    return { ...state, claim: null, stage: { ...stage, _tag: 'Outstanding', destruction, stall: stalled(null, event) } }
  return { ...state, claim: null, stage: { ...stage, destruction, stall: stalled(stage.stall, event) } }
}

/** A key lost at its creation cannot spend and is deleted at once; any other is contained first. */
export const onStrayFound = (state: KeyState, event: Event<'StrayFound'>): KeyState => {
  if (isStray(state, event.hash)) return state
  const stray: Stray = {
    hash: event.hash,
    origin: event.origin,
    phase: isWorthless(event.origin) ? 'delete' : 'contain',
    aliveAt: event.at,
    deleted: false,
    stall: null,
  }
  return { ...state, strays: [...state.strays, stray] }
}
