import type { ChangeResult, LoopCommand } from './command.js'
import { isPassing } from './cause.js'
import { undoing } from './decide-limits.js'
import { type Decision, facts, refuse } from './decide-owner.js'
import type { KeyEvent } from './event.js'
import type { HeldKey, KeyState, StageOf } from './state.js'
import { sentBy, unsettledUntil } from './underway.js'

type Record = Extract<LoopCommand, { readonly _tag: 'RecordChange' }>
type Settled = Exclude<ChangeResult, { readonly _tag: 'Failed' | 'Unknown' }>

/**
 * Whether a removal that is refused for good may still be undone: not for a leaked key, not when its end was forced. Its secret
 * says nothing of it: it is destroyed before the proof only by force, and an adopted key may never have had one here.
 */
export const canRollBack = ({ mode }: StageOf<'Removing'>): boolean => !mode.leaked && !mode.force

const impossible = (command: Record): KeyEvent => ({
  type: 'ChangeOutcomeUnknown',
  attempt: command.attempt,
  cause: { kind: 'unreadable', status: null, message: 'the answer does not belong to what was asked' },
  at: command.at,
})

/** Where containing is refused for good, deleting is tried at once; where deleting is, at its date. */
const stalledBy = (command: Record, cause: Extract<ChangeResult, { readonly _tag: 'Refused' }>['cause']): KeyEvent => ({
  type: 'RevocationStalled',
  hash: command.hash,
  cause,
  retryAt: command.effect === 'contain' && !isPassing(cause) ? command.at : command.retryAt,
  at: command.at,
})

const onDestroyed = (command: Record, result: Settled): KeyEvent => {
  const { at, hash } = command
  switch (result._tag) {
    case 'Applied':
      return { type: 'Contained', hash, policy: result.policy, used: result.used ?? null, at }
    case 'Deleted':
      return { type: 'RemoteDeleted', hash, answer: result.answer, at }
    case 'Absent':
      return { type: 'RemoteDeleted', hash, answer: 'absent', at }
    case 'Refused':
      return stalledBy(command, result.cause)
  }
}

const onActivation = (command: Record, result: Settled): KeyEvent => {
  const { at } = command
  switch (result._tag) {
    case 'Applied':
      return { type: 'Activated', policy: result.policy, at }
    case 'Refused':
      return { type: 'ActivationRefused', cause: result.cause, at }
    case 'Absent':
      return {
        type: 'ActivationRefused',
        cause: { kind: 'absent', status: 404, message: 'the key is not there any more' },
        at,
      }
    case 'Deleted':
      return impossible(command)
  }
}

const onConvergence = (command: Record, result: Settled, stage: StageOf<'Held'>): KeyEvent => {
  const { at } = command
  switch (result._tag) {
    case 'Applied':
      return { type: 'PolicyObserved', policy: result.policy, at }
    case 'Absent':
      return { type: 'DriftObserved', policy: null, at }
    case 'Deleted':
      return impossible(command)
    case 'Refused':
      if (stage.change === null)
        return { type: 'ConvergenceStalled', cause: result.cause, retryAt: command.retryAt, at }
      return undoing(stage.change, result.cause, at)
  }
}

const onRestored = (command: Record, result: Settled, stage: StageOf<'RollingBack'>): Decision => {
  const { at } = command
  switch (result._tag) {
    case 'Applied':
      return facts(
        { type: 'PolicyObserved', policy: result.policy, at },
        ...(unsettledUntil(stage.key) === null ? [{ type: 'RemovalRolledBack' as const, cause: stage.cause, at }] : []),
      )
    case 'Absent':
      return facts({ type: 'RemovalVerified', policy: null, at })
    case 'Refused':
      return facts({ type: 'RollbackStalled', cause: result.cause, retryAt: command.retryAt, at })
    case 'Deleted':
      return facts(impossible(command))
  }
}

/** A key that is not there cannot be put back: where its deletion is refused, the proof says whether it is gone. */
const onRemoval = (command: Record, result: Settled, stage: StageOf<'Removing'> | StageOf<'Outstanding'>): Decision => {
  const { at, attempt } = command
  const missing: KeyEvent = { type: 'RemovalVerified', policy: null, at }
  if (result._tag === 'Absent' && command.effect === 'contain') return facts(missing)
  if (result._tag !== 'Refused' || stage._tag !== 'Removing') return facts(onDestroyed(command, result))
  if (stage.key.remote._tag === 'Absent') return facts({ type: 'ChangeFailed', attempt, cause: result.cause, at }, missing)
  return facts(canRollBack(stage) ? { type: 'RemovalRefused', cause: result.cause, at } : onDestroyed(command, result))
}

const onSettled = (command: Record, result: Settled, state: KeyState): Decision => {
  if (state.strays.some((stray) => stray.hash === command.hash)) return facts(onDestroyed(command, result))
  const { stage } = state
  switch (stage._tag) {
    case 'Provisioned':
      return facts(onActivation(command, result))
    case 'Held':
      return facts(onConvergence(command, result, stage))
    case 'RollingBack':
      return onRestored(command, result, stage)
    case 'Removing':
    case 'Outstanding':
      return onRemoval(command, result, stage)
    case 'Compensating':
      return facts(onDestroyed(command, result))
    case 'Vacant':
    case 'CreateDue':
    case 'Creating':
    case 'CreateUnknown':
    case 'LeavingAlive':
    case 'Removed':
      return facts(impossible(command))
  }
}

/** That a change has no answer, and what may still come of it where it was sent. */
export const unknownOutcome = (
  state: KeyState,
  { at, attempt, cause, settleUntil }: Pick<KeyEvent, 'at'> & {
    readonly attempt: Record['attempt']
    readonly cause: Extract<ChangeResult, { readonly _tag: 'Unknown' }>['cause']
    readonly settleUntil: Record['settleUntil']
  },
): Decision => {
  const { claim, stage } = state
  const unknown: KeyEvent = { type: 'ChangeOutcomeUnknown', attempt, cause, at }
  const key: HeldKey | null = 'key' in stage && stage.key.hash === claim?.hash ? stage.key : null
  if (claim === null || claim.effect === 'guard' || key === null || settleUntil === null) return facts(unknown)
  return facts({ type: 'ChangeMayArrive', hash: key.hash, policy: sentBy(claim.effect, key), until: settleUntil, at }, unknown)
}

/** An outcome that arrives after its claim was closed: if it may have changed anything, what we knew is void. */
const lateChange = (command: Record, state: KeyState): Decision => {
  const { attempt, at, hash, result } = command
  if (result._tag === 'Failed' || result._tag === 'Refused' || result._tag === 'Absent')
    return refuse({ _tag: 'Superseded' })
  const ours = 'key' in state.stage && state.stage.key.hash === hash
  return ours ? facts({ type: 'LateOutcomeObserved', attempt, hash, at }) : refuse({ _tag: 'Superseded' })
}

export const onRecordChange = (command: Record, state: KeyState): Decision => {
  const { attempt, at, result } = command
  if (state.claim?.attempt !== attempt) return lateChange(command, state)
  switch (result._tag) {
    case 'Failed':
      return facts({ type: 'ChangeFailed', attempt, cause: result.cause, at })
    case 'Unknown':
      return unknownOutcome(state, { at, attempt, cause: result.cause, settleUntil: command.settleUntil })
    case 'Applied':
    case 'Deleted':
    case 'Absent':
    case 'Refused':
      return onSettled(command, result, state)
  }
}
