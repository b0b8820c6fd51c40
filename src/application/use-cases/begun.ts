import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyEvent } from '../../domain/key/event.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { transact } from '../transact.js'

type Events = ReadonlyArray<KeyEvent>

/** Asking again means: try now, not at the date of the next try. */
export const hurry = (deps: Deps, name: KeyName): TE.TaskEither<VaultError, Events> =>
  pipe(
    transact(deps, name, () => ({ _tag: 'RetryNow', at: deps.clock.now() })),
    TE.map((done) => (done._tag === 'Done' ? done.events : [])),
  )

/**
 * More facts after the first ones. What was recorded is owed from then on, so an error that comes now must not say that nothing
 * was done: whoever goes on meets it too, and says what is left.
 */
export const begunAnd = (begun: Events, more: TE.TaskEither<VaultError, Events>): TE.TaskEither<VaultError, Events> =>
  pipe(
    more,
    TE.map((events) => [...begun, ...events]),
    TE.orElse((error) => (begun.length === 0 ? TE.left(error) : TE.right(begun))),
  )
