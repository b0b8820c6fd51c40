import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../../domain/key/cause.js'
import type { ChangeResult } from '../../domain/key/command.js'
import type { KeyHash } from '../../domain/shared/identifiers.js'
import { causeOf } from '../causes.js'
import type { Deps } from '../deps.js'
import { checkPin } from '../pin.js'
import type { RemoteError } from '../ports/remote-error.js'
import { wrongAccount } from './look.js'

const unknown = (cause: Cause): ChangeResult => ({ _tag: 'Unknown', cause })

const contradicted: Cause = {
  kind: 'unreadable',
  status: 404,
  message: 'the key could not be found to be changed, and can be read',
}

const atThisAccount = (deps: Deps): T.Task<ChangeResult> =>
  pipe(
    checkPin(deps.client, deps.pin),
    TE.match(
      (error) => unknown(causeOf(error)),
      ({ pinned }): ChangeResult => (pinned ? { _tag: 'Absent' } : { _tag: 'Refused', cause: wrongAccount }),
    ),
  )

/**
 * What a 404 to a change of a kept key means. At another account every hash reads 404, so the key is gone only if a read says
 * so too, and at the pinned account.
 */
export const confirmAbsence = (deps: Deps, hash: KeyHash): T.Task<ChangeResult> =>
  pipe(
    deps.client.getKeyDetails(hash),
    TE.matchE(
      (error: RemoteError) => (error._tag === 'Absent' ? atThisAccount(deps) : T.of(unknown(causeOf(error)))),
      () => T.of(unknown(contradicted)),
    ),
  )
