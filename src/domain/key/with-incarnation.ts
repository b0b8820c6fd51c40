import type { Incarnation, KeyState, Stage } from './state.js'

const changed = (stage: Stage, change: (incarnation: Incarnation) => Incarnation): Stage => {
  if (stage._tag === 'Removed') return stage
  if ('key' in stage) return { ...stage, key: { ...stage.key, incarnation: change(stage.key.incarnation) } }
  return 'incarnation' in stage ? { ...stage, incarnation: change(stage.incarnation) } : stage
}

/** The same place in the life of a name, with something else said of its key, and of the other one while it is replaced; a name that no key has stays as it is. */
export const withIncarnation = (state: KeyState, change: (incarnation: Incarnation) => Incarnation): KeyState => {
  const { rotation } = state
  const stage = changed(state.stage, change)
  if (rotation === null) return stage === state.stage ? state : { ...state, stage }
  return { ...state, stage, rotation: { ...rotation, other: changed(rotation.other, change) } }
}
