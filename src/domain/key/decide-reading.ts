import type { LoopCommand, SweepCommand } from './command.js'
import { type Decision, facts, refuse, unlessInFlight } from './decide-owner.js'
import type { KeyEvent } from './event.js'
import { isTightened, type RemotePolicy, samePolicy } from './remote-policy.js'
import { isOfOther, stagesOf } from './rotation.js'
import type { KeyState, Stage, StageOf } from './state.js'
import { afterReading, arrivalsEnded, isOurs, unsettledUntil } from './underway.js'
import { wantedOf } from './wanted.js'

type Loop<T extends LoopCommand['_tag']> = Extract<LoopCommand, { readonly _tag: T }>
type Sweep<T extends SweepCommand['_tag']> = Extract<SweepCommand, { readonly _tag: T }>

const knows = (stage: StageOf<'Held'> | StageOf<'RollingBack'>, policy: KeyPolicy): boolean =>
  policy === null
    ? stage.key.remote._tag === 'Absent'
    : stage.key.remote._tag === 'Known' && samePolicy(stage.key.remote.policy, policy)

type KeyPolicy = Loop<'RecordRead'>['policy']

/** What was seen, where it is new, and what can come no more. */
const seen = (stage: StageOf<'Held'> | StageOf<'RollingBack'>, policy: RemotePolicy, read: Loop<'RecordRead'>): ReadonlyArray<KeyEvent> => [
  ...(knows(stage, policy) ? [] : [{ type: 'PolicyObserved' as const, policy, at: read.at }]),
  ...arrivalsEnded(stage.key, read.asOf, read.at),
]

const anyOf = ([first, ...rest]: ReadonlyArray<KeyEvent>): Decision =>
  first === undefined ? refuse({ _tag: 'NothingNew' }) : facts(first, ...rest)

const readHeld = (stage: StageOf<'Held'>, read: Loop<'RecordRead'>): Decision => {
  const { at, policy } = read
  if (policy !== null) return anyOf(seen(stage, policy, read))
  return knows(stage, policy) ? refuse({ _tag: 'NothingNew' }) : facts({ type: 'DriftObserved', policy, at })
}

/** What was known is other than what is seen, and lets more be spent: a person did that, and is not overruled. */
const tightening = (stage: StageOf<'Held'> | StageOf<'Removing'>, policy: KeyPolicy, at: KeyEvent['at']): ReadonlyArray<KeyEvent> => {
  const { remote } = stage.key
  if (policy === null || remote._tag !== 'Known' || samePolicy(remote.policy, policy) || isOurs(stage.key, policy)) return []
  return isTightened(policy, wantedOf(stage.key))
    ? [{ type: 'ContainmentRequested', reason: 'drift', note: null, at }]
    : []
}

const readRollingBack = (stage: StageOf<'RollingBack'>, read: Loop<'RecordRead'>): Decision => {
  const { asOf, at, policy } = read
  if (policy === null) return facts({ type: 'RemovalVerified', policy, at })
  const restored = samePolicy(policy, wantedOf(stage.key)) && unsettledUntil(afterReading(stage.key, asOf)) === null
  return anyOf([
    ...seen(stage, policy, read),
    ...(restored ? [{ type: 'RemovalRolledBack' as const, cause: stage.cause, at }] : []),
  ])
}

export const onRecordRead = (command: Loop<'RecordRead'>, state: KeyState): Decision =>
  unlessInFlight(state, () => {
    const { stage } = state
    const { at, hash, policy } = command
    if (!('key' in stage) || stage.key.hash !== hash) return refuse({ _tag: 'Superseded' })
    if (stage._tag === 'Held') return readHeld(stage, command)
    if (stage._tag === 'RollingBack') return readRollingBack(stage, command)
    if (stage._tag === 'Removing' && stage.destruction.phase === 'verify')
      return facts({ type: 'RemovalVerified', policy, at }, ...tightening(stage, policy, at))
    return refuse({ _tag: 'NothingNew' })
  })

export const onRecordProof = (command: Loop<'RecordProof'>, state: KeyState): Decision => {
  const { at, hash, verdict } = command
  const { stage } = state
  const ending = stage._tag === 'Removing' || stage._tag === 'Outstanding' || stage._tag === 'Compensating'
  const mine = ending && stage.key.hash === hash && stage.destruction.phase === 'prove'
  const strays = state.strays.some((stray) => stray.hash === hash && stray.phase === 'prove')
  if (!mine && !strays) return refuse({ _tag: 'Superseded' })
  switch (verdict._tag) {
    case 'Gone':
      return facts({ type: 'RevocationProven', hash, proof: verdict.proof, at })
    case 'Alive':
      return facts({ type: 'RevocationDisproved', hash, witnesses: verdict.witnesses, at })
    case 'Inconclusive':
      return refuse({ _tag: 'NothingNew' })
  }
}

const shredEnding = (
  stage: StageOf<'Removing'> | StageOf<'Outstanding'>,
  shredded: ReadonlyArray<KeyEvent>,
  at: KeyEvent['at'],
): Decision => {
  const { hash, incarnation, secretHeld } = stage.key
  const { alreadyGone, phase, proof } = stage.destruction
  const { lineage } = incarnation
  if (phase === 'shred') {
    const remote = alreadyGone ? 'already-gone' : 'revoked'
    return facts(...withEnd(shredded, { type: 'Removed', lineage, hash, remote, proof, at }))
  }
  return stage._tag === 'Outstanding' && stage.mode.force && secretHeld
    ? facts({ type: 'SecretShredded', lineage, at })
    : refuse({ _tag: 'NotDue' })
}

export const onRecordShred = (command: Loop<'RecordShred'>, state: KeyState): Decision => {
  const { stage } = state
  const { at, lineage } = command
  if (!('key' in stage) || stage.key.incarnation.lineage !== lineage) return refuse({ _tag: 'Superseded' })
  const { hash, secretHeld } = stage.key
  const shredded: ReadonlyArray<KeyEvent> = secretHeld ? [{ type: 'SecretShredded', lineage, at }] : []
  switch (stage._tag) {
    case 'LeavingAlive':
      return facts(...withEnd(shredded, { type: 'Removed', lineage, hash, remote: 'left-alive', proof: null, at }))
    case 'Compensating':
      return stage.destruction.phase === 'shred'
        ? facts(...withEnd(shredded, { type: 'ProvisioningRolledBack', cause: stage.cause, at }))
        : refuse({ _tag: 'NotDue' })
    case 'Removing':
    case 'Outstanding':
      return shredEnding(stage, shredded, at)
    case 'Provisioned':
    case 'Held':
    case 'RollingBack':
      return refuse({ _tag: 'NotDue' })
  }
}

const withEnd = (before: ReadonlyArray<KeyEvent>, end: KeyEvent): readonly [KeyEvent, ...KeyEvent[]] => {
  const [first, ...rest] = before
  return first === undefined ? [end] : [first, ...rest, end]
}

/** What a sweep saw of one remote key. A dead key that lives again is ours to destroy. */
export const onObserve = (command: Sweep<'Observe'>, state: KeyState): Decision => {
  const { at, hash, policy } = command
  const { stage } = state
  if (policy !== null && state.buried.some((each) => each.hash === hash))
    return state.strays.some((stray) => stray.hash === hash)
      ? refuse({ _tag: 'NothingNew' })
      : facts({ type: 'StrayFound', hash, origin: 'resurfaced', nonce: null, at })
  return unlessInFlight(state, () => {
    if (stage._tag !== 'Held' || stage.key.hash !== hash || knows(stage, policy)) return refuse({ _tag: 'NothingNew' })
    // After a change of our own without an answer, what is seen may be that change, or the time before it.
    if (policy !== null && (isOurs(stage.key, policy) || samePolicy(policy, wantedOf(stage.key)))) return facts({ type: 'PolicyObserved', policy, at })
    return facts({ type: 'DriftObserved', policy, at }, ...tightening(stage, policy, at))
  })
}

export const onCondemn = (command: Sweep<'Condemn'>, state: KeyState): Decision => {
  const { at, hash, nonce, origin } = command
  const { stage } = state
  const known = state.strays.some((stray) => stray.hash === hash)
  const held = ('key' in stage && stage.key.hash === hash) || isOfOther(state, hash) || state.leftAlive.includes(hash)
  if (known || held) return refuse({ _tag: 'NothingNew' })
  return facts({ type: 'StrayFound', hash, origin, nonce, at })
}

/** A debt that was never tried has a date, and no failure that a retry could hurry. */
const hasFailed = (stage: Stage): boolean => 'stall' in stage && stage.stall !== null && stage.stall.failures > 0

const hasStall = (state: KeyState): boolean =>
  stagesOf(state).some(hasFailed) || state.strays.some((stray) => stray.stall !== null)

export const onRetryNow = (command: Sweep<'RetryNow'>, state: KeyState): Decision =>
  hasStall(state) ? facts({ type: 'RetryRequested', at: command.at }) : refuse({ _tag: 'NothingNew' })
