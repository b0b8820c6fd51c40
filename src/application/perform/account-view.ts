import { type Either, right } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyHash } from '../../domain/shared/identifiers.js'
import type { Deps } from '../deps.js'
import { type KnownKeys, loadKnownKeys } from '../load-keys.js'
import { checkPin } from '../pin.js'
import type { KeyListing } from '../ports/open-router-client.js'
import { readFailure, unrecorded } from './look.js'
import type { Progress } from './progress.js'

/** What a proof needs to know of the whole account; it was read in this order. */
export interface AccountView {
  readonly known: KnownKeys
  /** Whether the pinned account answered just before the listing was asked for. */
  readonly pinned: boolean
  readonly listing: KeyListing
}

/** The view, or why there is none. */
export type TakenView = Either<Progress, AccountView>

/** Where a proof has its view of the account from. */
export type ViewSource =
  /** Every proof takes its own. */
  | { readonly _tag: 'Own' }
  /** The loop stops before a proof, for a view that will be taken for several. */
  | { readonly _tag: 'Deferred' }
  /**
   * Taken for several keys while the proof of `hash` was due at `version`. It serves that proof, once, and only while the stream
   * still stands there: then every DELETE that the stream tells of was answered before the listing was sent.
   */
  | { readonly _tag: 'Shared'; readonly hash: KeyHash; readonly version: number; readonly view: TakenView }

export const ownView: ViewSource = { _tag: 'Own' }

/** What the next proof of a run has after this progress: a proof that failed is repeated with a view of its own. */
export const viewAfter = (source: ViewSource, progress: Progress): ViewSource => {
  if (source._tag !== 'Shared') return source
  return progress._tag === 'Recorded' && progress.failed === null ? { _tag: 'Deferred' } : ownView
}

export const takeView = (deps: Deps): T.Task<TakenView> =>
  pipe(
    loadKnownKeys(deps),
    TE.mapLeft(unrecorded),
    TE.flatMap((known) =>
      pipe(
        checkPin(deps.client, deps.pin),
        TE.flatMap(({ pinned }) => TE.map((listing: KeyListing): AccountView => ({ known, pinned, listing }))(deps.client.listKeys())),
        TE.mapLeft(readFailure),
      ),
    ),
  )

/** Whether the pinned account still answers: between a view that was taken for several keys and the proof of one, time passes. */
export const pinnedStill = (deps: Deps, view: AccountView): T.Task<TakenView> =>
  pipe(
    checkPin(deps.client, deps.pin),
    TE.match(
      (error): TakenView => ({ _tag: 'Left', left: readFailure(error) }),
      ({ pinned }): TakenView => right({ ...view, pinned: view.pinned && pinned }),
    ),
  )
