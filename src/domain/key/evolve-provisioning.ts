import type { Attempt } from './attempt.js'
import { endFrom } from './ending.js'
import type { KeyEvent } from './event.js'
import type { KeptLimit, RemotePolicy } from './remote-policy.js'
import { noSchedule } from './schedule.js'
import { birthLimits, enforced, type KeySpec } from './spec.js'
import type { HeldKey, Incarnation, KeyState } from './state.js'

type Event<T extends KeyEvent['type']> = Extract<KeyEvent, { readonly type: T }>

export const onProvisioningRequested = (state: KeyState, event: Event<'ProvisioningRequested'>): KeyState => {
  if (state.stage._tag !== 'Vacant' && state.stage._tag !== 'Removed') return state
  const incarnation: Incarnation = {
    lineage: event.lineage,
    spec: event.spec,
    schedule: noSchedule,
    createdAt: event.at,
    generation: 1,
    generationAt: event.at,
  }
  return {
    ...state,
    lineages: state.lineages + 1,
    generations: 1,
    stage: { _tag: 'CreateDue', incarnation, birthLimit: birthLimits.none, tries: 0 },
  }
}

const keptLimit = ({ limit, reset }: RemotePolicy, spec: KeySpec): KeptLimit | null => {
  const said = enforced(spec)
  return said.limit === limit && said.reset === reset ? null : { limit, reset }
}

/** A key that was disabled when it came stays disabled until somebody resumes it. */
export const onAdopted = (state: KeyState, event: Event<'Adopted'>): KeyState => {
  if (state.stage._tag !== 'Vacant' && state.stage._tag !== 'Removed') return state
  const { lineage, spec, hash, label, policy, sealed, at } = event
  const key: HeldKey = {
    incarnation: { lineage, spec, schedule: noSchedule, createdAt: at, generation: 1, generationAt: at },
    hash,
    label,
    floor: birthLimits.none,
    kept: keptLimit(policy, spec),
    tightened: null,
    reasons: policy.disabled ? ['user'] : [],
    remote: { _tag: 'Known', policy },
    guard: { _tag: 'None' },
    underway: [],
    lost: [],
    aliveAt: at,
    secretHeld: sealed,
    cap: null,
    predecessors: null,
  }
  return {
    ...state,
    lineages: state.lineages + 1,
    generations: 1,
    stage: { _tag: 'Held', key, change: null, stall: null },
    buried: state.buried.filter((each) => each.hash !== hash),
    leftAlive: state.leftAlive.filter((each) => each !== hash),
  }
}

export const onCreationIntended = (state: KeyState, event: Event<'CreationIntended'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'CreateDue') return state
  const attempt: Attempt = {
    id: event.attempt,
    nonce: event.nonce,
    birthLimit: event.birthLimit,
    owner: event.owner,
    claimUntil: event.claimUntil,
  }
  return { ...state, stage: { _tag: 'Creating', incarnation: stage.incarnation, attempt, tries: stage.tries + 1 } }
}

/** A 400 to a limit of zero is read as "zero is refused": the next attempt asks for one cent. */
export const onCreationFailed = (state: KeyState, event: Event<'CreationFailed'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Creating' || stage.attempt.id !== event.attempt) return state
  const zeroRefused = event.cause.status === 400 && stage.attempt.birthLimit === birthLimits.none
  return {
    ...state,
    watched: [...state.watched, stage.attempt.nonce],
    stage: {
      _tag: 'CreateDue',
      incarnation: stage.incarnation,
      birthLimit: zeroRefused ? birthLimits.cent : stage.attempt.birthLimit,
      tries: stage.tries,
    },
  }
}

export const onCreationOutcomeUnknown = (state: KeyState, event: Event<'CreationOutcomeUnknown'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Creating' || stage.attempt.id !== event.attempt) return state
  return {
    ...state,
    stage: { ...stage, _tag: 'CreateUnknown', settleUntil: event.settleUntil, abandoned: false },
  }
}

export const onAttemptClosed = (state: KeyState, event: Event<'AttemptClosed'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Creating' && stage._tag !== 'CreateUnknown') return state
  if (stage.attempt.id !== event.attempt) return state
  return {
    ...state,
    watched: [...state.watched, stage.attempt.nonce],
    stage: {
      _tag: 'CreateDue',
      incarnation: stage.incarnation,
      birthLimit: stage.attempt.birthLimit,
      tries: stage.tries,
    },
  }
}

export const onProvisioned = (state: KeyState, event: Event<'Provisioned'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Creating' || stage.attempt.id !== event.attempt) return state
  const key: HeldKey = {
    incarnation: stage.incarnation,
    hash: event.hash,
    label: event.label,
    floor: stage.attempt.birthLimit,
    kept: null,
    tightened: null,
    reasons: [],
    remote: { _tag: 'Known', policy: event.policy },
    guard: { _tag: 'None' },
    underway: [],
    lost: [],
    aliveAt: event.at,
    secretHeld: true,
    cap: null,
    predecessors: null,
  }
  return { ...state, stage: { _tag: 'Provisioned', key } }
}

export const onActivated = (state: KeyState, event: Event<'Activated'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Provisioned') return state
  const key: HeldKey = { ...stage.key, remote: { _tag: 'Known', policy: event.policy }, aliveAt: event.at }
  return { ...state, claim: null, stage: { _tag: 'Held', key, change: null, stall: null } }
}

/** An unfinished key is deleted at once: it was born unable to spend, so there is nothing to contain first. */
export const onActivationEnded = (
  state: KeyState,
  event: Event<'ActivationRefused'> | Event<'ProvisioningAbandoned'>,
): KeyState => {
  const { stage } = state
  if (stage._tag === 'CreateUnknown' && event.type === 'ProvisioningAbandoned')
    return { ...state, stage: { ...stage, abandoned: true } }
  if (stage._tag !== 'Provisioned') return state
  const cause =
    event.type === 'ActivationRefused'
      ? event.cause
      : { kind: 'user' as const, status: null, message: 'its owner gave it up' }
  return {
    ...state,
    claim: null,
    stage: {
      _tag: 'Compensating',
      key: stage.key,
      cause,
      destruction: endFrom('delete'),
      stall: null,
    },
  }
}

export const onProvisioningRolledBack = (state: KeyState): KeyState => {
  const { stage } = state
  if (stage._tag === 'CreateDue') return { ...state, stage: { _tag: 'Vacant' } }
  if (stage._tag !== 'Compensating') return state
  const { hash, incarnation } = stage.key
  return { ...state, stage: { _tag: 'Vacant' }, buried: [...state.buried, { hash, lineage: incarnation.lineage }] }
}
