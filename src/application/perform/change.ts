import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../../domain/key/cause.js'
import type { ChangeResult } from '../../domain/key/command.js'
import type { Effect } from '../../domain/key/event.js'
import type { Step } from '../../domain/key/step.js'
import { type RemotePolicy, samePolicy } from '../../domain/key/remote-policy.js'
import { stagesOf } from '../../domain/key/rotation.js'
import type { AttemptId, KeyHash, KeyName } from '../../domain/shared/identifiers.js'
import { type Millis, plus } from '../../domain/shared/instant.js'
import type { Picodollars } from '../../domain/shared/picodollars.js'
import { retryDate } from '../budget.js'
import { causeOf } from '../causes.js'
import type { Deps } from '../deps.js'
import type { Loaded } from '../key-store.js'
import type { KeyDetails } from '../ports/open-router-client.js'
import { type RemoteError, retryAfterOf } from '../ports/remote-error.js'
import { maySend, type Token, underClaim } from './claiming.js'
import { confirmAbsence } from './confirm-absence.js'
import { countedUsage } from './counted-usage.js'
import { unrecordedUnder } from './look.js'
import { type Progress, recorded, recordOutcome } from './progress.js'

type Apply = Extract<Step, { readonly _tag: 'Apply' }>

interface Sent {
  readonly result: ChangeResult
  /** It was sent and nobody said what came of it, so it may take hold later. */
  readonly mayArrive: boolean
  readonly retryAfter: Millis | null
}

const known = (result: ChangeResult): Sent => ({ result, mayArrive: false, retryAfter: null })

const tooLate: Sent = {
  result: {
    _tag: 'Failed',
    cause: { kind: 'unreachable', status: null, message: 'the claim ran out before the request was sent' },
  },
  mayArrive: false,
  retryAfter: null,
}

const failed = (error: RemoteError): Sent => {
  const cause = causeOf(error)
  const retryAfter = retryAfterOf(error)
  switch (error._tag) {
    case 'Absent':
      return { result: { _tag: 'Absent' }, mayArrive: false, retryAfter }
    case 'Refused':
      return { result: { _tag: 'Refused', cause }, mayArrive: false, retryAfter }
    case 'NotSent':
    case 'RateLimited':
      return { result: { _tag: 'Failed', cause }, mayArrive: false, retryAfter }
    case 'OutcomeUnknown':
      return { result: { _tag: 'Unknown', cause }, mayArrive: true, retryAfter }
  }
}

const isCredentialRefusal = (error: RemoteError): boolean =>
  error._tag === 'Refused' && (error.status === 401 || error.status === 403)

/**
 * A 401 or 403 is asked about once: `GET /key` says whether the management key itself is at fault, then the request is
 * repeated, and the second answer stands.
 */
export const confirmingRefusal = <A>(
  deps: Deps,
  token: Token,
  request: () => TE.TaskEither<RemoteError, A>,
): TE.TaskEither<RemoteError, A> =>
  pipe(
    request(),
    TE.orElse((error) => {
      if (!isCredentialRefusal(error)) return TE.left(error)
      return pipe(
        deps.client.whoAmI(),
        TE.matchE(
          (problem) => TE.left(isCredentialRefusal(problem) ? problem : error),
          () => (maySend(deps, token) ? request() : TE.left(error)),
        ),
      )
    }),
  )

const keptDifferently: Cause = {
  kind: 'kept-differently',
  status: null,
  message: 'OpenRouter keeps another policy than the one that was sent',
}

const spentBy = ({ usage }: KeyDetails, includeByok: boolean): { readonly used?: Picodollars } => {
  const counted = countedUsage(usage, includeByok)
  return counted === null ? {} : { used: counted.total }
}

/** What is read back counts. If it differs from the answer to the change itself, it may be stale: look again. */
const readBack = (deps: Deps, wanted: RemotePolicy, answered: KeyDetails): T.Task<Sent> =>
  pipe(
    deps.client.getKeyDetails(answered.hash),
    TE.match(
      (error): Sent => ({
        result: { _tag: 'Unknown', cause: causeOf(error) },
        mayArrive: false,
        retryAfter: retryAfterOf(error),
      }),
      (read): Sent => {
        if (samePolicy(read.policy, wanted)) return known({ _tag: 'Applied', policy: read.policy, ...spentBy(read, wanted.includeByok) })
        if (!samePolicy(answered.policy, wanted) && samePolicy(read.policy, answered.policy))
          return known({ _tag: 'Refused', cause: keptDifferently })
        const stale: Cause = { kind: 'unreadable', status: 200, message: 'the change is not visible yet' }
        return known({ _tag: 'Unknown', cause: stale })
      },
    ),
  )

const settle = (
  deps: Deps,
  name: KeyName,
  token: Token,
  intent: { readonly attempt: AttemptId; readonly effect: Effect; readonly hash: KeyHash },
  sent: Sent,
): T.Task<Progress> => {
  const { mayArrive, result, retryAfter } = sent
  const at = deps.clock.now()
  const settleUntil = mayArrive ? plus(at, deps.timing.settle) : null
  const retryAt = retryDate(deps.random, at, failuresOf(token.loaded, intent.hash))
  return pipe(
    recordOutcome(deps, name, token.loaded, { _tag: 'RecordChange', ...intent, result, settleUntil, retryAt, at }),
    TE.match(unrecordedUnder(token), (events): Progress => {
      const cause = result._tag === 'Failed' || result._tag === 'Unknown' ? result.cause : null
      return recorded([...token.events, ...events], cause, retryAfter)
    }),
  )
}

/** How often the work on a hash has stalled so far: what its next date doubles from. */
export const failuresOf = (loaded: Loaded, hash: KeyHash): number => {
  const { stage, strays } = loaded.state
  const stray = strays.find((each) => each.hash === hash)
  if (stray !== undefined) return stray.stall?.failures ?? 0
  const [own = stage] = stagesOf(loaded.state).filter((each) => 'key' in each && each.key.hash === hash)
  return 'stall' in own ? (own.stall?.failures ?? 0) : 0
}

const performChange = (
  deps: Deps,
  name: KeyName,
  loaded: Loaded,
  target: { readonly effect: Effect; readonly hash: KeyHash },
  send: (token: Token) => T.Task<Sent>,
): T.Task<Progress> => {
  const intent = { ...target, attempt: deps.random.attemptId() }
  return underClaim(
    deps,
    name,
    loaded,
    (until, at) => ({ _tag: 'Claim', ...intent, owner: deps.process.owner, until, at }),
    (token) =>
      pipe(
        maySend(deps, token) ? send(token) : T.of(tooLate),
        T.flatMap((sent) => settle(deps, name, token, intent, sent)),
      ),
  )
}

/** Sets the whole policy in one request and reads it back. */
export const performApply = (deps: Deps, name: KeyName, loaded: Loaded, step: Apply): T.Task<Progress> =>
  performChange(deps, name, loaded, { effect: step.effect, hash: step.hash }, (token) =>
    pipe(
      confirmingRefusal(deps, token, () => deps.client.updateKey(step.hash, step.policy)),
      TE.matchE(
        (error) =>
          error._tag === 'Absent' && step.effect === 'converge'
            ? T.map(known)(confirmAbsence(deps, step.hash))
            : T.of(failed(error)),
        (answered) => readBack(deps, step.policy, answered),
      ),
    ),
  )

/** Deletes; that it is gone is for the proof to say. */
export const performDelete = (deps: Deps, name: KeyName, loaded: Loaded, hash: KeyHash): T.Task<Progress> =>
  performChange(deps, name, loaded, { effect: 'delete', hash }, (token) =>
    pipe(
      confirmingRefusal(deps, token, () =>
        pipe(
          deps.client.revokeKey(hash),
          TE.mapLeft((error) => error.cause),
        ),
      ),
      TE.match(failed, (answer): Sent => known({ _tag: 'Deleted', answer })),
    ),
  )
