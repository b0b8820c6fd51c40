import type { AttemptId } from '../shared/identifiers.js'
import type { GuardResult, LoopCommand, SweepCommand } from './command.js'
import { type Decision, facts, refuse, unlessInFlight } from './decide-owner.js'
import { undoing } from './decide-limits.js'
import type { KeyEvent } from './event.js'
import { askedGuard, isGuarded, isGuardKnown } from './guard.js'
import type { Guard } from './own-guardrail.js'
import type { KeyState, StageOf } from './state.js'

type RecordGuard = Extract<LoopCommand, { readonly _tag: 'RecordGuard' }>

const refusedHeld = (command: RecordGuard, stage: StageOf<'Held'>, cause: Extract<GuardResult, { readonly _tag: 'Refused' }>['cause']): KeyEvent =>
  stage.change?.kind === 'limits'
    ? undoing(stage.change, cause, command.at)
    : { type: 'ConvergenceStalled', cause, retryAt: command.retryAt, at: command.at }

type Unavailable = Extract<GuardResult, { readonly _tag: 'Unavailable' }>

/** A key that is to be enforced or not at all is not activated, and keeps its old limits, where neither a guardrail nor a watcher would do it. */
const unavailable = (command: RecordGuard, stage: StageOf<'Provisioned'> | StageOf<'Held'>, cause: Unavailable['cause']): KeyEvent => {
  const { at } = command
  const unenforced = stage.key.incarnation.spec.requireEnforced && !command.watched
  const nobody = { kind: 'unenforced', status: cause.status, message: `nobody would enforce the daily limit (${cause.message})` } as const
  if (unenforced && stage._tag === 'Provisioned') return { type: 'ActivationRefused', cause: nobody, at }
  if (unenforced && stage._tag === 'Held' && stage.change?.kind === 'limits') return undoing(stage.change, nobody, at)
  return { type: 'GuardrailUnavailable', cause, at }
}

const gone = { kind: 'absent', status: 404, message: 'the key is not there any more' } as const

const onResult = (command: RecordGuard, state: KeyState, attempt: RecordGuard['attempt']): Decision => {
  const { at, result } = command
  const { stage } = state
  if (stage._tag !== 'Provisioned' && stage._tag !== 'Held') return refuse({ _tag: 'Superseded' })
  switch (result._tag) {
    case 'Observed':
      return facts({ type: 'GuardrailObserved', guardrail: result.guardrail, at })
    case 'Unavailable':
      return facts(unavailable(command, stage, result.cause))
    case 'Absent':
      return facts(stage._tag === 'Held' ? { type: 'DriftObserved', policy: null, at } : { type: 'ActivationRefused', cause: gone, at })
    case 'Refused':
      return facts(stage._tag === 'Held' ? refusedHeld(command, stage, result.cause) : { type: 'ActivationRefused', cause: result.cause, at })
    case 'Failed':
      return attempt === null ? refuse({ _tag: 'NothingNew' }) : facts({ type: 'ChangeFailed', attempt, cause: result.cause, at })
    case 'Unknown':
      return attempt === null ? refuse({ _tag: 'NothingNew' }) : facts({ type: 'ChangeOutcomeUnknown', attempt, cause: result.cause, at })
  }
}

/** Its claim was closed meanwhile: where it may have changed something, what is known of the guardrail is void. */
const late = ({ at, result }: RecordGuard, guard: Guard, attempt: AttemptId): Decision => {
  if (guard._tag === 'Unknown' && guard.since >= at) return refuse({ _tag: 'NothingNew' })
  return result._tag === 'Failed' || result._tag === 'Refused' || result._tag === 'Unavailable' || result._tag === 'Absent'
    ? refuse({ _tag: 'Superseded' })
    : facts({ type: 'GuardrailDoubted', attempt, at })
}

/** What a look at the key's guardrail showed (`attempt: null`), or what came of changing it. */
export const onRecordGuard = (command: RecordGuard, state: KeyState): Decision => {
  const { attempt, hash } = command
  if (!('key' in state.stage) || state.stage.key.hash !== hash) return refuse({ _tag: 'Superseded' })
  if (attempt === null) return unlessInFlight(state, () => onResult(command, state, null))
  if (state.claim?.attempt === attempt) return onResult(command, state, attempt)
  return late(command, state.stage.key.guard, attempt)
}

type Sweep<T extends SweepCommand['_tag']> = Extract<SweepCommand, { readonly _tag: T }>

/** What a sweep saw of a key's guardrail. Where a change is pending the loop looks by itself, and what happened since the sweep is newer than it. */
export const onObserveGuard = (command: Sweep<'ObserveGuard'>, state: KeyState): Decision =>
  unlessInFlight(state, () => {
    const { stage, updatedAt } = state
    const { asOf, at, found, hash } = command
    if (stage._tag !== 'Held' || stage.key.hash !== hash || (updatedAt !== null && updatedAt > asOf)) return refuse({ _tag: 'NothingNew' })
    const { guard } = stage.key
    if (guard._tag === 'Unavailable' || !isGuarded(stage.key) || isGuardKnown(guard, found)) return refuse({ _tag: 'NothingNew' })
    return facts({ type: 'GuardrailDriftObserved', guardrail: found, at })
  })

export const onRetryGuard = ({ at }: Sweep<'RetryGuard'>, state: KeyState): Decision =>
  unlessInFlight(state, () =>
    state.stage._tag === 'Held' && state.stage.key.guard._tag === 'Unavailable' && askedGuard(state.stage.key) !== null
      ? facts({ type: 'GuardrailRetryRequested', at })
      : refuse({ _tag: 'NothingNew' }),
  )
