import { isLeft } from 'fp-ts/lib/Either.js'

import type { Cause } from '../../src/domain/key/cause.js'
import type { ChangeResult, CreationResult, KeyCommand, LastLook } from '../../src/domain/key/command.js'
import type { RemovalMode } from '../../src/domain/key/event.js'
import { keyDecider } from '../../src/domain/key/index.js'
import { nextStep } from '../../src/domain/key/next-step.js'
import type { Step } from '../../src/domain/key/step.js'
import { judge, type Witnesses } from '../../src/domain/key/proof.js'
import type { RemotePolicy } from '../../src/domain/key/remote-policy.js'
import type { KeySpec } from '../../src/domain/key/spec.js'
import type { KeyState } from '../../src/domain/key/state.js'
import { noSchedule, type Schedule, type SchedulePatch } from '../../src/domain/key/schedule.js'
import type { TagsPatch } from '../../src/domain/key/tags.js'
import { wantedPolicy } from '../../src/domain/key/wanted.js'
import { fold } from '../../src/domain/decider.js'
import {
  type AttemptId,
  type KeyHash,
  type KeyName,
  lineageOf,
  type Nonce,
  type OwnerId,
} from '../../src/domain/shared/identifiers.js'
import { type LimitsPatch, noLimits } from '../../src/domain/spend/limits.js'
import type { Instant } from '../../src/domain/shared/instant.js'
import type { Picodollars } from '../../src/domain/shared/picodollars.js'

/** Stories happen at `start`; whatever has a date in them is due at `date`, a story's `now` is before it, `after` past it. */
export const start = Date.parse('2026-01-01T00:00:00Z') as Instant
export const now = (start + 3_600_000) as Instant
export const date = (start + 7_200_000) as Instant
export const after = (start + 10_800_000) as Instant

export const name = 'k' as KeyName
export const owner = 'process-1' as OwnerId
export const otherOwner = 'process-2' as OwnerId

const padded = (text: string, length: number): string => text.padStart(length, '0')
export const attempt = (n: number): AttemptId => padded(n.toString(16), 32) as AttemptId
export const nonce = (n: number): Nonce => padded(n.toString(16), 32) as Nonce
/** The hash of the key that the `n`th attempt makes. */
export const hash = (n: number): KeyHash => padded(n.toString(16), 64) as KeyHash
export const foreignHash = 'f'.repeat(64) as KeyHash

export const dollars = (amount: number): Picodollars => (BigInt(amount) * 10n ** 12n) as Picodollars

export const spec: KeySpec = {
  limits: { ...noLimits, monthly: dollars(100) },
  requireEnforced: false,
  includeByok: false,
  expiresAt: null,
  workspace: null,
  tags: {},
}

export const birthPolicy: RemotePolicy = { disabled: false, limit: dollars(0), reset: null, includeByok: true }
export const enabledPolicy: RemotePolicy = { disabled: false, limit: dollars(100), reset: 'monthly', includeByok: false }
export const containedPolicy: RemotePolicy = { ...enabledPolicy, disabled: true, limit: dollars(0) }
export const foreignPolicy: RemotePolicy = { ...enabledPolicy, limit: dollars(999) }

export const cause = (kind: Cause['kind'], status: number | null = null): Cause => ({ kind, status, message: kind })
export const passing = cause('unreachable')
export const refused = cause('refused', 403)
export const keptDifferently = cause('kept-differently')

const seen: Witnesses = {
  account: true,
  listing: 'lacks-it',
  byHash: 'absent',
  canary: 'earlier-read',
  secret: 'refused',
}
export const gone = judge(seen)
export const alive = judge({ ...seen, secret: 'accepted' })
export const inconclusive = judge({ ...seen, account: false })

/** One turn of a story: the command that is given in the state that was reached. */
export type Turn = (state: KeyState, at: Instant) => KeyCommand

const brief = (state: KeyState): string => `${state.stage._tag}${state.claim === null ? '' : ', claimed'}`

/** The state after `turns`, each of which must be accepted: so every state told is one that can be reached. */
export const tell = (...turns: ReadonlyArray<Turn>): KeyState =>
  turns.reduce<KeyState>((state, turn, index) => {
    const command = turn(state, (start + index * 1000) as Instant)
    const decision = keyDecider.decide(command, state)
    if (isLeft(decision))
      throw new Error(`turn ${index + 1}, ${command._tag}, is refused with ${decision.left._tag} in ${brief(state)}`)
    return fold(keyDecider, state, decision.right)
  }, keyDecider.initial)

export const hashOf = (state: KeyState): KeyHash => ('key' in state.stage ? state.stage.key.hash : hash(1))

/** The attempt that is under way, or one that is long closed. */
export const attemptOf = (state: KeyState): AttemptId => {
  const { claim, stage } = state
  if (claim !== null) return claim.attempt
  return stage._tag === 'Creating' || stage._tag === 'CreateUnknown' ? stage.attempt.id : attempt(99)
}

const creationOf = (state: KeyState): AttemptId =>
  state.stage._tag === 'Creating' || state.stage._tag === 'CreateUnknown' ? state.stage.attempt.id : attempt(99)

const creations = (state: KeyState): number => ('tries' in state.stage ? state.stage.tries : 0)

const dueStep = (state: KeyState, at: Instant): Step => {
  const next = nextStep(state, at)
  if (next._tag !== 'Due') throw new Error(`nothing is due in ${brief(state)}`)
  return next.step
}

export const add: Turn = (state, at) => ({ _tag: 'Add', lineage: lineageOf(name, state.lineages + 1), spec, at })

/** The hash of the key that the name's next life adopts. */
const adoptedHash = (state: KeyState): KeyHash => hash(700 + state.lineages)

/** A key that somebody else made becomes ours, under a lifetime cap that our limits cannot say. */
export const adopt =
  (policy: RemotePolicy = { ...enabledPolicy, reset: null }, sealed = true, schedule: Schedule = noSchedule): Turn =>
  (state, at) => ({
    _tag: 'Adopt',
    lineage: lineageOf(name, state.lineages + 1),
    spec: { ...spec, limits: noLimits },
    hash: adoptedHash(state),
    label: 'sk-or-v1-def...456',
    policy,
    sealed,
    schedule,
    at,
  })

/** Attempts are numbered through a name's whole life: the second try of the second life is 22. */
const number = (state: KeyState): number => (state.lineages - 1) * 20 + creations(state) + 1

export const intend: Turn = (state, at) => ({
  _tag: 'IntendCreation',
  attempt: attempt(number(state)),
  nonce: nonce(number(state)),
  owner,
  until: date,
  at,
})

export const creation =
  (result: CreationResult): Turn =>
  (state, at) => ({
    _tag: 'RecordCreation',
    attempt: creationOf(state),
    nonce: nonce(Number(creationOf(state))),
    result,
    at,
  })

export const created: Turn = (state, at) =>
  creation({ _tag: 'Created', hash: hash(number(state) - 1), label: 'sk-or-v1-abc...123', policy: birthPolicy })(state, at)

export const creationLost = creation({ _tag: 'Unknown', cause: passing, settleUntil: date })

export const changeLimits =
  (patch: LimitsPatch): Turn =>
  (_state, at) => ({ _tag: 'ChangeLimits', patch, at })

/** Somebody brings the secret of the very key. */
export const takeSecret: Turn = (state, at) => ({ _tag: 'TakeSecret', hash: hashOf(state), at })

export const changeTags =
  (patch: TagsPatch): Turn =>
  (_state, at) => ({ _tag: 'ChangeTags', patch, at })

export const changeSchedule =
  (patch: SchedulePatch): Turn =>
  (_state, at) => ({ _tag: 'ChangeSchedule', patch, at })

/** An earlier attempt of this name comes back with its key after all. */
export const bornLate =
  (n: number): Turn =>
  (_state, at) => ({
    _tag: 'RecordCreation',
    attempt: attempt(n),
    nonce: nonce(n),
    result: { _tag: 'Created', hash: hash(n), label: 'late', policy: birthPolicy },
    at,
  })

export const look =
  (found: ReadonlyArray<KeyHash>, lookedAt: Instant = after): Turn =>
  (state, at) => ({ _tag: 'RecordLook', attempt: creationOf(state), found, lookedAt, at })

/** Claims the change that is due now, or at the date. */
export const claim =
  (at: Instant = now): Turn =>
  (state) => {
    const step = dueStep(state, at)
    if (step._tag !== 'Apply' && step._tag !== 'Delete') throw new Error(`${step._tag} needs no claim`)
    const effect = step._tag === 'Apply' ? step.effect : 'delete'
    return { _tag: 'Claim', attempt: attempt(50), effect, hash: step.hash, owner, until: date, at }
  }

export const change =
  (result: ChangeResult): Turn =>
  (state, at) => ({
    _tag: 'RecordChange',
    attempt: state.claim?.attempt ?? attempt(99),
    effect: state.claim?.effect ?? 'contain',
    hash: state.claim?.hash ?? hashOf(state),
    result,
    settleUntil: result._tag === 'Unknown' ? after : null,
    retryAt: date,
    at,
  })

export const applied: Turn = (state, at) =>
  change({ _tag: 'Applied', policy: wantedPolicy(state.stage) ?? containedPolicy })(state, at)
export const deleted = change({ _tag: 'Deleted', answer: 'deleted' })
export const foundAbsent = change({ _tag: 'Deleted', answer: 'absent' })
export const changeRefused = change({ _tag: 'Refused', cause: refused })
export const changeUnknown = change({ _tag: 'Unknown', cause: passing })

export const expire: Turn = (state) => ({
  _tag: 'ExpireClaim',
  attempt: attemptOf(state),
  ownerGone: false,
  settleUntil: after,
  at: date,
})

export const read =
  (policy: RemotePolicy | null, asOf?: Instant): Turn =>
  (state, at) => ({ _tag: 'RecordRead', hash: hashOf(state), policy, asOf: asOf ?? at, at })

export const observe =
  (policy: RemotePolicy | null, observed?: KeyHash): Turn =>
  (state, at) => ({ _tag: 'Observe', hash: observed ?? hashOf(state), policy, at })

export const prove =
  (verdict = gone, proven?: KeyHash): Turn =>
  (state, at) => ({ _tag: 'RecordProof', hash: proven ?? hashOf(state), verdict, at })

export const shred: Turn = (state, at) => ({ _tag: 'RecordShred', lineage: lineageOf(name, state.lineages), at })

export const condemn =
  (condemned: KeyHash): Turn =>
  (_state, at) => ({ _tag: 'Condemn', hash: condemned, origin: 'unheld', nonce: null, at })

export const contain: Turn = (_state, at) => ({ _tag: 'Contain', reason: 'user', note: null, at })
export const lift: Turn = (_state, at) => ({ _tag: 'Lift', reason: 'user', at })
export const leaveAlive: Turn = (_state, at) => ({ _tag: 'LeaveAlive', at })
export const retryNow: Turn = (_state, at) => ({ _tag: 'RetryNow', at })

export const plain: RemovalMode = { leaked: false, force: false }
export const leaked: RemovalMode = { leaked: true, force: false }
export const forced: RemovalMode = { leaked: false, force: true }
export const leakedAndForced: RemovalMode = { leaked: true, force: true }

export const remove =
  (mode: RemovalMode = plain): Turn =>
  (_state, at) => ({ _tag: 'Remove', mode, at })

export const giveUp =
  (why: Cause = passing, lastLook: LastLook = 'unread', at: Instant = now): Turn =>
  () => ({ _tag: 'GiveUp', cause: why, lastLook, retryAt: at < date ? date : after, at })

/** From nothing to an active key. */
export const anActiveKey: ReadonlyArray<Turn> = [add, intend, created, claim(), applied]
export const aSuspendedKey: ReadonlyArray<Turn> = [...anActiveKey, contain, claim(), applied]
/** A key of an earlier life, proven dead. */
export const aRemovedKey: ReadonlyArray<Turn> = [
  ...anActiveKey,
  remove(),
  read(enabledPolicy),
  claim(),
  applied,
  claim(),
  deleted,
  prove(),
  shred,
]
