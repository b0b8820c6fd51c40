import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'

import type { OwnerCommand } from './command.js'
import type { KeyEvent, RemovalMode } from './event.js'
import { isLowered } from './guard.js'
import type { KeyRefusal } from './refusal.js'
import { noSchedule, sameSchedule } from './schedule.js'
import type { KeyState } from './state.js'

export type Decision = Either<KeyRefusal, ReadonlyNonEmptyArray<KeyEvent>>
type Command<T extends OwnerCommand['_tag']> = Extract<OwnerCommand, { readonly _tag: T }>

export const facts = (first: KeyEvent, ...rest: ReadonlyArray<KeyEvent>): Decision => right([first, ...rest])
export const refuse = (refusal: KeyRefusal): Decision => left(refusal)

/** A claim keeps everybody's hands off: what is under way must be known before anything else is asked. */
export const unlessInFlight = (state: KeyState, decision: () => Decision): Decision =>
  state.claim === null ? decision() : refuse({ _tag: 'InFlight', until: state.claim.until })

/** Whether a name may begin a new life, and if so with which fact. */
const beginning = (state: KeyState, first: KeyEvent, ...rest: ReadonlyArray<KeyEvent>): Decision => {
  switch (state.stage._tag) {
    case 'Vacant':
    case 'Removed':
      return state.strays.length > 0 || state.rotation !== null ? refuse({ _tag: 'OwesRevocation' }) : facts(first, ...rest)
    case 'Outstanding':
      return refuse({ _tag: 'OwesRevocation' })
    case 'CreateDue':
    case 'Creating':
    case 'CreateUnknown':
    case 'Provisioned':
    case 'Compensating':
    case 'Held':
    case 'Removing':
    case 'RollingBack':
    case 'LeavingAlive':
      return refuse({ _tag: 'NameTaken' })
  }
}

export const onAdd = ({ lineage, spec, at }: Command<'Add'>, state: KeyState): Decision =>
  beginning(state, { type: 'ProvisioningRequested', lineage, spec, at })

export const onAdopt = (command: Command<'Adopt'>, state: KeyState): Decision => {
  const { lineage, spec, hash, label, policy, sealed, schedule, at } = command
  const adopted: KeyEvent = { type: 'Adopted', lineage, spec, hash, label, policy, sealed, at }
  return sameSchedule(schedule, noSchedule) ? beginning(state, adopted) : beginning(state, adopted, { type: 'RotationScheduled', ...schedule, at })
}

/** Where suspending, resuming and rotating make no sense, the reason why. */
export const notHeld = (state: KeyState): Decision => {
  switch (state.stage._tag) {
    case 'Vacant':
    case 'Removed':
      return refuse({ _tag: 'NotFound' })
    case 'CreateDue':
    case 'Creating':
    case 'CreateUnknown':
    case 'Provisioned':
    case 'Compensating':
      return refuse({ _tag: 'NotReady' })
    case 'Held':
    case 'Removing':
    case 'RollingBack':
    case 'Outstanding':
    case 'LeavingAlive':
      return refuse({ _tag: 'BeingRemoved' })
  }
}

export const onContain = (command: Command<'Contain'>, state: KeyState): Decision => {
  const { stage } = state
  if (stage._tag !== 'Held') return notHeld(state)
  if (stage.key.reasons.includes(command.reason)) return refuse({ _tag: 'AlreadySettled' })
  return unlessInFlight(state, () =>
    facts({ type: 'ContainmentRequested', reason: command.reason, note: command.note, at: command.at }),
  )
}

export const onLift = (command: Command<'Lift'>, state: KeyState): Decision => {
  const { stage } = state
  if (stage._tag !== 'Held') return notHeld(state)
  const stands = stage.key.reasons.includes(command.reason) || (command.reason === 'drift' && isLowered(stage.key))
  if (!stands) return refuse({ _tag: 'AlreadySettled' })
  return unlessInFlight(state, () => facts({ type: 'LiftingRequested', reason: command.reason, at: command.at }))
}

const stronger = (asked: RemovalMode, standing: RemovalMode): boolean =>
  (asked.leaked && !standing.leaked) || (asked.force && !standing.force)

const byOwner = { kind: 'user', status: null, message: 'its owner gave it up' } as const

/** A half-made key is given up rather than removed: nobody has ever held its secret. */
export const onRemove = (command: Command<'Remove'>, state: KeyState): Decision => {
  const { stage } = state
  const { at, mode } = command
  switch (stage._tag) {
    case 'Vacant':
    case 'Removed':
      return refuse({ _tag: 'NotFound' })
    case 'CreateDue':
      return facts({ type: 'ProvisioningRolledBack', cause: byOwner, at })
    case 'Creating':
      return refuse({ _tag: 'InFlight', until: stage.attempt.claimUntil })
    case 'CreateUnknown':
      return stage.abandoned ? refuse({ _tag: 'AlreadySettled' }) : facts({ type: 'ProvisioningAbandoned', at })
    case 'Provisioned':
      return unlessInFlight(state, () => facts({ type: 'ProvisioningAbandoned', at }))
    case 'Compensating':
    case 'LeavingAlive':
      return refuse({ _tag: 'AlreadySettled' })
    case 'Held':
    case 'RollingBack':
      return unlessInFlight(state, () => facts({ type: 'RemovalRequested', mode, at }))
    case 'Removing':
    case 'Outstanding':
      return stronger(mode, stage.mode)
        ? unlessInFlight(state, () => facts({ type: 'RemovalRequested', mode, at }))
        : refuse({ _tag: 'AlreadySettled' })
  }
}

export const onLeaveAlive = (command: Command<'LeaveAlive'>, state: KeyState): Decision => {
  switch (state.stage._tag) {
    case 'Vacant':
    case 'Removed':
      return refuse({ _tag: 'NotFound' })
    case 'CreateDue':
    case 'Creating':
    case 'CreateUnknown':
    case 'Provisioned':
    case 'Compensating':
      return refuse({ _tag: 'NotReady' })
    case 'LeavingAlive':
      return refuse({ _tag: 'AlreadySettled' })
    case 'Held':
    case 'RollingBack':
    case 'Removing':
    case 'Outstanding':
      if (state.rotation !== null) return refuse({ _tag: 'BeingRotated' })
      return unlessInFlight(state, () => facts({ type: 'LeftAliveByChoice', at: command.at }))
  }
}
