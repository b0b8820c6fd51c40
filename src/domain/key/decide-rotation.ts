import { plus } from '../shared/instant.js'
import { add, type Picodollars } from '../shared/picodollars.js'
import type { LoopCommand, OwnerCommand } from './command.js'
import { type Decision, facts, notHeld, refuse, unlessInFlight } from './decide-owner.js'
import type { KeyEvent } from './event.js'
import { heldBack } from './held-back.js'
import { isOfOther } from './rotation.js'
import type { Retiring, Staging } from './state.js'
import { splitOf, turnedBy, turnedCap, uncontainedLimit } from './rotation-budget.js'
import { turnedCapOf } from './turned-cap.js'
import type { OtherFact } from './event.js'
import type { Split } from './split.js'
import { remainderOf } from './rotation-remainder.js'
import type { HeldKey, KeyState } from './state.js'
import { heldKey } from './view.js'

type Rotate = Extract<OwnerCommand, { readonly _tag: 'Rotate' }>
type Loop<T extends LoopCommand['_tag']> = Extract<LoopCommand, { readonly _tag: T }>

const stronger = ({ at, mode }: Rotate, rotation: Staging | Retiring): boolean => {
  if (mode.leaked && !rotation.mode.leaked) return true
  return rotation._tag === 'Retiring' && mode.grace === 0 && rotation.overlapUntil > at
}

const isNotForSchedule = ({ scheduled }: Rotate, state: KeyState): boolean =>
  scheduled !== undefined && (heldBack(state) !== null || heldKey(state.stage)?.incarnation.generation !== scheduled)

/** Asked again it goes on; asked more strongly, the overlap ends now and a leaked key is contained. */
export const onRotate = (command: Rotate, state: KeyState): Decision => {
  const { at, mode, expiresAt } = command
  const { rotation, stage } = state
  if (isNotForSchedule(command, state)) return refuse({ _tag: 'NotDue' })
  if (rotation !== null)
    return stronger(command, rotation)
      ? unlessInFlight(state, () => facts({ type: 'OverlapEnded', leaked: mode.leaked, at }))
      : refuse({ _tag: 'AlreadySettled' })
  if (stage._tag !== 'Held') return notHeld(state)
  if (stage.key.remote._tag === 'Absent' || uncontainedLimit(stage.key).reset === 'other') return refuse({ _tag: 'NotRotatable' })
  return unlessInFlight(state, () =>
    facts({ type: 'RotationRequested', generation: state.generations + 1, mode, expiresAt, at }),
  )
}

/** A fact of the other life; what a stray is to the name, it is whoever made it. */
export const asOther =
  ({ _tag }: Staging | Retiring) =>
  (fact: KeyEvent): KeyEvent =>
    fact.type === 'StrayFound' || fact.type === 'OtherKeyChanged'
      ? fact
      : { type: 'OtherKeyChanged', of: _tag === 'Staging' ? 'successor' : 'predecessor', fact: plain(fact), at: fact.at }

const plain = (fact: Exclude<KeyEvent, { readonly type: 'OtherKeyChanged' }>): OtherFact => fact

/** Before the switch a successor that cannot take over is given up: it was never handed out. */
export const abandoning = (
  rotation: Staging,
  cause: Extract<KeyEvent, { readonly type: 'ActivationRefused' }>['cause'],
  at: KeyEvent['at'],
): ReadonlyArray<KeyEvent> =>
  rotation.other._tag === 'Provisioned' ? [asOther(rotation)({ type: 'ActivationRefused', cause, at })] : []

const notAccepted = { kind: 'refused', status: 401, message: 'OpenRouter does not accept the new secret' } as const

export const onRecordVerification = ({ accepted, at, hash }: Loop<'RecordVerification'>, state: KeyState): Decision => {
  const { rotation } = state
  if (rotation?._tag !== 'Staging' || rotation.other._tag !== 'Provisioned' || !isOfOther(state, hash))
    return refuse({ _tag: 'Superseded' })
  if (rotation.verified) return refuse({ _tag: 'NothingNew' })
  return unlessInFlight(state, () => {
    if (accepted) return facts({ type: 'SuccessorVerified', hash, at })
    const [first, ...rest] = abandoning(rotation, notAccepted, at)
    return first === undefined ? refuse({ _tag: 'NothingNew' }) : facts(first, ...rest)
  })
}

const gone = { kind: 'absent', status: 404, message: 'the key to be replaced is not there any more' } as const

/** What was spent past a share before that could hold is shared out anew. */
const keptWithin = (split: Split, used: Picodollars): boolean => used <= add(split.from, split.predecessor)

const splitting = (command: Loop<'RecordSpent'>, key: HeldKey, rotation: Staging): Decision => {
  const { at, lagBound, quiet, usage } = command
  if (usage === null) {
    const [first, ...rest] = abandoning(rotation, gone, at)
    return first === undefined ? refuse({ _tag: 'NothingNew' }) : facts(first, ...rest)
  }
  // What is shared out is what was there before: the share that the key has by now is no limit of its own.
  const whole = { ...key, cap: turnedCapOf(rotation.capBefore, plus(at, quiet)) }
  const split = splitOf(whole, usage, { at, lagBound, quiet })
  if (rotation.split !== null && keptWithin(rotation.split, usage.total))
    return rotation.shrunk ? refuse({ _tag: 'NothingNew' }) : facts({ type: 'PredecessorShrunk', hash: command.hash, at })
  return split === null ? refuse({ _tag: 'NothingNew' }) : facts({ type: 'BudgetSplit', ...split, at })
}

const isQuiet = (at: KeyEvent['at'], containedAt: Retiring['containedAt'], quiet: number): boolean =>
  containedAt !== null && at >= containedAt + quiet

const isAsKnown = (final: Retiring['final'], used: Picodollars, settled: boolean): boolean =>
  final !== null && final.used === used && final.settled === settled

/** A key that is gone before its usage had settled has spent what was last seen, and what could be missing then. */
const measuring = ({ at, usage }: Loop<'RecordSpent'>, rotation: Retiring): Decision => {
  const { containedAt, final, split } = rotation
  if (split === null) return refuse({ _tag: 'NothingNew' })
  const before = final === null ? add(split.from, split.predecessor) : final.used
  const used = usage === null ? add(before, split.lagBound) : usage.total
  const settled = usage === null || isQuiet(at, containedAt, split.quiet)
  return isAsKnown(final, used, settled)
    ? refuse({ _tag: 'NothingNew' })
    : facts({ type: 'PredecessorMeasured', used, settled, at })
}

export const onRecordSpent = (command: Loop<'RecordSpent'>, state: KeyState): Decision => {
  const { rotation, stage } = state
  return unlessInFlight(state, () => {
    if (rotation?._tag === 'Retiring' && isOfOther(state, command.hash)) return measuring(command, rotation)
    const mine = stage._tag === 'Held' && stage.key.hash === command.hash
    return rotation?._tag === 'Staging' && mine ? splitting(command, stage.key, rotation) : refuse({ _tag: 'Superseded' })
  })
}

const splitTurn = ({ split, turned }: Retiring): KeyEvent['at'] | null => {
  if (split === null || turned === 'all') return null
  return turned === 'none' && split.day !== null ? split.day.turnsAt : split.turnsAt
}

/** When the window that a cap or a split belongs to has turned; `null` where none turns. */
export const turnDue = ({ rotation, stage }: KeyState): KeyEvent['at'] | null => {
  if (rotation?._tag === 'Retiring') return splitTurn(rotation)
  return rotation === null && stage._tag === 'Held' ? (stage.key.cap?.until ?? null) : null
}

const nextTerm = ({ cap }: HeldKey): HeldKey['cap'] => (cap === null || cap.next === null ? null : { ...cap.next, next: null })

export const onRecordTurn = ({ at }: Loop<'RecordTurn'>, state: KeyState): Decision => {
  const { rotation, stage } = state
  const from = turnDue(state)
  if (from === null || at < from || !('key' in stage)) return refuse({ _tag: 'NotDue' })
  const split = rotation?._tag === 'Retiring' ? rotation.split : null
  const cap = split === null ? nextTerm(stage.key) : turnedCap(split, stage.key, turnedBy(split, at))
  return unlessInFlight(state, () => facts({ type: 'WindowTurned', cap, at }))
}

const nothing = 0n as Picodollars

const finished = ({ final, split, turned }: Retiring, key: HeldKey | null, at: KeyEvent['at']): KeyEvent => {
  const used = final?.used ?? split?.from ?? nothing
  const spent = add(key?.predecessors?.spent ?? nothing, used)
  const rest = split === null || key === null ? { cap: null, lifetime: null } : remainderOf(split, key, { final, turned, at })
  return { type: 'RotationFinished', ...rest, spent, at }
}

/** With nothing to spend on the old key an overlap would only keep the new one from what is left. */
const overlapOf = ({ mode, split }: Staging, at: KeyEvent['at']): KeyEvent['at'] => {
  const isPointless = split !== null && split.predecessor === nothing
  return mode.leaked || isPointless ? at : plus(at, mode.grace)
}

/** What follows at once from what became of the two lives: the switch, the end, or the undoing. */
export const consequences = (
  { rotation, stage }: KeyState,
  events: ReadonlyArray<KeyEvent>,
  at: KeyEvent['at'],
): ReadonlyArray<KeyEvent> => {
  if (rotation === null) return []
  const { other } = rotation
  if (rotation._tag === 'Retiring') {
    if (other._tag !== 'Removed') return []
    return [finished(rotation, 'key' in stage ? stage.key : null, at)]
  }
  if (other._tag === 'Held' && 'key' in stage) {
    return [{ type: 'RotationSwitched', successor: other.key.hash, predecessor: stage.key.hash, overlapUntil: overlapOf(rotation, at), at }]
  }
  const undone = events.flatMap((event) =>
    event.type === 'OtherKeyChanged' && event.fact.type === 'ProvisioningRolledBack' ? [event.fact.cause] : [],
  )
  const [cause] = undone
  return other._tag === 'Vacant' && cause !== undefined ? [{ type: 'RotationRolledBack', cause, at }] : []
}
