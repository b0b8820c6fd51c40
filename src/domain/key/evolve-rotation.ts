import type { KeyEvent } from './event.js'
import { otherLife, successorOf, withOtherLife } from './rotation.js'
import { predecessorCap, successorCap, turnedBy } from './rotation-budget.js'
import type { Split } from './split.js'
import { birthLimits } from './spec.js'
import type { HeldKey, Incarnation, KeyState, Retiring, Rotation, Stage, Staging } from './state.js'
import { endFrom } from './ending.js'

type Event<T extends KeyEvent['type']> = Extract<KeyEvent, { readonly type: T }>

const withKey = (stage: Stage, change: (key: HeldKey) => HeldKey): Stage =>
  'key' in stage ? { ...stage, key: change(stage.key) } : stage

const leakedToo = (key: HeldKey): HeldKey => ({ ...key, reasons: [...key.reasons.filter((each) => each !== 'leaked'), 'leaked'] })

export const onRotationRequested = (state: KeyState, event: Event<'RotationRequested'>): KeyState => {
  const { stage } = state
  if (stage._tag !== 'Held' || state.rotation !== null) return state
  const { spec, ...before } = stage.key.incarnation
  const incarnation: Incarnation = {
    ...before,
    spec: { ...spec, expiresAt: event.expiresAt },
    generation: event.generation,
    generationAt: event.at,
  }
  const rotation: Rotation = {
    _tag: 'Staging',
    mode: event.mode,
    other: { _tag: 'CreateDue', incarnation, birthLimit: birthLimits.none, tries: 0 },
    verified: false,
    split: null,
    shrunk: false,
    capBefore: stage.key.cap,
  }
  const next = event.mode.leaked ? withKey(stage, leakedToo) : stage
  return { ...state, stage: next, generations: event.generation, rotation }
}

type Evolve = (state: KeyState, event: KeyEvent) => KeyState

/** A predecessor that is seen contained begins to be quiet; one that lives again does so no more. */
const quieted = (rotation: Rotation, { fact }: Event<'OtherKeyChanged'>): Rotation => {
  if (rotation._tag !== 'Retiring') return rotation
  if (fact.type === 'RevocationDisproved' || fact.type === 'LateOutcomeObserved') return { ...rotation, containedAt: null }
  if (fact.type !== 'Contained') return rotation
  const containedAt = rotation.containedAt ?? fact.at
  const quiet = rotation.split === null ? 0 : rotation.split.quiet
  const final = fact.used === null ? rotation.final : { used: fact.used, settled: fact.at >= containedAt + quiet }
  return { ...rotation, containedAt, final }
}

export const onOtherKeyChanged =
  (evolve: Evolve) =>
  (state: KeyState, event: Event<'OtherKeyChanged'>): KeyState => {
    const { rotation } = state
    if (rotation === null) return state
    const life = otherLife(state, rotation)
    const next = evolve(life, event.fact)
    return next === life ? state : withOtherLife(state, quieted(rotation, event), next)
  }

const staging = (state: KeyState, change: (rotation: Staging) => KeyState): KeyState =>
  state.rotation?._tag === 'Staging' ? change(state.rotation) : state

const retiring = (state: KeyState, change: (rotation: Retiring) => KeyState): KeyState =>
  state.rotation?._tag === 'Retiring' ? change(state.rotation) : state

export const onSuccessorVerified = (state: KeyState): KeyState =>
  staging(state, (rotation) => ({ ...state, rotation: { ...rotation, verified: true } }))

/** A key whose usage was read is there, whatever a lying answer said of it before. */
const seenAgain = ({ remote }: HeldKey): HeldKey['remote'] => (remote._tag === 'Absent' ? { _tag: 'Unknown' } : remote)

/** The predecessor is shrunk first: the loop raises the successor only when that is read back. */
export const onBudgetSplit = (state: KeyState, event: Event<'BudgetSplit'>): KeyState => {
  const { left, day, lagBound, from, predecessor, successor, turnsAt, quiet } = event
  const split: Split = { left, day, lagBound, from, predecessor, successor, turnsAt, quiet }
  return staging(state, (rotation) => ({
    ...state,
    stage: withKey(state.stage, (key) => ({ ...key, remote: seenAgain(key), cap: predecessorCap(split, key) })),
    rotation: { ...rotation, split, shrunk: false, other: withKey(rotation.other, (key) => ({ ...key, cap: successorCap(split, key) })) },
  }))
}

export const onPredecessorShrunk = (state: KeyState): KeyState =>
  staging(state, (rotation) => ({ ...state, rotation: { ...rotation, shrunk: true } }))

export const onRotationSwitched = (state: KeyState, event: Event<'RotationSwitched'>): KeyState =>
  staging(state, (rotation) => {
    const { stage } = state
    if (!('key' in stage) || rotation.other._tag !== 'Held') return state
    const { mode, split } = rotation
    const waiting = { cause: { kind: 'user' as const, status: null, message: 'its successor is in use' }, retryAt: event.at, failures: 0 }
    return {
      ...state,
      stage: { ...rotation.other, key: successorOf(rotation.other.key, stage.key) },
      rotation: {
        _tag: 'Retiring',
        mode,
        other: {
          _tag: 'Outstanding',
          key: stage.key,
          mode: { leaked: mode.leaked, force: false },
          destruction: endFrom('contain'),
          stall: waiting,
        },
        split,
        turned: 'none',
        switchedAt: event.at,
        overlapUntil: event.overlapUntil,
        containedAt: null,
        final: null,
      },
    }
  })

export const onOverlapEnded = (state: KeyState, { at, leaked }: Event<'OverlapEnded'>): KeyState => {
  const { rotation } = state
  if (rotation === null) return state
  const mode = { grace: rotation.mode.grace, leaked: rotation.mode.leaked || leaked }
  return rotation._tag === 'Retiring'
    ? { ...state, rotation: { ...rotation, mode, overlapUntil: at < rotation.overlapUntil ? at : rotation.overlapUntil } }
    : { ...state, stage: leaked ? withKey(state.stage, leakedToo) : state.stage, rotation: { ...rotation, mode } }
}

export const onPredecessorMeasured = (state: KeyState, { used, settled }: Event<'PredecessorMeasured'>): KeyState =>
  retiring(state, (rotation) => ({ ...state, rotation: { ...rotation, final: { used, settled } } }))

const afterTurn = (rotation: Rotation | null, at: Event<'WindowTurned'>['at']): Rotation | null =>
  rotation?._tag === 'Retiring' && rotation.split !== null ? { ...rotation, turned: turnedBy(rotation.split, at) } : rotation

export const onWindowTurned = (state: KeyState, { at, cap }: Event<'WindowTurned'>): KeyState => ({
  ...state,
  stage: withKey(state.stage, (key) => ({ ...key, cap })),
  rotation: afterTurn(state.rotation, at),
})

const withLifetime = (key: HeldKey, lifetime: HeldKey['kept']): HeldKey => {
  if (lifetime === null) return key
  return key.tightened === null ? { ...key, kept: lifetime } : { ...key, tightened: { ...key.tightened, ...lifetime } }
}

export const onRotationFinished = (state: KeyState, event: Event<'RotationFinished'>): KeyState =>
  retiring(state, () => {
    const lifetime = event.lifetime === null ? null : { limit: event.lifetime, reset: null }
    return {
      ...state,
      rotation: null,
      stage: withKey(state.stage, (key) => ({
        ...withLifetime(key, lifetime),
        cap: event.cap,
        predecessors: { spent: event.spent, until: event.at },
      })),
    }
  })

/** The successor is gone, so nothing is shared out any more: what its owner asked for counts again. */
export const onRotationRolledBack = (state: KeyState): KeyState =>
  staging(state, ({ capBefore }) => ({
    ...state,
    rotation: null,
    stage: withKey(state.stage, (key) => ({ ...key, cap: capBefore })),
  }))
