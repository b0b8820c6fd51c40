import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../../domain/key/cause.js'
import type { Step } from '../../domain/key/step.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Deps, LocalDeps } from '../deps.js'
import { expireClaim } from '../expire-claim.js'
import type { Loaded } from '../key-store.js'
import { keySecretRef } from '../secret-refs.js'
import { unrecorded } from './look.js'
import { overtaken, type Progress, recorded, recordOutcome } from './progress.js'

type Shred = Extract<Step, { readonly _tag: 'Shred' }>

/** Closes a claim whose owner never reported. */
export const performCloseClaim = (deps: Deps, name: KeyName, loaded: Loaded): T.Task<Progress> => {
  const command = expireClaim(deps, loaded.state)
  if (command === null) return T.of(overtaken)
  return pipe(
    recordOutcome(deps, name, loaded, command),
    TE.match(unrecorded, (events): Progress => (events.length === 0 ? overtaken : recorded(events))),
  )
}

const notYetShredded: Cause = {
  kind: 'unreachable',
  status: null,
  message: 'the secret is deleted, but its old bytes are still in the database file: another process is reading it',
}

/** Destroys the sealed secret, then says so: the other way round a crash would leave a secret that nobody looks for. */
export const performShred = (deps: LocalDeps, name: KeyName, loaded: Loaded, { generation, lineage }: Pick<Shred, 'generation' | 'lineage'>): T.Task<Progress> =>
  pipe(
    deps.log.shred(keySecretRef(name, { lineage, generation })),
    TE.matchE(
      (problem) => T.of(unrecorded(problem)),
      (answer): T.Task<Progress> =>
        answer === 'pending'
          ? T.of({ _tag: 'Again', cause: notYetShredded, retryAfter: null })
          : pipe(
              recordOutcome(deps, name, loaded, { _tag: 'RecordShred', lineage, generation, at: deps.clock.now() }),
              TE.match(unrecorded, (events): Progress => (events.length === 0 ? overtaken : recorded(events))),
            ),
    ),
  )

/** Records that a window turned. */
export const performTurn = (deps: LocalDeps, name: KeyName, loaded: Loaded): T.Task<Progress> =>
  pipe(
    recordOutcome(deps, name, loaded, { _tag: 'RecordTurn', at: deps.clock.now() }),
    TE.match(unrecorded, (events): Progress => (events.length === 0 ? overtaken : recorded(events))),
  )
