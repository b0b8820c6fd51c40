import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../../domain/key/cause.js'
import type { KeyEvent } from '../../domain/key/event.js'
import type { Step } from '../../domain/key/step.js'
import { isNewborn } from '../../domain/key/spec.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Instant } from '../../domain/shared/instant.js'
import { parseMarker } from '../../domain/shared/marker.js'
import { causeOf } from '../causes.js'
import { isCredible } from '../credible.js'
import type { Deps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import type { Loaded } from '../key-store.js'
import { loadKnownKeys } from '../load-keys.js'
import { type AccountCheck, checkPin } from '../pin.js'
import type { LogUnavailable } from '../ports/event-log.js'
import type { KeyDetails } from '../ports/open-router-client.js'
import { type RemoteError, retryAfterOf } from '../ports/remote-error.js'
import { isFromAnotherClock, waitToSettle } from '../settled-date.js'
import type { Token } from './claiming.js'
import { type Progress, recorded, recordOutcome } from './progress.js'

type Look = Extract<Step, { readonly _tag: 'Look' }>

export const wrongAccount: Cause = { kind: 'refused', status: null, message: 'another account answers than the pinned one' }

const failedLog = (problem: LogUnavailable | VaultError, events: ReadonlyArray<KeyEvent>): Progress => ({
  _tag: 'Unrecorded',
  error: problem._tag === 'LogUnavailable' ? unavailable(problem) : problem,
  events,
})

/** Where nothing was sent but reads. */
export const unrecorded = (problem: LogUnavailable | VaultError): Progress => failedLog(problem, [])

/** Where something may have been sent under a claim. */
export const unrecordedUnder =
  ({ events }: Token) =>
  (problem: LogUnavailable | VaultError): Progress =>
    failedLog(problem, events)

/** A read that failed: again if that may help. */
export const readFailure = (error: RemoteError): Progress =>
  error._tag === 'Refused' || error._tag === 'Absent'
    ? { _tag: 'Hopeless', cause: causeOf(error) }
    : { _tag: 'Again', cause: causeOf(error), retryAfter: retryAfterOf(error) }

/** At another account nothing that is missing means anything. */
export const atPinnedAccount = (
  deps: Deps,
  then: () => T.Task<Progress>,
): T.Task<Progress> =>
  pipe(
    checkPin(deps.client, deps.pin),
    TE.matchE(
      (error) => T.of(readFailure(error)),
      (check: AccountCheck) => (check.pinned ? then() : T.of<Progress>({ _tag: 'Hopeless', cause: wrongAccount })),
    ),
  )

const conclude = (
  deps: Deps,
  name: KeyName,
  loaded: Loaded,
  step: Look,
  found: ReadonlyArray<KeyDetails>,
  lookedAt: Instant,
): T.Task<Progress> => {
  const at = deps.clock.now()
  const { id: attempt } = step.attempt
  return pipe(
    recordOutcome(deps, name, loaded, {
      _tag: 'RecordLook',
      attempt,
      found: found.filter((key) => isNewborn(key.policy)).map((key) => key.hash),
      heldElsewhere: found.length > 0,
      lookedAt,
      at,
    }),
    TE.match(unrecorded, (events): Progress =>
      events.length === 0 ? { _tag: 'NotYet', at: step.settleUntil } : recorded(events),
    ),
  )
}

const notCredible: Cause = {
  kind: 'not-proven',
  status: null,
  message: 'the listing is empty although this vault holds keys, so it proves nothing',
}

const search = (deps: Deps, name: KeyName, loaded: Loaded, step: Look, lookedAt: Instant): T.Task<Progress> =>
  pipe(
    deps.client.listKeys(),
    TE.matchE(
      (error) => T.of(readFailure(error)),
      (listing) => {
        const { nonce } = step.attempt
        const found = listing.keys.filter((key) => parseMarker(key.name)?.nonce === nonce)
        if (found.length > 0) return conclude(deps, name, loaded, step, found, lookedAt)
        return pipe(
          loadKnownKeys(deps),
          TE.matchE(
            (error) => T.of(unrecorded(error)),
            (known) =>
              isCredible(known, listing)
                ? conclude(deps, name, loaded, step, [], lookedAt)
                : T.of<Progress>({ _tag: 'Again', cause: notCredible, retryAfter: null }),
          ),
        )
      },
    ),
  )

/** Looks for the key of a lost create by its nonce, in every workspace. */
export const performLook = (deps: Deps, name: KeyName, loaded: Loaded, step: Look): T.Task<Progress> => {
  const lookFrom = (lookedAt: Instant): T.Task<Progress> => atPinnedAccount(deps, () => search(deps, name, loaded, step, lookedAt))
  return pipe(
    lookFrom(deps.clock.now()),
    T.flatMap((progress) =>
      progress._tag === 'NotYet' && isFromAnotherClock(deps, progress.at)
        ? pipe(
            waitToSettle(deps),
            T.flatMap(() => lookFrom(step.settleUntil)),
          )
        : T.of(progress),
    ),
  )
}
