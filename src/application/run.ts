import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../domain/key/cause.js'
import type { KeyEvent } from '../domain/key/event.js'
import type { Step } from '../domain/key/step.js'
import type { KeyState } from '../domain/key/state.js'
import type { Instant } from '../domain/shared/instant.js'
import type { VaultError } from './errors.js'
import type { Loaded } from './key-store.js'
import type { ViewSource } from './perform/account-view.js'

/** Why the loop stopped. */
export type Stop =
  | { readonly _tag: 'Settled' }
  /** Somebody else's claim stands until `until`. */
  | { readonly _tag: 'InFlight'; readonly until: Instant }
  /** What is left has a date. */
  | { readonly _tag: 'BackingOff'; readonly until: Instant }
  /** The time to repeat was up, or repeating is no use. */
  | { readonly _tag: 'GaveUp'; readonly cause: Cause }
  /** A proof is due at `version`, and its view of the account is to be taken for several keys. */
  | { readonly _tag: 'ProofDue'; readonly proof: Extract<Step, { readonly _tag: 'Prove' }>; readonly version: number }
  /** The user asked to stop; what is left is recorded. */
  | { readonly _tag: 'Stopped' }
  /** The log failed after something was recorded or sent. */
  | { readonly _tag: 'LogFailed'; readonly error: VaultError }

export interface Advanced {
  readonly state: KeyState
  /** What this run recorded, in order. */
  readonly events: ReadonlyArray<KeyEvent>
  readonly stop: Stop
}

/** Whether a run recorded anything, so that something may have been sent. */
export const cameToSomething = ({ events, stop: why }: Advanced): boolean => events.length > 0 || why._tag === 'LogFailed'

/** Where several names are driven on, and a failing log must not hide what came of others. Any other error stays one. */
export const failedAfterWork = ({ state, events }: Pick<Advanced, 'state' | 'events'>, error: VaultError): TE.TaskEither<VaultError, Advanced> =>
  error._tag === 'VaultUnavailable' ? TE.right({ state, events, stop: { _tag: 'LogFailed', error } }) : TE.left(error)

/** What one run of the loop carries from turn to turn. */
export interface Run {
  readonly state: KeyState
  readonly events: ReadonlyArray<KeyEvent>
  readonly failures: number
  readonly overtaken: number
  readonly gaveUp: Cause | null
  readonly giveUps: number
  readonly lastCause: Cause | null
  readonly view: ViewSource
}

export const begin = (state: KeyState, events: ReadonlyArray<KeyEvent>, view: ViewSource): Run => ({
  state,
  events,
  view,
  failures: 0,
  overtaken: 0,
  gaveUp: null,
  giveUps: 0,
  lastCause: null,
})

/** Ends a run. */
export const stop = (loaded: Loaded, run: Run, why: Stop): TE.TaskEither<VaultError, Advanced> =>
  TE.right({ state: loaded.state, events: run.events, stop: why })

/** Ends a run that has nothing left to do now. */
export const finished = (loaded: Loaded, run: Run): TE.TaskEither<VaultError, Advanced> =>
  stop(loaded, run, run.gaveUp === null ? { _tag: 'Settled' } : { _tag: 'GaveUp', cause: run.gaveUp })
