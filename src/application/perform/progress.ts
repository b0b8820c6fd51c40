import { type Either, isLeft, left } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Task } from 'fp-ts/lib/Task.js'

import type { Cause } from '../../domain/key/cause.js'
import type { KeyCommand } from '../../domain/key/command.js'
import type { KeyEvent } from '../../domain/key/event.js'
import type { KeyRefusal } from '../../domain/key/refusal.js'
import type { Instant, Millis } from '../../domain/shared/instant.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { appendToKey, type Loaded, loadKey } from '../key-store.js'
import type { LogUnavailable, SealedSecret, VersionConflict } from '../ports/event-log.js'

/** What performing one step came to. */
export type Progress =
  /** Facts were recorded; go on. `pause` asks for a wait first, since they tell of a failure that may pass. */
  | {
      readonly _tag: 'Recorded'
      readonly events: ReadonlyArray<KeyEvent>
      readonly failed: Cause | null
      readonly retryAfter: Millis | null
    }
  /** Somebody else recorded something; read again. */
  | { readonly _tag: 'Overtaken' }
  /** Nothing to record yet; look again at `at`, whatever the budget: this wait is part of the protocol. */
  | { readonly _tag: 'NotYet'; readonly at: Instant }
  /** A read did not come through, or proved nothing. */
  | { readonly _tag: 'Again'; readonly cause: Cause; readonly retryAfter: Millis | null }
  /** Repeating is no use. */
  | { readonly _tag: 'Hopeless'; readonly cause: Cause }
  /** The log failed. `events`: the claim that was recorded before something was sent; what came of that is not. */
  | { readonly _tag: 'Unrecorded'; readonly error: VaultError; readonly events: ReadonlyArray<KeyEvent> }

export const recorded = (
  events: ReadonlyArray<KeyEvent>,
  failed: Cause | null = null,
  retryAfter: Millis | null = null,
): Progress => ({ _tag: 'Recorded', events, failed, retryAfter })

export const overtaken: Progress = { _tag: 'Overtaken' }

type Answer = Either<KeyRefusal | VersionConflict | LogUnavailable, ReadonlyArray<KeyEvent>>

/** Decides at `loaded` and appends. */
export const record = (
  deps: Pick<Deps, 'log' | 'keyEvents' | 'protocol'>,
  name: KeyName,
  loaded: Loaded,
  command: KeyCommand,
  seal: ReadonlyArray<SealedSecret> = [],
): Task<Answer> => {
  const decision = deps.protocol.decider.decide(command, loaded.state)
  if (isLeft(decision)) return () => Promise.resolve(left(decision.left))
  const events = decision.right
  return pipe(
    appendToKey(deps, name, loaded.version, events, seal),
    TE.map(() => events),
  )
}

const mostConflicts = 64

/**
 * Records what came of an effect, deciding anew at whatever the stream has become meanwhile. `sealFor` gives the secrets
 * to seal with the facts that were decided: a key that turned out to be a stray is not sealed.
 */
export const recordOutcome = (
  deps: Pick<Deps, 'log' | 'keyEvents' | 'protocol'>,
  name: KeyName,
  loaded: Loaded,
  command: KeyCommand,
  sealFor: (events: ReadonlyArray<KeyEvent>) => ReadonlyArray<SealedSecret> = () => [],
): TE.TaskEither<LogUnavailable | VaultError, ReadonlyArray<KeyEvent>> => {
  const attempt = (at: Loaded, conflicts: number): TE.TaskEither<LogUnavailable | VaultError, ReadonlyArray<KeyEvent>> => {
    const decision = deps.protocol.decider.decide(command, at.state)
    if (isLeft(decision)) return TE.right([])
    const events = decision.right
    return pipe(
      appendToKey(deps, name, at.version, events, sealFor(events)),
      TE.map((): ReadonlyArray<KeyEvent> => events),
      TE.orElse((error) =>
        error._tag !== 'VersionConflict' || conflicts >= mostConflicts
          ? TE.left(
              error._tag === 'VersionConflict'
                ? ({ _tag: 'KeyBusy', name, until: null } satisfies VaultError)
                : error,
            )
          : pipe(
              loadKey(deps, name),
              TE.flatMap((again) => attempt(again, conflicts + 1)),
            ),
      ),
    )
  }
  return attempt(loaded, 0)
}
