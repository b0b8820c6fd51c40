import { uncontainedLimit } from './rotation-budget.js'
import type { KeyState, StageOf } from './state.js'
import { isSettled } from './underway.js'
import { containedFor } from './view.js'
import { cannotSpend, wantedOf } from './wanted.js'

/** Why a schedule does not replace a key that is due. */
export type HeldBack =
  /** A replacement of it was begun and goes on. */
  | 'being-rotated'
  /** The key that it replaced is not proven dead. */
  | 'predecessor-there'
  /** Another remote key of its name is still to be destroyed. */
  | 'owes-revocation'
  /** Whoever contained it is to decide about it first. */
  | 'contained'
  | 'unfinished'
  /** OpenRouter has it no more, or its limit is of a window that cannot be shared out. */
  | 'not-rotatable'
  /** Its programs do not have it from here, so they would not get its successor either. */
  | 'secret-not-held'

type Held = StageOf<'Held'>

const isContained = (stage: Held): boolean => containedFor(stage).length > 0 || cannotSpend(wantedOf(stage.key))

const isUnfinished = ({ change, key, stall }: Held): boolean => change !== null || stall !== null || !isSettled(key)

const ofHeld = (stage: Held): HeldBack | null => {
  const { key } = stage
  if (key.remote._tag === 'Absent' || uncontainedLimit(key).reset === 'other') return 'not-rotatable'
  if (isContained(stage)) return 'contained'
  if (!key.secretHeld) return 'secret-not-held'
  return isUnfinished(stage) ? 'unfinished' : null
}

/** `null` where nothing is against it; only of a key that is held. */
export const heldBack = ({ claim, rotation, stage, strays }: KeyState): HeldBack | null => {
  if (rotation !== null) return rotation._tag === 'Staging' ? 'being-rotated' : 'predecessor-there'
  if (strays.length > 0) return 'owes-revocation'
  if (stage._tag !== 'Held') return 'unfinished'
  return ofHeld(stage) ?? (claim === null ? null : 'unfinished')
}
