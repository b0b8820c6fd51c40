import type { LoopCommand } from './command.js'
import { type Decision, facts, refuse, unlessInFlight } from './decide-owner.js'
import { isPassing } from './cause.js'
import type { KeyHash } from '../shared/identifiers.js'
import { unknownOutcome } from './decide-change.js'
import type { KeyEvent } from './event.js'
import { isOfOther } from './rotation.js'
import { birthLimits } from './spec.js'
import type { KeyState } from './state.js'

type Command<T extends LoopCommand['_tag']> = Extract<LoopCommand, { readonly _tag: T }>

/** One POST per intent, and no new intent while a lost key of this name is still to be destroyed. */
export const onIntendCreation = (command: Command<'IntendCreation'>, state: KeyState): Decision => {
  const { stage } = state
  if (stage._tag !== 'CreateDue' || state.strays.length > 0) return refuse({ _tag: 'NotDue' })
  return facts({
    type: 'CreationIntended',
    attempt: command.attempt,
    nonce: command.nonce,
    birthLimit: stage.birthLimit,
    owner: command.owner,
    claimUntil: command.until,
    at: command.at,
  })
}

export const onClaim = (command: Command<'Claim'>, state: KeyState): Decision =>
  unlessInFlight(state, () =>
    facts({
      type: 'ChangeClaimed',
      attempt: command.attempt,
      effect: command.effect,
      hash: command.hash,
      owner: command.owner,
      claimUntil: command.until,
      at: command.at,
    }),
  )

const expired = { kind: 'claim-expired', status: null, message: 'the process that claimed it never reported' } as const

/** Before the claim's end only its owner may speak; after it, or once the owner is dead, the outcome is unknown to everybody. */
export const onExpireClaim = (command: Command<'ExpireClaim'>, state: KeyState): Decision => {
  const { claim, stage } = state
  const { attempt, at, ownerGone } = command
  if (stage._tag === 'Creating' && stage.attempt.id === attempt)
    return at < stage.attempt.claimUntil && !ownerGone
      ? refuse({ _tag: 'InFlight', until: stage.attempt.claimUntil })
      : facts({ type: 'CreationOutcomeUnknown', attempt, cause: expired, settleUntil: command.settleUntil, at })
  if (claim?.attempt !== attempt) return refuse({ _tag: 'Superseded' })
  return at < claim.until && !ownerGone
    ? refuse({ _tag: 'InFlight', until: claim.until })
    : unknownOutcome(state, { at, attempt, cause: expired, settleUntil: command.settleUntil })
}

/** Told of before: above all, the key of the name must never become a stray because its birth is reported twice. */
const isKnown = (state: KeyState, hash: KeyHash): boolean =>
  ('key' in state.stage && state.stage.key.hash === hash) ||
  isOfOther(state, hash) ||
  state.leftAlive.includes(hash) ||
  state.strays.some((stray) => stray.hash === hash) ||
  state.buried.some((each) => each.hash === hash)

/** A key that arrives after its attempt was closed is not the key of the name: it is a stray, and its secret is forgotten. */
const lateCreation = (command: Command<'RecordCreation'>, state: KeyState): Decision => {
  const { at, result, nonce } = command
  if (result._tag !== 'Created' && result._tag !== 'Unsealable') return refuse({ _tag: 'Superseded' })
  if (isKnown(state, result.hash)) return refuse({ _tag: 'Superseded' })
  const found: KeyEvent = { type: 'StrayFound', hash: result.hash, origin: 'late-create', nonce, at }
  const { stage } = state
  if (stage._tag !== 'CreateUnknown' || stage.attempt.id !== command.attempt) return facts(found)
  return closing(state, command.attempt, 'orphaned', [found], at)
}

const abandonment = { kind: 'user', status: null, message: 'its owner gave it up' } as const

const closing = (
  state: KeyState,
  attempt: Command<'RecordCreation'>['attempt'],
  finding: 'not-created' | 'orphaned',
  found: ReadonlyArray<KeyEvent>,
  at: KeyEvent['at'],
): Decision => {
  const abandoned = state.stage._tag === 'CreateUnknown' && state.stage.abandoned
  const end: ReadonlyArray<KeyEvent> = abandoned ? [{ type: 'ProvisioningRolledBack', cause: abandonment, at }] : []
  return facts({ type: 'AttemptClosed', attempt, finding, at }, ...found, ...end)
}

export const onRecordCreation = (command: Command<'RecordCreation'>, state: KeyState): Decision => {
  const { stage } = state
  const { attempt, at, nonce, result } = command
  if (stage._tag !== 'Creating' || stage.attempt.id !== attempt) return lateCreation(command, state)
  switch (result._tag) {
    case 'Created':
      return facts({
        type: 'Provisioned',
        attempt,
        hash: result.hash,
        label: result.label,
        policy: result.policy,
        at,
      })
    case 'Unsealable':
      return facts(
        { type: 'AttemptClosed', attempt, finding: 'orphaned', at },
        { type: 'StrayFound', hash: result.hash, origin: 'lost-create', nonce, at },
        { type: 'ProvisioningRolledBack', cause: result.cause, at },
      )
    case 'Unknown':
      return facts({
        type: 'CreationOutcomeUnknown',
        attempt,
        cause: result.cause,
        settleUntil: result.settleUntil,
        at,
      })
    case 'Failed': {
      const failed: KeyEvent = { type: 'CreationFailed', attempt, cause: result.cause, at }
      const zeroRefused = result.cause.status === 400 && stage.attempt.birthLimit === birthLimits.none
      return isPassing(result.cause) || zeroRefused
        ? facts(failed)
        : facts(failed, { type: 'ProvisioningRolledBack', cause: result.cause, at })
    }
  }
}

/** Found: its secret is lost, so it dies, unless somebody holds it. Not found: believed only when the look began after the settle time. */
export const onRecordLook = (command: Command<'RecordLook'>, state: KeyState): Decision => {
  const { stage } = state
  const { at, attempt, found, lookedAt } = command
  if (stage._tag !== 'CreateUnknown' || stage.attempt.id !== attempt) return refuse({ _tag: 'Superseded' })
  if (found.length > 0) {
    const { nonce } = stage.attempt
    const strays = found.map((hash): KeyEvent => ({ type: 'StrayFound', hash, origin: 'lost-create', nonce, at }))
    return closing(state, attempt, 'orphaned', strays, at)
  }
  if (command.heldElsewhere === true) return closing(state, attempt, 'orphaned', [], at)
  return lookedAt < stage.settleUntil ? refuse({ _tag: 'NothingNew' }) : closing(state, attempt, 'not-created', [], at)
}
