import { isLeft, isRight, right } from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'

import { fold } from '../decider.js'
import { isPassing } from './cause.js'
import type { KeyCommand } from './command.js'
import { type Decision, refuse } from './decide-owner.js'
import { abandoning, asOther, consequences } from './decide-rotation.js'
import type { KeyEvent } from './event.js'
import { evolve } from './evolve.js'
import { mayBeGuarded } from './guard.js'
import { isOverlapOver } from './next-rotation-step.js'
import { isOfOther, otherLife } from './rotation.js'
import type { Retiring, Rotation, Staging } from './state.js'
import type { KeyState } from './state.js'

type Decide = (command: KeyCommand, state: KeyState) => Decision

const hasAttempt = ({ other }: Rotation, attempt: string): boolean =>
  (other._tag === 'Creating' || other._tag === 'CreateUnknown') && other.attempt.id === attempt

const isCreationOfOther = (command: KeyCommand, state: KeyState, rotation: Rotation): boolean => {
  if (command._tag === 'IntendCreation') return rotation.other._tag === 'CreateDue'
  if (command._tag === 'RecordLook') return hasAttempt(rotation, command.attempt)
  if (command._tag !== 'RecordCreation') return false
  return hasAttempt(rotation, command.attempt) || ('hash' in command.result && isOfOther(state, command.result.hash))
}

const isClaimOfOther = ({ attempt }: { readonly attempt: string }, state: KeyState, rotation: Rotation): boolean =>
  hasAttempt(rotation, attempt) || (state.claim?.attempt === attempt && isOfOther(state, state.claim.hash))

const aboutOne: ReadonlySet<KeyCommand['_tag']> = new Set<KeyCommand['_tag']>(['RecordChange', 'RecordGuard', 'RecordRead', 'RecordProof', 'Observe'])

/** Whether a command is about the key that is not the key of the name. */
const isForOther = (command: KeyCommand, state: KeyState, rotation: Rotation): boolean => {
  if (aboutOne.has(command._tag)) return 'hash' in command && isOfOther(state, command.hash)
  if (command._tag === 'ExpireClaim') return isClaimOfOther(command, state, rotation)
  if (command._tag === 'RecordShred')
    return 'key' in rotation.other && rotation.other.key.incarnation.generation === command.generation
  return isCreationOfOther(command, state, rotation)
}

/** A successor that no guardrail will limit where one limits its predecessor: only a leak is worse than that. */
const unlessLooser = (fact: KeyEvent, command: KeyCommand, { stage }: KeyState, { _tag, mode }: Rotation): KeyEvent => {
  if (fact.type !== 'GuardrailUnavailable' || _tag !== 'Staging' || mode.leaked || !('key' in stage) || !mayBeGuarded(stage.key)) return fact
  const message = `the new key would have no guardrail for its daily limit, as the old one has (${fact.cause.message})`
  return { type: 'ActivationRefused', cause: { kind: 'unenforced', status: fact.cause.status, message }, at: command.at }
}

const ofOther = (decide: Decide, command: KeyCommand, state: KeyState, rotation: Rotation): Decision => {
  const decision = decide(command, otherLife(state, rotation))
  return isLeft(decision) ? decision : right(RNEA.map((fact: KeyEvent) => asOther(rotation)(unlessLooser(fact, command, state, rotation)))(decision.right))
}

const followedBy = ([first, ...rest]: ReadonlyNonEmptyArray<KeyEvent>, more: ReadonlyArray<KeyEvent>): ReadonlyNonEmptyArray<KeyEvent> => [
  first,
  ...rest,
  ...more,
]

const both = (a: Decision, b: Decision): Decision => {
  if (isLeft(a)) return isLeft(b) && b.left._tag === 'InFlight' ? b : isLeft(b) ? a : b
  return isLeft(b) ? a : right(followedBy(a.right, b.right))
}

/** The whole name is to end: a successor that is on its way is given up first, and nothing is begun while it may be born. */
const removing = (decide: Decide, command: KeyCommand, state: KeyState, rotation: Staging): Decision => {
  const own = decide(command, state)
  if (isLeft(own)) return own
  const other = ofOther(decide, command, state, rotation)
  if (isLeft(other) && other.left._tag === 'InFlight') return other
  return both(own, other)
}

const givingUp = (decide: Decide, command: KeyCommand, state: KeyState, rotation: Rotation): Decision => {
  const own = decide(command, state)
  const isDue = rotation._tag === 'Staging' || isOverlapOver(state, rotation, command.at)
  return isDue ? both(own, ofOther(decide, command, { ...state, strays: [] }, rotation)) : own
}

const changed = { kind: 'kept-differently', status: null, message: 'somebody changed the key while it was being replaced' } as const

/** Why the key of the name cannot be replaced now, by what has just become of it. */
const obstacle = (event: KeyEvent, { mode, split }: Staging): Parameters<typeof abandoning>[1] | null => {
  if (mode.leaked || split === null) return null
  if (event.type === 'ConvergenceStalled') return isPassing(event.cause) ? null : event.cause
  if (event.type === 'DriftObserved' && event.policy === null) return changed
  return event.type === 'ContainmentRequested' && event.reason === 'drift' ? changed : null
}

/** The refused shrinking is no debt: what it was for is given up. */
const forgiven = (event: KeyEvent, command: KeyCommand): KeyEvent => {
  if (event.type !== 'ConvergenceStalled' || command._tag !== 'RecordChange') return event
  const { at, cause } = event
  const type = cause.kind === 'kept-differently' ? 'ChangeOutcomeUnknown' : 'ChangeFailed'
  return { type, attempt: command.attempt, cause, at }
}

const ofName = (decide: Decide, command: KeyCommand, state: KeyState, rotation: Rotation): Decision => {
  const decision = decide(command, state)
  if (isLeft(decision) || rotation._tag !== 'Staging') return decision
  const [cause] = decision.right.flatMap((event) => obstacle(event, rotation) ?? [])
  const undone = cause === undefined ? [] : abandoning(rotation, cause, command.at)
  if (undone.length === 0) return decision
  const [first, ...rest] = decision.right.map((event) => forgiven(event, command))
  return first === undefined ? decision : right([first, ...rest, ...undone])
}

const routed = (decide: Decide, command: KeyCommand, state: KeyState, rotation: Staging | Retiring): Decision => {
  if (command._tag === 'GiveUp') return givingUp(decide, command, state, rotation)
  if (command._tag === 'Remove' && rotation._tag === 'Staging') return removing(decide, command, state, rotation)
  return isForOther(command, state, rotation)
    ? ofOther(decide, command, state, rotation)
    : ofName(decide, command, state, rotation)
}

/** The facts of a command where a name has two lives: each goes by the same rules, and what follows for both follows at once. */
export const decideBoth =
  (decide: Decide): Decide =>
  (command, state) => {
    const { rotation } = state
    if (rotation === null) return decide(command, state)
    if (command._tag === 'ChangeLimits') return refuse({ _tag: 'BeingRotated' })
    const decision = routed(decide, command, state, rotation)
    if (!isRight(decision)) return refuse(decision.left)
    const more = consequences(fold({ evolve }, state, decision.right), decision.right, command.at)
    return right(followedBy(decision.right, more))
  }
