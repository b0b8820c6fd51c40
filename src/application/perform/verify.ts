import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Step } from '../../domain/key/step.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import { plus } from '../../domain/shared/instant.js'
import type { Deps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import type { Loaded } from '../key-store.js'
import type { Secret } from '../secret.js'
import { openError } from '../seal-error.js'
import { keySecretRef } from '../secret-refs.js'
import { readFailure, unrecorded } from './look.js'
import { type Progress, recorded, recordOutcome } from './progress.js'

type Verify = Extract<Step, { readonly _tag: 'Verify' }>

const open = (deps: Deps, name: KeyName, step: Verify): TE.TaskEither<VaultError, Secret> =>
  pipe(
    deps.log.sealed(keySecretRef(name, step)),
    TE.mapLeft(unavailable),
    TE.flatMap((sealed) =>
      sealed === null
        ? TE.left<VaultError>({ _tag: 'SecretUnreadable', name, message: 'the sealed secret is not in the vault' })
        : TE.mapLeft(openError(name))(deps.sealer.open(sealed)),
    ),
  )

const conclude = (deps: Deps, name: KeyName, loaded: Loaded, step: Verify, accepted: boolean): T.Task<Progress> => {
  const at = deps.clock.now()
  // A key this young may not be known everywhere yet, so a refusal means nothing.
  const settled = plus(step.aliveAt, deps.timing.settle)
  if (!accepted && at < settled) return T.of({ _tag: 'NotYet', at: settled })
  return pipe(
    recordOutcome(deps, name, loaded, { _tag: 'RecordVerification', hash: step.hash, accepted, at }),
    TE.match(unrecorded, (events): Progress => (events.length === 0 ? { _tag: 'Overtaken' } : recorded(events))),
  )
}

/** Asks with the successor's own secret, as it will be handed out, whether it opens the API. */
export const performVerify = (deps: Deps, name: KeyName, loaded: Loaded, step: Verify): T.Task<Progress> =>
  pipe(
    open(deps, name, step),
    TE.matchE(
      (error) => T.of(unrecorded(error)),
      (secret) =>
        pipe(
          deps.client.trySecret(secret),
          TE.matchE(
            (error) => T.of(readFailure(error)),
            (answer) => conclude(deps, name, loaded, step, answer === 'accepted'),
          ),
        ),
    ),
  )
