import type { LoopCommand } from './command.js'
import { canRollBack } from './decide-change.js'
import { holding } from './evolve-limits.js'
import { undoing } from './decide-limits.js'
import { type Decision, refuse, unlessInFlight } from './decide-owner.js'
import { right } from 'fp-ts/lib/Either.js'
import type { KeyEvent } from './event.js'
import { samePolicy } from './remote-policy.js'
import type { HeldKey, KeyState, PendingChange, Stage, StageOf } from './state.js'
import type { Stray } from './ending.js'
import { afterReading, arrivalsEnded, isSettled, unsettledUntil } from './underway.js'
import { isConverged, wantedOf } from './wanted.js'

type GiveUp = Extract<LoopCommand, { readonly _tag: 'GiveUp' }>

const stalled = (command: GiveUp, hash: Stray['hash']): KeyEvent => ({
  type: 'RevocationStalled',
  hash,
  cause: command.cause,
  retryAt: command.retryAt,
  at: command.at,
})

/** Whether nothing of what was asked is at OpenRouter, or could still come there. */
const isTakenBack = (change: PendingChange, key: HeldKey): boolean => {
  if (key.remote._tag === 'Unknown' || isConverged(key)) return false
  return change.kind !== 'limits' || isSettled(holding(key, change.before))
}

/**
 * Nothing was sent that could still be there, so the wish is taken back; else it stays, to be finished by a reconcile.
 * A key that is as it should be has nothing to give up, whatever else of its name failed.
 */
const onHeld = (command: GiveUp, stage: StageOf<'Held'>): ReadonlyArray<KeyEvent> => {
  const { at, cause } = command
  const { change, key } = stage
  if (key.remote._tag === 'Absent' || isSettled(key)) return []
  if (change === null) return [{ type: 'ConvergenceStalled', cause, retryAt: command.retryAt, at }]
  if (!isTakenBack(change, key)) return [{ type: 'ConvergenceStalled', cause, retryAt: command.retryAt, at }]
  return [undoing(change, cause, at)]
}

/**
 * Before containment is confirmed, a removal is rolled back only if the last look shows the key untouched.
 * A key seen contained stays so and becomes a debt.
 */
const onUncontained = (command: GiveUp, stage: StageOf<'Removing'>): ReadonlyArray<KeyEvent> => {
  const { at, cause, lastLook } = command
  const { hash } = stage.key
  const debt = stalled(command, hash)
  const rolledBack: KeyEvent = { type: 'RemovalRolledBack', cause, at }
  if (!stage.destruction.touched) return [canRollBack(stage) ? rolledBack : debt]
  if (lastLook === 'unread') return [debt]
  if (lastLook === null) return [{ type: 'RemovalVerified', policy: null, at }, debt]
  if (lastLook.disabled) return [{ type: 'Contained', hash, policy: lastLook, used: null, at }, debt]
  if (!canRollBack(stage) || !samePolicy(lastLook, wantedOf(stage.key))) return [debt]
  if (unsettledUntil(afterReading(stage.key, at)) !== null) return [debt]
  return [rolledBack, { type: 'PolicyObserved', policy: lastLook, at }, ...arrivalsEnded(stage.key, at, at)]
}

const onStage = (command: GiveUp, stage: Stage): ReadonlyArray<KeyEvent> => {
  const { at, cause } = command
  switch (stage._tag) {
    case 'CreateDue':
      return [{ type: 'ProvisioningRolledBack', cause, at }]
    case 'Held':
      return onHeld(command, stage)
    case 'Removing':
      return stage.destruction.phase === 'verify' || stage.destruction.phase === 'contain'
        ? onUncontained(command, stage)
        : [stalled(command, stage.key.hash)]
    case 'Compensating':
      return [stalled(command, stage.key.hash)]
    case 'Outstanding':
      return stage.stall.retryAt <= at ? [stalled(command, stage.key.hash)] : []
    case 'RollingBack':
      return [{ type: 'RollbackStalled', cause, retryAt: command.retryAt, at }]
    case 'Vacant':
    case 'Creating':
    case 'CreateUnknown':
    case 'Provisioned':
    case 'LeavingAlive':
    case 'Removed':
      return []
  }
}

/** What a command leaves behind when its time is up: an undoing where nothing happened, a debt with a date where something may have. */
export const onGiveUp = (command: GiveUp, state: KeyState): Decision =>
  unlessInFlight(state, () => {
    const due = state.strays.filter((stray) => stray.stall === null || stray.stall.retryAt <= command.at)
    const [first, ...rest] = [
      ...due.map((stray) => stalled(command, stray.hash)),
      ...onStage(command, state.stage),
    ]
    return first === undefined ? refuse({ _tag: 'NothingNew' }) : right([first, ...rest])
  })
