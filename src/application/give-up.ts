import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../domain/key/cause.js'
import type { LastLook } from '../domain/key/command.js'
import type { KeyName } from '../domain/shared/identifiers.js'
import { retryDate } from './budget.js'
import type { Deps } from './deps.js'
import type { Loaded } from './key-store.js'
import { failuresOf } from './perform/change.js'
import { atPinnedAccount, unrecorded } from './perform/look.js'
import { type Progress, recordOutcome } from './perform/progress.js'
import type { RemoteError } from './ports/remote-error.js'

/**
 * The last look of a removal that cannot get further: did the containing request take hold? One whose answer was lost may still
 * arrive for the settle time, so a look before that would prove nothing.
 */
const lastLook = (deps: Deps, loaded: Loaded): T.Task<LastLook> => {
  const { stage } = loaded.state
  if (stage._tag !== 'Removing' || !stage.destruction.touched || stage.destruction.phase !== 'contain') return T.of('unread')
  return pipe(
    TE.fromTask<void, RemoteError>(deps.clock.sleep(deps.timing.settle)),
    TE.flatMap(() => deps.client.getKeyDetails(stage.key.hash)),
    TE.matchE(
      (error): T.Task<LastLook> =>
        error._tag !== 'Absent'
          ? T.of('unread')
          : pipe(
              atPinnedAccount(deps, () => T.of({ _tag: 'Overtaken' })),
              T.map((check) => (check._tag === 'Overtaken' ? null : 'unread')),
            ),
      (details) => T.of<LastLook>(details.policy),
    ),
  )
}

/** Records that this command's time is up: an undoing where nothing happened, a debt with a date where something may have. */
export const giveUp = (deps: Deps, name: KeyName, loaded: Loaded, cause: Cause): T.Task<Progress> =>
  pipe(
    lastLook(deps, loaded),
    T.flatMap((look) => {
      const at = deps.clock.now()
      const hash = 'key' in loaded.state.stage ? loaded.state.stage.key.hash : null
      const stray = loaded.state.strays[0]?.hash ?? hash
      const failures = stray === null ? 0 : failuresOf(loaded, stray)
      const retryAt = retryDate(deps.random, at, failures)
      return pipe(
        recordOutcome(deps, name, loaded, { _tag: 'GiveUp', cause, lastLook: look, retryAt, at }),
        TE.match(unrecorded, (events): Progress => ({ _tag: 'Recorded', events, failed: null, retryAfter: null })),
      )
    }),
  )
