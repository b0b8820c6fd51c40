import type { Cause } from '../domain/key/cause.js'
import type { ChangeResult, CreationResult, GuardResult, KeyCommand } from '../domain/key/command.js'
import { wantedGuard } from '../domain/key/guard.js'
import { judge, type Witnesses } from '../domain/key/proof.js'
import type { RemotePolicy } from '../domain/key/remote-policy.js'
import { isOfOther, otherLife } from '../domain/key/rotation.js'
import type { KeyState, Stage } from '../domain/key/state.js'
import type { Step } from '../domain/key/step.js'
import { wantedPolicy } from '../domain/key/wanted.js'
import { type GuardrailId, type KeyHash, type KeyName, lineageOf } from '../domain/shared/identifiers.js'
import type { Millis } from '../domain/shared/instant.js'
import { type Picodollars, zero } from '../domain/shared/picodollars.js'
import { noLimits } from '../domain/spend/limits.js'
import { later, type OpenRequest, type Walk } from './walk.js'

const minute = 60_000
const dollars = (amount: number): Picodollars => (BigInt(amount) * 10n ** 12n) as Picodollars
const passing: Cause = { kind: 'unreachable', status: null, message: 'no answer' }
const refused: Cause = { kind: 'refused', status: 403, message: 'refused' }
const born: RemotePolicy = { disabled: false, limit: zero, reset: null, includeByok: true }
const foreign: RemotePolicy = { disabled: false, limit: dollars(999), reset: 'monthly', includeByok: false }
const seen: Witnesses = { account: true, listing: 'lacks-it', byHash: 'absent', canary: 'held-key', secret: 'refused' }

const oneOf = <A>(choice: number, first: A, ...rest: ReadonlyArray<A>): A => [first, ...rest][choice % (rest.length + 1)] ?? first

const stageOf = (state: KeyState, hash: KeyHash): Stage =>
  state.rotation !== null && isOfOther(state, hash) ? otherLife(state, state.rotation).stage : state.stage

/** What the owner of the name asks, whatever its state: much of it is refused. */
export const ownerCommand = ({ now: at, state }: Walk, name: KeyName, choice: number): KeyCommand => {
  const limits = { ...noLimits, monthly: oneOf(choice, dollars(100), null, dollars(5)), daily: oneOf(choice >> 2, null, null, dollars(2)) }
  const spec = { limits, requireEnforced: false, includeByok: choice % 7 === 6, expiresAt: null, workspace: null, tags: {} }
  const add: KeyCommand = { _tag: 'Add', lineage: lineageOf(name, state.lineages + 1), spec, at }
  return oneOf<KeyCommand>(
    choice,
    add,
    { _tag: 'Contain', reason: 'user', note: null, at },
    { _tag: 'Lift', reason: 'user', at },
    { _tag: 'Remove', mode: { leaked: choice % 4 === 1, force: choice % 3 === 1 }, at },
    { _tag: 'ChangeLimits', patch: oneOf(choice >> 3, { monthly: dollars(50) }, { daily: dollars(7) }, { monthly: null }), at },
    { _tag: 'ChangeTags', patch: oneOf(choice >> 3, { team: 'web' }, { team: null }), at },
    { _tag: 'Rotate', mode: { grace: oneOf(choice >> 3, 0, 30 * minute) as Millis, leaked: choice % 5 === 4 }, expiresAt: null, at },
    { _tag: 'LeaveAlive', at },
    { _tag: 'RetryNow', at },
    { _tag: 'GiveUp', cause: passing, lastLook: 'unread', retryAt: later(at, 10 * minute), at },
  )
}

const creationResult = (hash: KeyHash, { now }: Walk, choice: number): CreationResult =>
  oneOf<CreationResult>(
    choice,
    { _tag: 'Created', hash, label: 'sk-or-v1-abc...123', policy: born },
    { _tag: 'Created', hash, label: 'sk-or-v1-abc...123', policy: born },
    { _tag: 'Unknown', cause: passing, settleUntil: later(now, 5 * minute) },
    { _tag: 'Created', hash, label: 'sk-or-v1-abc...123', policy: born },
    { _tag: 'Failed', cause: refused },
  )

const guardResult = ({ state }: Walk, hash: KeyHash, choice: number): GuardResult => {
  const stage = stageOf(state, hash)
  const cap = 'key' in stage ? wantedGuard(stage.key) : null
  const guardrail = cap === null || !('key' in stage) ? null : { id: 'guardrail-1' as GuardrailId, cap, includeByok: stage.key.incarnation.spec.includeByok }
  const done: GuardResult = { _tag: 'Observed', guardrail }
  return oneOf<GuardResult>(choice, done, done, { _tag: 'Unknown', cause: passing }, done, { _tag: 'Unavailable', cause: refused })
}

const changeResult = (policy: RemotePolicy | null, choice: number): ChangeResult => {
  const done: ChangeResult = policy === null ? { _tag: 'Deleted', answer: 'deleted' } : { _tag: 'Applied', policy }
  return oneOf<ChangeResult>(choice, done, done, { _tag: 'Unknown', cause: passing }, done, { _tag: 'Failed', cause: passing }, done, { _tag: 'Refused', cause: refused })
}

/** What a request comes back with: mostly that it is done. */
export const reportCommand = (request: OpenRequest, walk: Walk, choice: number): KeyCommand => {
  const { now: at } = walk
  const { attempt, effect, hash } = request
  const retryAt = later(at, 10 * minute)
  if (effect === 'create') return { _tag: 'RecordCreation', attempt, nonce: request.nonce, result: creationResult(hash, walk, choice), at }
  if (effect === 'guard') return { _tag: 'RecordGuard', attempt, hash, result: guardResult(walk, hash, choice), watched: choice % 3 === 0, retryAt, at }
  const result = changeResult(request.policy, choice)
  return { _tag: 'RecordChange', attempt, effect, hash, result, settleUntil: result._tag === 'Unknown' ? later(at, minute) : null, retryAt, at }
}

type Errand = Exclude<Step, { readonly _tag: 'Create' | 'Apply' | 'Delete' }>

/** What is read, judged or wiped without a claim. */
export const errandCommand = (step: Errand, walk: Walk, choice: number): KeyCommand => {
  const { now: at, state } = walk
  switch (step._tag) {
    case 'Look':
      return { _tag: 'RecordLook', attempt: step.attempt.id, found: [], lookedAt: later(Math.max(at, step.settleUntil), 0), at }
    case 'CloseClaim':
      return { _tag: 'ExpireClaim', attempt: step.attempt, ownerGone: choice % 2 === 0, settleUntil: later(at, 5 * minute), at }
    case 'Read':
      return { _tag: 'RecordRead', hash: step.hash, policy: choice % 9 === 8 ? foreign : wantedPolicy(stageOf(state, step.hash)), asOf: later(Math.max(at, step.notBefore ?? at), 0), at }
    case 'Guard':
      return { _tag: 'RecordGuard', attempt: null, hash: step.hash, result: guardResult(walk, step.hash, choice), watched: choice % 3 === 0, retryAt: later(at, 10 * minute), at }
    case 'Prove':
      return { _tag: 'RecordProof', hash: step.hash, verdict: judge(oneOf(choice, seen, seen, { ...seen, secret: 'accepted' }, seen, { ...seen, account: false })), at }
    case 'Shred':
      return { _tag: 'RecordShred', lineage: step.lineage, generation: step.generation, at }
    case 'Verify':
      return { _tag: 'RecordVerification', hash: step.hash, accepted: choice % 5 !== 4, at }
    case 'Measure':
      return { _tag: 'RecordSpent', hash: step.hash, usage: { total: dollars(choice % 5), day: dollars(choice % 5), week: dollars(choice % 5), month: dollars(choice % 5) }, lagBound: zero, quiet: minute as Millis, at }
    case 'Turn':
      return { _tag: 'RecordTurn', at }
  }
}
