import type { KeyHash } from '../shared/identifiers.js'
import type { ContainmentReason } from './spec.js'
import type { HeldKey, KeyState, Rotation, Stage } from './state.js'

/** Reasons are the name's, not one key's; only that its secret leaked is a reason of the very key. */
const handedOn = (reasons: ReadonlyArray<ContainmentReason>): ReadonlyArray<ContainmentReason> =>
  reasons.filter((reason) => reason !== 'leaked')

/** The successor with what it takes over from the key that it is to replace. */
export const successorOf = (successor: HeldKey, key: HeldKey): HeldKey => ({
  ...successor,
  reasons: handedOn(key.reasons),
  tightened: key.tightened,
  kept: key.kept,
  predecessors: key.predecessors,
})

const takingOver = (other: Stage, stage: Stage): Stage =>
  other._tag === 'Provisioned' && 'key' in stage ? { ...other, key: successorOf(other.key, stage.key) } : other

/** The other life as a state of its own; what belongs to the name is shared. */
export const otherLife = (state: KeyState, rotation: Rotation): KeyState => ({
  ...state,
  stage: rotation._tag === 'Staging' ? takingOver(rotation.other, state.stage) : rotation.other,
  rotation: null,
})

/** The name's state with what became of the other life. */
export const withOtherLife = (state: KeyState, rotation: Rotation, life: KeyState): KeyState => ({
  ...life,
  stage: state.stage,
  rotation: { ...rotation, other: life.stage },
})

const hashIn = (stage: Stage): KeyHash | null => {
  if ('key' in stage) return stage.key.hash
  return stage._tag === 'Removed' ? stage.hash : null
}

/** The remote key that is not the key of the name: the successor's, then the predecessor's. */
export const otherHash = ({ rotation }: KeyState): KeyHash | null => (rotation === null ? null : hashIn(rotation.other))

export const isOfOther = (state: KeyState, hash: KeyHash): boolean => otherHash(state) === hash

/** Every stage that the name has now. */
export const stagesOf = ({ rotation, stage }: KeyState): ReadonlyArray<Stage> =>
  rotation === null ? [stage] : [stage, rotation.other]
