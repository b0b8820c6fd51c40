import { uncontainedLimit } from './rotation-budget.js'
import type { HeldKey, KeyState } from './state.js'
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

const isContained = (key: HeldKey): boolean => key.reasons.length > 0 || cannotSpend(wantedOf(key))

/** `null` where nothing is against it; only of a key that is held. */
export const heldBack = (state: KeyState): HeldBack | null => {
  const { claim, rotation, stage, strays } = state
  if (rotation !== null) return rotation._tag === 'Staging' ? 'being-rotated' : 'predecessor-there'
  if (strays.length > 0) return 'owes-revocation'
  if (stage._tag !== 'Held') return 'unfinished'
  const { key } = stage
  if (key.remote._tag === 'Absent' || uncontainedLimit(key).reset === 'other') return 'not-rotatable'
  if (isContained(key) || containedFor(stage).length > 0) return 'contained'
  if (!key.secretHeld) return 'secret-not-held'
  return claim !== null || stage.change !== null || stage.stall !== null || !isSettled(key) ? 'unfinished' : null
}
