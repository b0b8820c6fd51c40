import type { AttemptId, OwnerId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import { turnDue } from './decide-rotation.js'
import type { Stray } from './ending.js'
import { endingStep, shredding, strayStep } from './ending-step.js'
import { isGuarded, isTightening, wantedGuard } from './guard.js'
import { otherStep } from './next-rotation-step.js'
import { stagesOf } from './rotation.js'
import type { HeldKey, KeyState, Stage, StageOf } from './state.js'
import type { NextStep, Step } from './step.js'
import { isPolicySettled, isSettled, unsettledUntil } from './underway.js'
import { isConverged, wantedOf } from './wanted.js'

const none: NextStep = { _tag: 'None' }
const due = (step: Step): NextStep => ({ _tag: 'Due', step })
const backingOff = (at: Instant): NextStep => ({ _tag: 'Later', at, why: 'backing-off' })

const claimed = (attempt: AttemptId, owner: OwnerId, until: Instant, now: Instant): NextStep =>
  now < until
    ? { _tag: 'Later', at: until, why: 'in-flight', attempt, owner }
    : due({ _tag: 'CloseClaim', attempt, until })

const isDue = (stray: Stray, now: Instant): boolean => stray.stall === null || stray.stall.retryAt <= now

const converging = (key: HeldKey, effect: 'converge' | 'restore'): Step =>
  key.remote._tag === 'Unknown' || isConverged(key)
    ? { _tag: 'Read', hash: key.hash, notBefore: key.remote._tag === 'Unknown' ? null : unsettledUntil(key) }
    : { _tag: 'Apply', effect, hash: key.hash, policy: wantedOf(key) }

const guarding = (key: HeldKey): Step => ({
  _tag: 'Guard',
  hash: key.hash,
  cap: wantedGuard(key),
  includeByok: key.incarnation.spec.includeByok,
  workspace: key.incarnation.spec.workspace,
  held: key.guard._tag === 'Assigned' ? key.guard.guardrail.id : null,
  doubtedSince: key.guard._tag === 'Unknown' ? key.guard.since : null,
})

/** What tightens goes first, so that on the way no more can be spent than under the old limits or the new; containing before all. */
const isGuardFirst = (key: HeldKey): boolean => {
  if (isGuarded(key)) return false
  return isPolicySettled(key) || (isTightening(key) && !wantedOf(key).disabled)
}

const heldStep = (stage: StageOf<'Held'>, now: Instant): NextStep => {
  if (stage.key.remote._tag === 'Absent' || isSettled(stage.key)) return none
  if (stage.stall !== null && now < stage.stall.retryAt) return backingOff(stage.stall.retryAt)
  return due(isGuardFirst(stage.key) ? guarding(stage.key) : converging(stage.key, 'converge'))
}

const stageStep = (stage: Stage, now: Instant): NextStep => {
  switch (stage._tag) {
    case 'Vacant':
    case 'Removed':
      return none
    case 'CreateDue':
      return due({ _tag: 'Create', incarnation: stage.incarnation, birthLimit: stage.birthLimit })
    case 'Creating':
      return claimed(stage.attempt.id, stage.attempt.owner, stage.attempt.claimUntil, now)
    case 'CreateUnknown':
      return due({ _tag: 'Look', attempt: stage.attempt, settleUntil: stage.settleUntil })
    case 'Provisioned':
      if (!isGuarded(stage.key)) return due(guarding(stage.key))
      return due({ _tag: 'Apply', effect: 'activate', hash: stage.key.hash, policy: wantedOf(stage.key) })
    case 'Held':
      return heldStep(stage, now)
    case 'RollingBack':
      return stage.stall !== null && now < stage.stall.retryAt
        ? backingOff(stage.stall.retryAt)
        : due(converging(stage.key, 'restore'))
    case 'Removing':
      return due(endingStep(stage))
    case 'Compensating':
      return stage.stall !== null && now < stage.stall.retryAt
        ? backingOff(stage.stall.retryAt)
        : due(endingStep(stage))
    case 'Outstanding':
      if (stage.mode.force && stage.key.secretHeld) return due(shredding(stage.key))
      return now < stage.stall.retryAt ? backingOff(stage.stall.retryAt) : due(endingStep(stage))
    case 'LeavingAlive':
      return due(shredding(stage.key))
  }
}

const turning = (state: KeyState, now: Instant): NextStep => {
  const at = turnDue(state)
  if (at === null) return none
  return at <= now ? due({ _tag: 'Turn' }) : { _tag: 'Later', at, why: 'waiting' }
}

const soonest = (a: NextStep, b: NextStep): NextStep => {
  if (a._tag === 'None') return b
  if (b._tag === 'None') return a
  if (a._tag === 'Due') return a
  if (b._tag === 'Due') return b
  return a.at <= b.at ? a : b
}

/**
 * What is due now. One change at a time per name; lost keys are destroyed before anything new is made;
 * a debt waits for its date.
 */
export const nextStep = (state: KeyState, now: Instant): NextStep => {
  if (state.claim !== null) return claimed(state.claim.attempt, state.claim.owner, state.claim.until, now)
  const dueStray = state.strays.find((stray) => isDue(stray, now))
  if (dueStray !== undefined) return due(strayStep(dueStray, state))
  const waiting = state.strays.reduce<NextStep>(
    (first, stray) => (stray.stall === null ? first : soonest(first, backingOff(stray.stall.retryAt))),
    none,
  )
  if (stagesOf(state).some(({ _tag }) => _tag === 'CreateDue') && waiting._tag !== 'None') return waiting
  return [turning(state, now), stageStep(state.stage, now), otherStep(state, now, stageStep), waiting].reduce(soonest)
}
