
import type { ChangeResult, GuardResult, KeyCommand } from '../../src/domain/key/command.js'
import type { Effect, KeyEvent } from '../../src/domain/key/event.js'
import type { Step } from '../../src/domain/key/step.js'
import type { RemotePolicy } from '../../src/domain/key/remote-policy.js'
import { isOfOther, otherLife } from '../../src/domain/key/rotation.js'
import type { KeyState } from '../../src/domain/key/state.js'
import { wantedGuard } from '../../src/domain/key/guard.js'
import { wantedPolicy } from '../../src/domain/key/wanted.js'
import { type AttemptId, type GuardrailId, type KeyHash, lineageOf, type Nonce } from '../../src/domain/shared/identifiers.js'
import { noLimits } from '../../src/domain/spend/limits.js'
import type { Instant, Millis } from '../../src/domain/shared/instant.js'
import { adopt, alive, attempt, birthPolicy, cause, containedPolicy, dollars, enabledPolicy, foreignHash, foreignPolicy, gone, hash, hashOf, inconclusive, keptDifferently, name, nonce, owner, passing, refused, spec } from './key-story.js'

/** One command that was accepted, and what came of it. */
export interface Turning {
  readonly command: KeyCommand
  readonly before: KeyState
  readonly events: ReadonlyArray<KeyEvent>
  readonly after: KeyState
  readonly at: Instant
}

/** A request that went out under a claim and was not reported yet; its report may come long after the claim was closed. */
export type Request =
  | { readonly _tag: 'Create'; readonly attempt: AttemptId; readonly nonce: Nonce; readonly hash: KeyHash }
  | {
      readonly _tag: 'Change'
      readonly attempt: AttemptId
      readonly effect: Effect
      readonly hash: KeyHash
      readonly policy: RemotePolicy
    }

/** What a process once was asked to do without a claim, and may do much later. */
export type Errand = Exclude<Step, { readonly _tag: 'Create' | 'Apply' | 'Delete' }>

export interface Play {
  readonly state: KeyState
  readonly now: Instant
  readonly serial: number
  readonly requests: ReadonlyArray<Request>
  readonly errands: ReadonlyArray<Errand>
  readonly turnings: ReadonlyArray<Turning>
}

/** One decision of the world; the numbers pick among what is possible. */
export interface Move {
  readonly kind: 'rotate' | 'step' | 'report' | 'owner' | 'sweep' | 'give-up' | 'errand' | 'wait'
  readonly which: number
  readonly how: number
}

export const minute = 60_000
export const pick = <A>(items: ReadonlyArray<A>, index: number): A | undefined => items[index % items.length]

const policiesOf = (state: KeyState): ReadonlyArray<RemotePolicy> => [
  wantedPolicy(state.stage) ?? containedPolicy,
  containedPolicy,
  enabledPolicy,
  foreignPolicy,
]

export const ownerCommand = ({ state, now: at }: Play, { which, how }: Move): KeyCommand => {
  const modes = [0, 1, 2, 3].map((bits) => ({ leaked: (bits & 1) > 0, force: (bits & 2) > 0 }))
  const commands: ReadonlyArray<KeyCommand> = [
    {
      _tag: 'Add',
      lineage: lineageOf(name, state.lineages + 1),
      spec: { ...spec, limits: { ...noLimits, monthly: [dollars(100), dollars(0), null][how % 3] ?? null } },
      at,
    },
    { _tag: 'Contain', reason: 'user', note: null, at },
    { _tag: 'Lift', reason: 'user', at },
    { _tag: 'Remove', mode: modes[how % 4] ?? { leaked: false, force: false }, at },
    { _tag: 'LeaveAlive', at },
    { _tag: 'ChangeLimits', patch: pick([{ monthly: dollars(50) }, { monthly: null, daily: dollars(7) }, { daily: dollars(7) }, { alertThresholds: [0.5] }], how) ?? {}, at },
    { _tag: 'TakeSecret', hash: hashOf(state), at },
    { _tag: 'ChangeTags', patch: pick([{ team: 'web' }, { team: null }, { tier: 'low', team: 'ops' }], how) ?? {}, at },
    { _tag: 'ChangeSchedule', patch: pick([{ after: 60_000 as Millis }, { after: 'never', byWatcher: true }, { after: null, byWatcher: null }], how) ?? {}, at },
    adopt(pick([enabledPolicy, { ...enabledPolicy, reset: null }, { ...foreignPolicy, disabled: true }], how) ?? enabledPolicy, how % 5 > 0)(state, at),
  ]
  return pick([...commands, ...commands.slice(0, 4)], which) ?? { _tag: 'RetryNow', at }
}

export const lifeOf = (state: KeyState, of: KeyHash): KeyState['stage'] =>
  state.rotation !== null && isOfOther(state, of) ? otherLife(state, state.rotation).stage : state.stage

const guardReport = (
  state: KeyState,
  about: { readonly attempt: AttemptId | null; readonly hash: KeyHash },
  at: Instant,
  how: number,
): KeyCommand => {
  const stage = lifeOf(state, about.hash)
  const key = 'key' in stage ? stage.key : null
  const cap = key === null ? null : wantedGuard(key)
  const guardrail = key === null || cap === null ? null : { id: 'g-1' as GuardrailId, cap, includeByok: key.incarnation.spec.includeByok }
  const results: ReadonlyArray<GuardResult> = [
    { _tag: 'Observed', guardrail },
    { _tag: 'Observed', guardrail },
    { _tag: 'Observed', guardrail },
    { _tag: 'Unknown', cause: passing },
    { _tag: 'Failed', cause: passing },
    { _tag: 'Refused', cause: refused },
    { _tag: 'Unavailable', cause: refused },
    { _tag: 'Observed', guardrail: null },
  ]
  const result = pick(results, how) ?? results[0]!
  return { _tag: 'RecordGuard', ...about, result, watched: how % 3 === 0, retryAt: (at + 10 * minute) as Instant, at }
}

export const rotateCommand = ({ now: at }: Play, { how }: Move): KeyCommand => ({
  _tag: 'Rotate',
  mode: { grace: (how % 3 === 0 ? 30 * minute : 0) as Millis, leaked: how % 5 === 4 },
  expiresAt: null,
  at,
})

export const reportOf = (request: Request, play: Play, how: number): KeyCommand => {
  const { now: at } = play
  if (request._tag === 'Create') {
    const { attempt: id, nonce: own } = request
    const results = [
      { _tag: 'Created' as const, hash: request.hash, label: 'label', policy: birthPolicy },
      { _tag: 'Unknown' as const, cause: passing, settleUntil: (at + 5 * minute) as Instant },
      { _tag: 'Failed' as const, cause: passing },
      { _tag: 'Failed' as const, cause: refused },
      { _tag: 'Failed' as const, cause: cause('refused', 400) },
      { _tag: 'Unsealable' as const, hash: request.hash, cause: cause('unsealable') },
    ]
    return { _tag: 'RecordCreation', attempt: id, nonce: own, result: pick(results, how) ?? results[0]!, at }
  }
  const { attempt: id, effect, hash: of, policy } = request
  if (effect === 'guard') return guardReport(play.state, { attempt: id, hash: of }, at, how)
  const done: ChangeResult =
    effect === 'delete' ? { _tag: 'Deleted', answer: how > 60 ? 'absent' : 'deleted' } : { _tag: 'Applied', policy }
  const results: ReadonlyArray<ChangeResult> = [
    done,
    done,
    done,
    done,
    done,
    { _tag: 'Unknown', cause: passing },
    { _tag: 'Failed', cause: passing },
    { _tag: 'Refused', cause: refused },
    effect === 'delete' ? { _tag: 'Refused', cause: refused } : { _tag: 'Refused', cause: keptDifferently },
    effect === 'delete' ? done : { _tag: 'Absent' },
  ]
  const retryAt = (at + (1 + (how % 7)) * 10 * minute) as Instant
  const result = pick(results, how) ?? done
  const settleUntil = result._tag === 'Unknown' && how % 4 > 0 ? ((at + minute) as Instant) : null
  return { _tag: 'RecordChange', attempt: id, effect, hash: of, result, settleUntil, retryAt, at }
}

export const runErrand = (errand: Errand, { state, now: at }: Play, how: number): KeyCommand => {
  switch (errand._tag) {
    case 'Look': {
      const found = how % 3 === 0 ? [hash(Number(`0x${errand.attempt.nonce}`))] : []
      const lookedAt = (how % 2 === 0 ? at : Math.min(at, errand.settleUntil - 1)) as Instant
      return { _tag: 'RecordLook', attempt: errand.attempt.id, found, lookedAt, at }
    }
    case 'CloseClaim':
      return { _tag: 'ExpireClaim', attempt: errand.attempt, ownerGone: false, settleUntil: (at + 5 * minute) as Instant, at }
    case 'Read':
      return { _tag: 'RecordRead', hash: errand.hash, policy: pick([...policiesOf(state), null], how) ?? null, asOf: (at - (how % 3) * minute) as Instant, at }
    case 'Guard':
      return guardReport(state, { attempt: null, hash: errand.hash }, at, how)
    case 'Prove':
      return { _tag: 'RecordProof', hash: errand.hash, verdict: pick([gone, gone, alive, inconclusive], how) ?? gone, at }
    case 'Shred':
      return { _tag: 'RecordShred', lineage: errand.lineage, generation: errand.generation, at }
    case 'Verify':
      return { _tag: 'RecordVerification', hash: errand.hash, accepted: how % 5 !== 1, at }
    case 'Measure': {
      const usage = { total: dollars(20 + (how % 7)), day: dollars(how % 7), week: dollars(how % 7), month: dollars(10 + (how % 7)) }
      const measured = how % 9 === 2 ? null : usage
      return { _tag: 'RecordSpent', hash: errand.hash, usage: measured, lagBound: dollars(5), quiet: (2 * minute) as Millis, at }
    }
    case 'Turn':
      return { _tag: 'RecordTurn', at }
  }
}

export const sweepCommand = ({ state, now: at, turnings }: Play, { which, how }: Move): KeyCommand => {
  const own = 'key' in state.stage ? [state.stage.key.hash] : []
  const known = [...own, ...own, ...state.buried.map((each) => each.hash), ...state.leftAlive, hash(900)]
  const observed = pick(known, which) ?? foreignHash
  const policy = pick([...policiesOf(state), null], how) ?? null
  const watched = state.watched.map((each) => hash(Number(`0x${each}`)))
  const commands: ReadonlyArray<KeyCommand> = [
    { _tag: 'Observe', hash: observed, policy, at },
    { _tag: 'Observe', hash: observed, policy, at },
    { _tag: 'Condemn', hash: pick(watched, which) ?? foreignHash, origin: 'late-create', nonce: null, at },
    { _tag: 'Condemn', hash: hash(1000 + turnings.length), origin: 'unheld', nonce: null, at },
    { _tag: 'RetryNow', at },
  ]
  return pick(commands, which + how) ?? { _tag: 'RetryNow', at }
}

/** Giving up looks once more only where a change of ours may have taken hold. */
export const giveUpCommand = ({ state, now: at }: Play, { which, how }: Move): KeyCommand => {
  const { stage } = state
  const looks = stage._tag === 'Removing' && stage.destruction.touched && stage.destruction.phase === 'contain'
  return {
    _tag: 'GiveUp',
    cause: pick([passing, passing, refused], which) ?? passing,
    lastLook: looks ? (pick([...policiesOf(state), null, 'unread' as const], how) ?? null) : 'unread',
    retryAt: (at + (1 + (how % 7)) * 10 * minute) as Instant,
    at,
  }
}

/** The command by which a process begins the step that is due: a claim, or the errand itself. */
export const stepCommand = (play: Play, step: Step, how: number): KeyCommand => {
  const { now: at, serial } = play
  const until = (at + 2 * minute) as Instant
  switch (step._tag) {
    case 'Create':
      return { _tag: 'IntendCreation', attempt: attempt(serial), nonce: nonce(serial), owner, until, at }
    case 'Apply':
      return { _tag: 'Claim', attempt: attempt(serial), effect: step.effect, hash: step.hash, owner, until, at }
    case 'Delete':
      return { _tag: 'Claim', attempt: attempt(serial), effect: 'delete', hash: step.hash, owner, until, at }
    case 'Guard':
      return step.doubtedSince === null
        ? { _tag: 'Claim', attempt: attempt(serial), effect: 'guard', hash: step.hash, owner, until, at }
        : runErrand(step, play, how)
    case 'Look':
    case 'CloseClaim':
    case 'Read':
    case 'Prove':
    case 'Shred':
    case 'Verify':
    case 'Measure':
    case 'Turn':
      return runErrand(step, play, how)
  }
}

export const requestOf = (command: KeyCommand, step: Step): Request | null => {
  if (command._tag === 'IntendCreation') {
    const { attempt: id, nonce: own } = command
    return { _tag: 'Create', attempt: id, nonce: own, hash: hash(Number(`0x${own}`)) }
  }
  if (command._tag !== 'Claim') return null
  const policy = step._tag === 'Apply' ? step.policy : containedPolicy
  return { _tag: 'Change', attempt: command.attempt, effect: command.effect, hash: command.hash, policy }
}
