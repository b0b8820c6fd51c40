import { isRight, right } from 'fp-ts/lib/Either.js'

import type { KeyDecider } from '../../src/domain/key/index.js'
import { otherLife } from '../../src/domain/key/rotation.js'
import { wantedOf } from '../../src/domain/key/wanted.js'
import type { Instant } from '../../src/domain/shared/instant.js'
import type { KeyState } from '../../src/domain/key/state.js'
import type { PlantedFault } from './planted-faults.js'
import { honest, realProtocol } from './run-plan.js'

const { decide, evolve, nextStep } = realProtocol.decider

const planted = (name: string, seed: number, change: Partial<KeyDecider>): PlantedFault => ({
  name,
  seed,
  tampering: { ...honest, protocol: { ...realProtocol, decider: { ...realProtocol.decider, ...change } } },
})

/** A successor that was only made counts as one that is in use. */
const asHeld = (state: KeyState): KeyState => {
  const { rotation } = state
  if (rotation?._tag !== 'Staging' || rotation.other._tag !== 'Provisioned') return state
  const { key } = rotation.other
  return { ...state, rotation: { ...rotation, other: { _tag: 'Held', key, change: null, stall: null } } }
}

/** Mistakes in replacing a key that somebody could make, and that the simulation must catch. */
export const rotationFaults: ReadonlyArray<PlantedFault> = [
  planted('gives both keys the whole of what is left', 1, {
    evolve: (state, event) =>
      evolve(state, event.type === 'BudgetSplit' ? { ...event, predecessor: event.left, successor: event.left } : event),
  }),
  planted('forgets a predecessor when the answer to its DELETE is lost', 16, {
    evolve: (state, event) => {
      const next = evolve(state, event)
      if (event.type !== 'OtherKeyChanged' || event.of !== 'predecessor' || event.fact.type !== 'ChangeOutcomeUnknown') return next
      return state.claim?.effect === 'delete' ? { ...next, rotation: null } : next
    },
  }),
  planted('hands a successor out before it is confirmed', 7, {
    decide: (command, state) => {
      const decision = decide(command, state)
      const { rotation, stage } = state
      if (!isRight(decision) || command._tag !== 'RecordVerification' || !command.accepted || rotation === null || !('key' in stage)) return decision
      const { at, hash } = command
      const [first, ...rest] = decision.right
      return right([first, ...rest, { type: 'RotationSwitched', successor: hash, predecessor: stage.key.hash, overlapUntil: (at + rotation.mode.grace) as Instant, at }])
    },
    evolve: (state, event) => evolve(event.type === 'RotationSwitched' ? asHeld(state) : state, event),
  }),
  planted('raises a successor before its predecessor is shrunk', 7, {
    nextStep: (state, now) => {
      const next = nextStep(state, now)
      const { rotation } = state
      if (next._tag !== 'Due' || next.step._tag !== 'Apply' || rotation?._tag !== 'Staging' || rotation.split === null) return next
      const { stage } = otherLife(state, rotation)
      if (stage._tag !== 'Provisioned') return next
      const { key } = stage
      return { _tag: 'Due', step: { _tag: 'Apply', effect: 'activate', hash: key.hash, policy: wantedOf(key) } }
    },
  }),
  planted('gives a successor the whole limit again once its predecessor is dead', 7, {
    evolve: (state, event) => evolve(state, event.type === 'RotationFinished' ? { ...event, cap: null } : event),
  }),
  planted('never ends an overlap', 8, {
    evolve: (state, event) =>
      evolve(state, event.type === 'RotationSwitched' ? { ...event, overlapUntil: Date.UTC(2099, 0) as Instant } : event),
  }),
  planted('lets a key that leaked be used until its overlap is over', 48, {
    evolve: (state, event) => evolve(state, event.type === 'RotationRequested' ? { ...event, mode: { ...event.mode, leaked: false } } : event),
  }),
  planted('keeps the secret of a predecessor that is dead', 7, {
    evolve: (state, event) => {
      const next = evolve(state, event)
      const { rotation } = state
      if (event.type !== 'OtherKeyChanged' || event.of !== 'predecessor' || event.fact.type !== 'RevocationProven' || rotation === null) return next
      return { ...next, rotation: null }
    },
  }),
]
