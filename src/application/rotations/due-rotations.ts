import type { AlertPolicy } from '../../domain/alerts/policy.js'
import { plannedRotation, type RotationDate } from '../../domain/alerts/rotation-date.js'
import { type HeldBack, heldBack } from '../../domain/key/held-back.js'
import type { KeyState } from '../../domain/key/state.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Instant } from '../../domain/shared/instant.js'

/** A key whose schedule wants it replaced by now. */
export interface DueRotation extends RotationDate {
  readonly name: KeyName
  /** Of which of its keys this is said; the next one is not due. */
  readonly generation: number
  /** Whether the watcher is to do it. */
  readonly byWatcher: boolean
  readonly heldBack: HeldBack | null
}

const dueOf = (policy: AlertPolicy, name: KeyName, state: KeyState, now: Instant): ReadonlyArray<DueRotation> => {
  const { stage } = state
  if (stage._tag !== 'Held') return []
  const { incarnation } = stage.key
  const { byWatcher, date } = plannedRotation(policy, name, incarnation)
  if (date === null || now < date.at) return []
  return [{ ...date, name, generation: incarnation.generation, byWatcher, heldBack: heldBack(state) }]
}

const byDate = (a: DueRotation, b: DueRotation): number => (a.at === b.at ? (a.name < b.name ? -1 : 1) : a.at - b.at)

/** Which keys are due, the longest overdue first. */
export const dueRotations = (policy: AlertPolicy, states: ReadonlyMap<KeyName, KeyState>, now: Instant): ReadonlyArray<DueRotation> =>
  [...states].flatMap(([name, state]) => dueOf(policy, name, state, now)).sort(byDate)
