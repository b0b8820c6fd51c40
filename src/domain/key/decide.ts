import type { KeyCommand } from './command.js'
import { onRecordChange } from './decide-change.js'
import { onClaim, onExpireClaim, onIntendCreation, onRecordCreation, onRecordLook } from './decide-creation.js'
import { onGiveUp } from './decide-giving-up.js'
import { onObserveGuard, onRecordGuard, onRetryGuard } from './decide-guard.js'
import { onChangeLimits } from './decide-limits.js'
import { type Decision, onAdd, onAdopt, onContain, onLeaveAlive, onLift, onRemove } from './decide-owner.js'
import { onCondemn, onObserve, onRecordProof, onRecordRead, onRecordShred, onRetryNow } from './decide-reading.js'
import { onTakeSecret } from './decide-custody.js'
import { onChangeSchedule } from './decide-schedule.js'
import { onChangeTags } from './decide-tags.js'
import { onRecordSpent, onRecordTurn, onRecordVerification, onRotate } from './decide-rotation.js'
import { decideBoth } from './decide-two-lives.js'
import type { KeyState } from './state.js'

/** What a command makes of one life. */
const decideOne = (command: KeyCommand, state: KeyState): Decision => {
  switch (command._tag) {
    case 'Add':
      return onAdd(command, state)
    case 'Adopt':
      return onAdopt(command, state)
    case 'TakeSecret':
      return onTakeSecret(command, state)
    case 'Contain':
      return onContain(command, state)
    case 'Lift':
      return onLift(command, state)
    case 'ChangeLimits':
      return onChangeLimits(command, state)
    case 'ChangeTags':
      return onChangeTags(command, state)
    case 'ChangeSchedule':
      return onChangeSchedule(command, state)
    case 'Remove':
      return onRemove(command, state)
    case 'LeaveAlive':
      return onLeaveAlive(command, state)
    case 'Rotate':
      return onRotate(command, state)
    case 'IntendCreation':
      return onIntendCreation(command, state)
    case 'Claim':
      return onClaim(command, state)
    case 'ExpireClaim':
      return onExpireClaim(command, state)
    case 'RecordCreation':
      return onRecordCreation(command, state)
    case 'RecordLook':
      return onRecordLook(command, state)
    case 'RecordChange':
      return onRecordChange(command, state)
    case 'RecordRead':
      return onRecordRead(command, state)
    case 'RecordGuard':
      return onRecordGuard(command, state)
    case 'RecordProof':
      return onRecordProof(command, state)
    case 'RecordShred':
      return onRecordShred(command, state)
    case 'RecordVerification':
      return onRecordVerification(command, state)
    case 'RecordSpent':
      return onRecordSpent(command, state)
    case 'RecordTurn':
      return onRecordTurn(command, state)
    case 'GiveUp':
      return onGiveUp(command, state)
    case 'Observe':
      return onObserve(command, state)
    case 'Condemn':
      return onCondemn(command, state)
    case 'ObserveGuard':
      return onObserveGuard(command, state)
    case 'RetryGuard':
      return onRetryGuard(command, state)
    case 'RetryNow':
      return onRetryNow(command, state)
  }
}

/** The facts that a command makes in a state, or why it makes none. */
export const decide = decideBoth(decideOne)
