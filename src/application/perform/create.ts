import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../../domain/key/cause.js'
import type { CreationResult } from '../../domain/key/command.js'
import type { KeyEvent } from '../../domain/key/event.js'
import type { Step } from '../../domain/key/step.js'
import type { AttemptId, KeyName, Nonce } from '../../domain/shared/identifiers.js'
import { plus } from '../../domain/shared/instant.js'
import { remoteName } from '../../domain/shared/marker.js'
import { causeOf } from '../causes.js'
import type { Deps } from '../deps.js'
import type { Loaded } from '../key-store.js'
import type { SealedSecret } from '../ports/event-log.js'
import type { CreatedKey, NewKey } from '../ports/open-router-client.js'
import { type RemoteError, retryAfterOf } from '../ports/remote-error.js'
import { keySecretRef } from '../secret-refs.js'
import { maySend, type Token, underClaim } from './claiming.js'
import { unrecordedUnder } from './look.js'
import { type Progress, recorded, recordOutcome } from './progress.js'

type Create = Extract<Step, { readonly _tag: 'Create' }>

interface Intent {
  readonly attempt: AttemptId
  readonly nonce: Nonce
}

/** Born able to spend nothing, bring-your-own-key usage included, so that a lost answer costs nothing. */
const newKey = (deps: Deps, name: KeyName, step: Create, nonce: Nonce): NewKey => ({
  name: remoteName(name, deps.vault, nonce),
  limit: step.birthLimit,
  includeByok: true,
  expiresAt: step.incarnation.spec.expiresAt,
  workspace: step.incarnation.spec.workspace,
})

const tooLate: Cause = { kind: 'unreachable', status: null, message: 'the claim ran out before the request was sent' }

const failureOf = (deps: Deps, error: RemoteError): CreationResult => {
  const cause = causeOf(error)
  if (error._tag !== 'OutcomeUnknown') return { _tag: 'Failed', cause }
  return { _tag: 'Unknown', cause, settleUntil: plus(deps.clock.now(), deps.timing.settle) }
}

interface Outcome {
  readonly result: CreationResult
  readonly sealed: SealedSecret | null
  readonly error: RemoteError | null
}

/** A key whose secret cannot be sealed must not live: it is recorded as lost, and the loop destroys it. */
const sealing = (deps: Deps, name: KeyName, step: Create, created: CreatedKey): T.Task<Outcome> =>
  pipe(
    deps.sealer.seal(keySecretRef(name, step.incarnation), created.secret),
    TE.match(
      (broken): Outcome => ({
        result: {
          _tag: 'Unsealable',
          hash: created.details.hash,
          cause: { kind: 'unsealable', status: null, message: broken.message },
        },
        sealed: null,
        error: null,
      }),
      (sealed): Outcome => ({
        result: {
          _tag: 'Created',
          hash: created.details.hash,
          label: created.details.label,
          policy: created.details.policy,
        },
        sealed,
        error: null,
      }),
    ),
  )

const send = (deps: Deps, name: KeyName, step: Create, intent: Intent, token: Token): T.Task<Outcome> => {
  if (!maySend(deps, token)) return T.of({ result: { _tag: 'Failed', cause: tooLate }, sealed: null, error: null })
  return pipe(
    deps.client.createKey(newKey(deps, name, step, intent.nonce)),
    TE.matchE(
      (error) => T.of<Outcome>({ result: failureOf(deps, error), sealed: null, error }),
      (created) => sealing(deps, name, step, created),
    ),
  )
}

const isBirth = (event: KeyEvent): boolean =>
  event.type === 'Provisioned' || (event.type === 'OtherKeyChanged' && event.fact.type === 'Provisioned')

/** The log would not take the only copy of the secret: the key is deleted at once, and the open intent is settled later. */
const abandon = (deps: Deps, outcome: Outcome, unrecorded: Progress): T.Task<Progress> => {
  return outcome.result._tag === 'Created'
    ? pipe(
        deps.client.revokeKey(outcome.result.hash),
        T.map(() => unrecorded),
      )
    : T.of(unrecorded)
}

const settle = (deps: Deps, name: KeyName, token: Token, intent: Intent, outcome: Outcome): T.Task<Progress> =>
  pipe(
    recordOutcome(
      deps,
      name,
      token.loaded,
      { _tag: 'RecordCreation', ...intent, result: outcome.result, at: deps.clock.now() },
      (events) =>
        outcome.sealed !== null && events.some(isBirth) ? [outcome.sealed] : [],
    ),
    TE.matchE(
      (problem): T.Task<Progress> =>
        problem._tag === 'LogUnavailable' ? abandon(deps, outcome, unrecordedUnder(token)(problem)) : T.of(unrecordedUnder(token)(problem)),
      (events) => {
        const { result, error } = outcome
        const failed = result._tag === 'Failed' || result._tag === 'Unknown' ? result.cause : null
        return T.of(recorded([...token.events, ...events], failed, error === null ? null : retryAfterOf(error)))
      },
    ),
  )

/** One intent with a fresh nonce, one POST, one outcome. */
export const performCreate = (deps: Deps, name: KeyName, loaded: Loaded, step: Create): T.Task<Progress> => {
  const intent: Intent = { attempt: deps.random.attemptId(), nonce: deps.random.nonce() }
  return underClaim(
    deps,
    name,
    loaded,
    (until, at) => ({ _tag: 'IntendCreation', ...intent, owner: deps.process.owner, until, at }),
    (token) =>
      pipe(
        send(deps, name, step, intent, token),
        T.flatMap((outcome) => settle(deps, name, token, intent, outcome)),
      ),
  )
}
