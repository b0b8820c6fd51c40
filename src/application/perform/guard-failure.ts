import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { GuardResult } from '../../domain/key/command.js'
import { causeOf } from '../causes.js'
import type { Deps } from '../deps.js'
import type { RemoteError } from '../ports/remote-error.js'

/** Guardrails that answer 403 or 404 are not to be had here: a management key that does not work answers otherwise. */
export const isNotToBeHad = (error: RemoteError): boolean =>
  error._tag === 'Absent' || (error._tag === 'Refused' && (error.status === 403 || error.status === 404))

/** A 403 may also mean the credential, which `GET /key` tells. */
export const unlessCredential = (deps: Deps, error: RemoteError): T.Task<GuardResult> =>
  pipe(
    deps.client.whoAmI(),
    TE.match(
      (problem): GuardResult =>
        problem._tag === 'Refused' ? { _tag: 'Refused', cause: causeOf(problem) } : { _tag: 'Failed', cause: causeOf(problem) },
      (): GuardResult => ({ _tag: 'Unavailable', cause: causeOf(error) }),
    ),
  )

export const failureOf = (deps: Deps, error: RemoteError): T.Task<GuardResult> => {
  if (isNotToBeHad(error)) return unlessCredential(deps, error)
  const cause = causeOf(error)
  if (error._tag === 'OutcomeUnknown') return T.of({ _tag: 'Unknown', cause })
  return T.of({ _tag: error._tag === 'Refused' ? 'Refused' : 'Failed', cause })
}
