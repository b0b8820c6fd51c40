import type { AttemptId, GuardrailId, KeyHash, Lineage, OwnerId, WorkspaceId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import type { Attempt } from './attempt.js'
import type { GuardrailCap } from '../spend/policy.js'
import type { Effect } from './event.js'
import { isGuarded, isTightening, wantedGuard } from './guard.js'
import type { RemotePolicy } from './remote-policy.js'
import type { HeldKey, Incarnation, KeyState, Stage, StageOf, Stray } from './state.js'
import { isWorthless } from './stray.js'
import { isPolicySettled, isSettled, unsettledUntil } from './underway.js'
import { containedOf, isConverged, wantedOf } from './wanted.js'

/** The one outside effect, or closing of a claim, that is due. */
export type Step =
  | { readonly _tag: 'Create'; readonly incarnation: Incarnation; readonly birthLimit: Picodollars }
  | { readonly _tag: 'Look'; readonly attempt: Attempt; readonly settleUntil: Instant }
  | { readonly _tag: 'CloseClaim'; readonly attempt: AttemptId; readonly until: Instant }
  /** `notBefore`: what is read earlier proves nothing, for a lost change may still arrive. */
  | { readonly _tag: 'Read'; readonly hash: KeyHash; readonly notBefore: Instant | null }
  | {
      readonly _tag: 'Apply'
      readonly effect: Exclude<Effect, 'delete'>
      readonly hash: KeyHash
      readonly policy: RemotePolicy
    }
  | { readonly _tag: 'Delete'; readonly hash: KeyHash }
  | {
      readonly _tag: 'Prove'
      readonly hash: KeyHash
      /** Whose sealed secret may be tried, where one is held. */
      readonly lineage: Lineage | null
      readonly seen: boolean
      /** When it was last seen alive, unless OpenRouter said that it deleted it: a read may be older than that. */
      readonly aliveAt: Instant | null
    }
  | { readonly _tag: 'Shred'; readonly lineage: Lineage }
  /** Bring the key's guardrail to this budget, or take it off. `doubtedSince`: look only, once what was sent by then has arrived. */
  | {
      readonly _tag: 'Guard'
      readonly hash: KeyHash
      readonly cap: GuardrailCap | null
      readonly includeByok: boolean
      readonly workspace: WorkspaceId | null
      /** The one that is on the key as far as we know. */
      readonly held: GuardrailId | null
      readonly doubtedSince: Instant | null
    }

/** `Later`: nothing before `at`, for somebody else is at it or the last try failed. `None`: settled. */
export type NextStep =
  | { readonly _tag: 'None' }
  | { readonly _tag: 'Due'; readonly step: Step }
  | {
      readonly _tag: 'Later'
      readonly at: Instant
      readonly why: 'in-flight'
      readonly attempt: AttemptId
      readonly owner: OwnerId
    }
  | { readonly _tag: 'Later'; readonly at: Instant; readonly why: 'backing-off' }

const none: NextStep = { _tag: 'None' }
const due = (step: Step): NextStep => ({ _tag: 'Due', step })
const backingOff = (at: Instant): NextStep => ({ _tag: 'Later', at, why: 'backing-off' })

const claimed = (attempt: AttemptId, owner: OwnerId, until: Instant, now: Instant): NextStep =>
  now < until
    ? { _tag: 'Later', at: until, why: 'in-flight', attempt, owner }
    : due({ _tag: 'CloseClaim', attempt, until })

const isDue = (stray: Stray, now: Instant): boolean => stray.stall === null || stray.stall.retryAt <= now

/** A stray's own policy is nobody's wish, so any that cannot spend will do. */
const strayContained = (state: KeyState): RemotePolicy => {
  const floor = 'key' in state.stage ? state.stage.key.floor : (0n as Picodollars)
  return { disabled: true, limit: floor, reset: null, includeByok: true }
}

const strayStep = (stray: Stray, state: KeyState): Step => {
  switch (stray.phase) {
    case 'contain':
      return { _tag: 'Apply', effect: 'contain', hash: stray.hash, policy: strayContained(state) }
    case 'delete':
      return { _tag: 'Delete', hash: stray.hash }
    case 'prove':
      return { _tag: 'Prove', hash: stray.hash, lineage: null, seen: isWorthless(stray.origin) || stray.deleted, aliveAt: stray.deleted ? null : stray.aliveAt }
  }
}

type Ending = StageOf<'Removing'> | StageOf<'Outstanding'> | StageOf<'Compensating'>

const endingStep = (stage: Ending): Step => {
  const { aliveAt, hash, incarnation, secretHeld } = stage.key
  const { deleted, seen } = stage.destruction
  switch (stage.destruction.phase) {
    case 'verify':
      return { _tag: 'Read', hash, notBefore: null }
    case 'contain':
      return { _tag: 'Apply', effect: 'contain', hash, policy: containedOf(stage.key) }
    case 'delete':
      return { _tag: 'Delete', hash }
    case 'prove':
      return { _tag: 'Prove', hash, lineage: secretHeld ? incarnation.lineage : null, seen: seen || deleted, aliveAt: deleted ? null : aliveAt }
    case 'shred':
      return { _tag: 'Shred', lineage: incarnation.lineage }
  }
}

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
      if (stage.mode.force && stage.key.secretHeld) return due({ _tag: 'Shred', lineage: stage.key.incarnation.lineage })
      return now < stage.stall.retryAt ? backingOff(stage.stall.retryAt) : due(endingStep(stage))
    case 'LeavingAlive':
      return due({ _tag: 'Shred', lineage: stage.key.incarnation.lineage })
  }
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
  if (state.stage._tag === 'CreateDue' && waiting._tag !== 'None') return waiting
  return soonest(stageStep(state.stage, now), waiting)
}
