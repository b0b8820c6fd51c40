import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { RemotePolicy } from '../../domain/key/remote-policy.js'
import type { KeyHash, KeyName } from '../../domain/shared/identifiers.js'
import type { Deps } from '../deps.js'
import type { Loaded } from '../key-store.js'
import { atPinnedAccount, readFailure, unrecorded } from './look.js'
import { overtaken, type Progress, recorded, recordOutcome } from './progress.js'

const conclude = (
  deps: Deps,
  name: KeyName,
  loaded: Loaded,
  hash: KeyHash,
  policy: RemotePolicy | null,
): T.Task<Progress> =>
  pipe(
    recordOutcome(deps, name, loaded, { _tag: 'RecordRead', hash, policy, at: deps.clock.now() }),
    TE.match(unrecorded, (events): Progress => (events.length === 0 ? overtaken : recorded(events))),
  )

const read = (deps: Deps, name: KeyName, loaded: Loaded, hash: KeyHash, absent: () => T.Task<Progress>): T.Task<Progress> =>
  pipe(
    deps.client.getKeyDetails(hash),
    TE.matchE(
      (error) => (error._tag === 'Absent' ? absent() : T.of(readFailure(error))),
      (details) => conclude(deps, name, loaded, hash, details.policy),
    ),
  )

/** Reads a key's policy. A removal checks the account first; elsewhere only a missing key asks whether this is the account at all. */
export const performRead = (deps: Deps, name: KeyName, loaded: Loaded, hash: KeyHash): T.Task<Progress> => {
  const gone = (): T.Task<Progress> => conclude(deps, name, loaded, hash, null)
  return loaded.state.stage._tag === 'Removing'
    ? atPinnedAccount(deps, () => read(deps, name, loaded, hash, gone))
    : read(deps, name, loaded, hash, () => atPinnedAccount(deps, gone))
}
