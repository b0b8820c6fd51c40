import { isLeft } from 'fp-ts/lib/Either.js'

import { patchLimits, sameLimits } from '../spend/limits.js'
import type { Cause } from './cause.js'
import type { OwnerCommand } from './command.js'
import { type Decision, facts, notHeld, refuse, unlessInFlight } from './decide-owner.js'
import type { KeyEvent } from './event.js'
import type { KeyState, PendingChange } from './state.js'

type ChangeLimits = Extract<OwnerCommand, { readonly _tag: 'ChangeLimits' }>

const speaksOfMoney = ({ patch }: ChangeLimits): boolean => patch.monthly !== undefined || patch.daily !== undefined

/** New limits for a key that is kept. They take the place of what an adopted key came with as soon as they speak of money. */
export const onChangeLimits = (command: ChangeLimits, state: KeyState): Decision => {
  const { stage } = state
  if (stage._tag !== 'Held') return notHeld(state)
  const { incarnation, kept } = stage.key
  const { limits } = incarnation.spec
  const next = patchLimits(limits, command.patch)
  if (isLeft(next)) return refuse({ _tag: 'LimitsInvalid', problem: next.left })
  const same = sameLimits(limits, next.right) && (kept === null || !speaksOfMoney(command))
  if (same) return refuse({ _tag: 'AlreadySettled' })
  return unlessInFlight(state, () => facts({ type: 'LimitsChangeRequested', limits: next.right, at: command.at }))
}

/** The fact that takes back what was asked for. */
export const undoing = (change: PendingChange, cause: Cause, at: KeyEvent['at']): KeyEvent => {
  switch (change.kind) {
    case 'limits':
      return { type: 'LimitsChangeRolledBack', cause, at }
    case 'contain':
      return { type: 'ContainmentRolledBack', reason: change.reason, cause, at }
    case 'lift':
      return { type: 'LiftingRolledBack', reason: change.reason, cause, at }
  }
}
