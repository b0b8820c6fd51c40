import { wantedGuard } from '../../src/domain/key/guard.js'
import type { GuardrailCap } from '../../src/domain/spend/policy.js'
import type { ChangeResult, CreationResult, GuardResult, KeyCommand, LastLook } from '../../src/domain/key/command.js'
import type { Effect } from '../../src/domain/key/event.js'
import { nextStep } from '../../src/domain/key/next-step.js'
import type { RemotePolicy } from '../../src/domain/key/remote-policy.js'
import type { KeyState } from '../../src/domain/key/state.js'
import { wantedOf, wantedPolicy } from '../../src/domain/key/wanted.js'
import type { AttemptId, GuardrailId, KeyHash, Nonce } from '../../src/domain/shared/identifiers.js'
import {
  add,
  adopt,
  after,
  alive,
  attempt,
  birthPolicy,
  cause,
  change,
  changeLimits,
  changeTags,
  condemn,
  contain,
  containedPolicy,
  creation,
  date,
  dollars,
  expire,
  foreignHash,
  foreignPolicy,
  forced,
  giveUp,
  gone,
  hash,
  intend,
  leaked,
  leaveAlive,
  lift,
  look,
  now,
  observe,
  owner,
  passing,
  plain,
  prove,
  read,
  refused,
  remove,
  retryNow,
  shred,
  type Turn,
} from '../../test/support/key-story.js'

const creations = (made: KeyHash): ReadonlyArray<CreationResult> => [
  { _tag: 'Created', hash: made, label: 'label', policy: birthPolicy },
  { _tag: 'Failed', cause: passing },
  { _tag: 'Failed', cause: cause('refused', 400) },
  { _tag: 'Failed', cause: refused },
  { _tag: 'Unknown', cause: passing, settleUntil: after },
  { _tag: 'Unsealable', hash: made, cause: cause('unsealable') },
]

const changes = (wanted: RemotePolicy, isDelete: boolean): ReadonlyArray<ChangeResult> => [
  isDelete ? { _tag: 'Deleted', answer: 'deleted' } : { _tag: 'Applied', policy: wanted },
  isDelete ? { _tag: 'Deleted', answer: 'absent' } : { _tag: 'Absent' },
  { _tag: 'Failed', cause: passing },
  { _tag: 'Refused', cause: refused },
  { _tag: 'Unknown', cause: passing },
]

const guardGone: Turn = (state, at) => ({
  _tag: 'ObserveGuard',
  hash: 'key' in state.stage ? state.stage.key.hash : foreignHash,
  found: null,
  asOf: at,
  at,
})

const retryGuard: Turn = (_state, at) => ({ _tag: 'RetryGuard', at })

/** What a key's owner may ask, and what a sweep may bring. */
const always: ReadonlyArray<Turn> = [
  add,
  adopt(),
  contain,
  lift,
  changeLimits({ monthly: dollars(9), daily: dollars(2) }),
  changeTags({ team: 'web' }),
  remove(plain),
  remove(leaked),
  remove(forced),
  leaveAlive,
  retryNow,
  condemn(foreignHash),
  observe(foreignPolicy),
  observe(null),
  guardGone,
  retryGuard,
]

const lateCreation: Turn = (_state, at) => ({
  _tag: 'RecordCreation',
  attempt: attempt(98),
  nonce: '9'.repeat(32) as Nonce,
  result: { _tag: 'Created', hash: hash(98), label: 'late', policy: birthPolicy },
  at,
})

const lateGuard: Turn = (state, at) =>
  guardTold(attempt(96), 'key' in state.stage ? state.stage.key.hash : foreignHash, { _tag: 'Unknown', cause: passing })(state, at)

const lateChange: Turn = (state, at) => {
  const command = change({ _tag: 'Unknown', cause: passing })(state, at)
  return 'attempt' in command ? { ...command, attempt: attempt(97) } : command
}

const resurfaced: Turn = (state, at) => observe(foreignPolicy, state.buried[0]?.hash ?? foreignHash)(state, at)

const lastLooks = (state: KeyState): ReadonlyArray<LastLook> => {
  const before = 'key' in state.stage ? wantedOf(state.stage.key) : containedPolicy
  return ['unread', null, before, containedPolicy]
}

const claiming =
  (effect: Effect, claimed: KeyHash): Turn =>
  (_state, at) => ({ _tag: 'Claim', attempt: attempt(50), effect, hash: claimed, owner, until: date, at })

const guards = (cap: GuardrailCap | null): ReadonlyArray<GuardResult> => [
  { _tag: 'Observed', guardrail: cap === null ? null : { id: 'g-1' as GuardrailId, cap, includeByok: false } },
  { _tag: 'Observed', guardrail: null },
  { _tag: 'Unavailable', cause: refused },
  { _tag: 'Absent' },
  { _tag: 'Refused', cause: refused },
  { _tag: 'Failed', cause: passing },
  { _tag: 'Unknown', cause: passing },
]

const guardTold =
  (id: AttemptId | null, about: KeyHash, result: GuardResult): Turn =>
  (_state, at) => ({ _tag: 'RecordGuard', attempt: id, hash: about, result, watched: false, retryAt: date, at })

/** What the loop can bring back from the step that is due: every outcome that makes a difference. */
const loopTurns = (state: KeyState): ReadonlyArray<Turn> => {
  const wanted = wantedPolicy(state.stage) ?? containedPolicy
  const { claim, stage } = state
  if (claim?.effect === 'guard') {
    const cap = stage._tag === 'Provisioned' || stage._tag === 'Held' ? wantedGuard(stage.key) : null
    return [...guards(cap).map((result) => guardTold(claim.attempt, claim.hash, result)), expire]
  }
  if (claim !== null)
    return [...changes(wanted, claim.effect === 'delete').map(change), expire]
  if (stage._tag === 'Creating') return [...creations(hash(state.lineages)).map(creation), expire]
  const soon = nextStep(state, now)
  const next = soon._tag === 'Due' ? soon : nextStep(state, after)
  if (next._tag !== 'Due') return []
  const { step } = next
  switch (step._tag) {
    case 'Create':
      return [intend]
    case 'Look':
      return [look([hash(50 + state.lineages)]), look([])]
    case 'CloseClaim':
      return [expire]
    case 'Read':
      return [read(wanted), read(containedPolicy), read(foreignPolicy), read(null)]
    case 'Apply':
      return [claiming(step.effect, step.hash)]
    case 'Delete':
      return [claiming('delete', step.hash)]
    case 'Guard':
      return [claiming('guard', step.hash), ...guards(step.cap).map((result) => guardTold(null, step.hash, result))]
    case 'Prove':
      return [prove(gone, step.hash), prove(alive, step.hash)]
    case 'Shred':
      return [shred]
    case 'Verify':
    case 'Measure':
    case 'Turn':
      return []
  }
}

/** Commands to give in a state: the owner's, the sweep's, the loop's, and giving up; those that are refused change nothing. */
export const commandsIn = (state: KeyState): ReadonlyArray<KeyCommand> => {
  const turns = [...always, lateCreation, lateChange, lateGuard, resurfaced, ...loopTurns(state)]
  const giveUps = lastLooks(state).flatMap((last) => [giveUp(passing, last), giveUp(passing, last, after), giveUp(refused, last)])
  return [...turns, ...giveUps].map((turn) => turn(state, now))
}
