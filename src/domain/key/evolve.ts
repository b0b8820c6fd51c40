import {
  onChangeClaimed,
  onChangeFailed,
  onChangeMayArrive,
  onChangeOutcomeUnknown,
  onLateChangesRuledOut,
  onLateOutcomeObserved,
} from './evolve-change.js'
import {
  onChangeRolledBack,
  onContainmentRequested,
  onConvergenceStalled,
  onDriftObserved,
  onLiftingRequested,
  onPolicyObserved,
  onRetryRequested,
} from './evolve-containment.js'
import {
  onActivated,
  onActivationEnded,
  onAdopted,
  onAttemptClosed,
  onCreationFailed,
  onCreationIntended,
  onCreationOutcomeUnknown,
  onProvisioned,
  onProvisioningRequested,
  onProvisioningRolledBack,
} from './evolve-provisioning.js'
import {
  onContained,
  onRemoteDeleted,
  onRevocationDisproved,
  onRevocationProven,
  onRevocationStalled,
  onStrayFound,
} from './evolve-destruction.js'
import {
  onLeftAliveByChoice,
  onRemovalRefused,
  onRemovalRequested,
  onRemovalRolledBack,
  onRemovalVerified,
  onRemoved,
  onRollbackStalled,
  onSecretSealed,
  onSecretShredded,
} from './evolve-removal.js'
import { onGuardrailDoubted, onGuardrailDriftObserved, onGuardrailObserved, onGuardrailRetryRequested, onGuardrailUnavailable } from './evolve-guard.js'
import { onLimitsChangeRequested, onLimitsChangeRolledBack } from './evolve-limits.js'
import {
  onBudgetSplit,
  onOtherKeyChanged,
  onOverlapEnded,
  onPredecessorMeasured,
  onRotationFinished,
  onRotationRequested,
  onRotationRolledBack,
  onRotationSwitched,
  onPredecessorShrunk,
  onSuccessorVerified,
  onWindowTurned,
} from './evolve-rotation.js'
import { onRotationScheduled, onTagsChanged } from './evolve-wishes.js'
import type { KeyEvent } from './event.js'
import type { KeyState } from './state.js'

const apply = (state: KeyState, event: KeyEvent): KeyState => {
  switch (event.type) {
    case 'ProvisioningRequested':
      return onProvisioningRequested(state, event)
    case 'Adopted':
      return onAdopted(state, event)
    case 'CreationIntended':
      return onCreationIntended(state, event)
    case 'CreationFailed':
      return onCreationFailed(state, event)
    case 'CreationOutcomeUnknown':
      return onCreationOutcomeUnknown(state, event)
    case 'AttemptClosed':
      return onAttemptClosed(state, event)
    case 'Provisioned':
      return onProvisioned(state, event)
    case 'Activated':
      return onActivated(state, event)
    case 'ActivationRefused':
    case 'ProvisioningAbandoned':
      return onActivationEnded(state, event)
    case 'ProvisioningRolledBack':
      return onProvisioningRolledBack(state)
    case 'ChangeClaimed':
      return onChangeClaimed(state, event)
    case 'ChangeFailed':
      return onChangeFailed(state, event)
    case 'ChangeOutcomeUnknown':
      return onChangeOutcomeUnknown(state, event)
    case 'ChangeMayArrive':
      return onChangeMayArrive(state, event)
    case 'LateChangesRuledOut':
      return onLateChangesRuledOut(state, event)
    case 'LateOutcomeObserved':
      return onLateOutcomeObserved(state, event)
    case 'ContainmentRequested':
      return onContainmentRequested(state, event)
    case 'LiftingRequested':
      return onLiftingRequested(state, event)
    case 'ContainmentRolledBack':
    case 'LiftingRolledBack':
      return onChangeRolledBack(state, event)
    case 'GuardrailObserved':
      return onGuardrailObserved(state, event)
    case 'GuardrailUnavailable':
      return onGuardrailUnavailable(state)
    case 'GuardrailDoubted':
      return onGuardrailDoubted(state, event)
    case 'GuardrailDriftObserved':
      return onGuardrailDriftObserved(state, event)
    case 'GuardrailRetryRequested':
      return onGuardrailRetryRequested(state)
    case 'LimitsChangeRequested':
      return onLimitsChangeRequested(state, event)
    case 'LimitsChangeRolledBack':
      return onLimitsChangeRolledBack(state, event)
    case 'TagsChanged':
      return onTagsChanged(state, event)
    case 'RotationScheduled':
      return onRotationScheduled(state, event)
    case 'PolicyObserved':
      return onPolicyObserved(state, event)
    case 'ConvergenceStalled':
      return onConvergenceStalled(state, event)
    case 'DriftObserved':
      return onDriftObserved(state, event)
    case 'RemovalRequested':
      return onRemovalRequested(state, event)
    case 'RemovalVerified':
      return onRemovalVerified(state, event)
    case 'RemovalRefused':
      return onRemovalRefused(state, event)
    case 'RemovalRolledBack':
      return onRemovalRolledBack(state)
    case 'RollbackStalled':
      return onRollbackStalled(state, event)
    case 'Contained':
      return onContained(state, event)
    case 'RemoteDeleted':
      return onRemoteDeleted(state, event)
    case 'RevocationProven':
      return onRevocationProven(state, event)
    case 'RevocationDisproved':
      return onRevocationDisproved(state, event)
    case 'RevocationStalled':
      return onRevocationStalled(state, event)
    case 'RetryRequested':
      return onRetryRequested(state, event)
    case 'LeftAliveByChoice':
      return onLeftAliveByChoice(state)
    case 'SecretSealed':
      return onSecretSealed(state, event)
    case 'SecretShredded':
      return onSecretShredded(state)
    case 'Removed':
      return onRemoved(state, event)
    case 'StrayFound':
      return onStrayFound(state, event)
    case 'RotationRequested':
      return onRotationRequested(state, event)
    case 'OtherKeyChanged':
      return onOtherKeyChanged(evolve)(state, event)
    case 'PredecessorShrunk':
      return onPredecessorShrunk(state)
    case 'SuccessorVerified':
      return onSuccessorVerified(state)
    case 'BudgetSplit':
      return onBudgetSplit(state, event)
    case 'RotationSwitched':
      return onRotationSwitched(state, event)
    case 'OverlapEnded':
      return onOverlapEnded(state, event)
    case 'PredecessorMeasured':
      return onPredecessorMeasured(state, event)
    case 'WindowTurned':
      return onWindowTurned(state, event)
    case 'RotationFinished':
      return onRotationFinished(state, event)
    case 'RotationRolledBack':
      return onRotationRolledBack(state)
  }
}

/** The state after one more fact. Total: a fact that is impossible in a state leaves it as it was. */
export const evolve = (state: KeyState, event: KeyEvent): KeyState => {
  const next = apply(state, event)
  return next === state ? state : { ...next, updatedAt: event.at }
}
