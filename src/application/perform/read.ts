import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Step } from '../../domain/key/step.js'
import type { RemotePolicy } from '../../domain/key/remote-policy.js'
import type { KeyHash, KeyName } from '../../domain/shared/identifiers.js'
import type { Instant } from '../../domain/shared/instant.js'
import type { Deps } from '../deps.js'
import type { Loaded } from '../key-store.js'
import { atPinnedAccount, readFailure, unrecorded } from './look.js'
import { isFromAnotherClock, waitToSettle } from '../settled-date.js'
import { overtaken, type Progress, recorded, recordOutcome } from './progress.js'

type Read = Extract<Step, { readonly _tag: 'Read' }>

const conclude = (
  deps: Deps,
  name: KeyName,
  loaded: Loaded,
  asked: { readonly hash: KeyHash; readonly asOf: Instant },
  policy: RemotePolicy | null,
): T.Task<Progress> =>
  pipe(
    recordOutcome(deps, name, loaded, { _tag: 'RecordRead', ...asked, policy, at: deps.clock.now() }),
    TE.match(unrecorded, (events): Progress => (events.length === 0 ? overtaken : recorded(events))),
  )

const readFrom = (deps: Deps, name: KeyName, loaded: Loaded, hash: KeyHash, asOf: Instant): T.Task<Progress> => {
  const found = (policy: RemotePolicy | null): T.Task<Progress> => conclude(deps, name, loaded, { hash, asOf }, policy)
  const gone = (): T.Task<Progress> => found(null)
  const read = (absent: () => T.Task<Progress>): T.Task<Progress> =>
    pipe(
      deps.client.getKeyDetails(hash),
      TE.matchE(
        (error) => (error._tag === 'Absent' ? absent() : T.of(readFailure(error))),
        (details) => found(details.policy),
      ),
    )
  return loaded.state.stage._tag === 'Removing' ? atPinnedAccount(deps, () => read(gone)) : read(() => atPinnedAccount(deps, gone))
}

/**
 * Reads a key's policy, not before lost changes can arrive no more where that is asked. A removal checks the account first;
 * elsewhere only a missing key asks whether this is the account at all.
 */
export const performRead = (deps: Deps, name: KeyName, loaded: Loaded, { hash, notBefore }: Read): T.Task<Progress> => {
  const now = deps.clock.now()
  if (notBefore === null || notBefore <= now) return readFrom(deps, name, loaded, hash, now)
  if (!isFromAnotherClock(deps, notBefore)) return T.of({ _tag: 'NotYet', at: notBefore })
  return pipe(
    waitToSettle(deps),
    T.flatMap(() => readFrom(deps, name, loaded, hash, notBefore)),
  )
}
