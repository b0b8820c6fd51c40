import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../../domain/key/cause.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import { type Budget, pauseBefore, remaining, startBudget } from '../budget.js'
import type { LocalDeps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { loadKey } from '../key-store.js'
import { ownView } from '../perform/account-view.js'
import { performShred } from '../perform/local.js'
import type { ChangeReport } from '../reports.js'
import { type Advanced, begin, finished, type Run, stop } from '../run.js'
import { transact } from '../transact.js'
import { incomplete } from './outcome.js'
import { accept, ended } from './remove.js'

/** The loop of `advance`, of which only the destruction of the secret is left: nothing here can reach OpenRouter. */
const shredding = (deps: LocalDeps, name: KeyName, budget: Budget, run: Run): TE.TaskEither<VaultError, Advanced> =>
  pipe(
    loadKey(deps, name),
    TE.flatMap((loaded) => {
      const { stage } = loaded.state
      if (stage._tag !== 'LeavingAlive') return finished(loaded, run)
      if (deps.process.stopping()) return stop(loaded, run, { _tag: 'Stopped' })
      const again = (next: Run): TE.TaskEither<VaultError, Advanced> => shredding(deps, name, budget, next)
      const later = (cause: Cause): TE.TaskEither<VaultError, Advanced> => {
        const pause = pauseBefore(deps.random, run.failures, null)
        if (pause >= remaining(deps.clock, budget)) return stop(loaded, run, { _tag: 'GaveUp', cause })
        return pipe(
          TE.fromTask<void, VaultError>(deps.clock.sleep(pause)),
          TE.flatMap(() => again({ ...run, failures: run.failures + 1 })),
        )
      }
      return pipe(
        TE.fromTask(performShred(deps, name, loaded, stage.key.incarnation)),
        TE.flatMap((progress) => {
          if (progress._tag === 'Recorded') return again({ ...run, events: [...run.events, ...progress.events] })
          if (progress._tag === 'Unrecorded') return stop(loaded, run, { _tag: 'LogFailed', error: progress.error })
          return progress._tag === 'Again' ? later(progress.cause) : again(run)
        }),
      )
    }),
  )

/** Forgets a key here and lets it live there, as its owner's recorded choice. It needs neither OpenRouter nor a vault key. */
export const leaveAlive = (deps: LocalDeps, name: KeyName): TE.TaskEither<VaultError, ChangeReport> => {
  const budget = startBudget(deps.clock, deps.timing.retryBudget)
  return pipe(
    transact(deps, name, () => ({ _tag: 'LeaveAlive', at: deps.clock.now() })),
    TE.flatMap(accept(name)),
    TE.flatMap((events) => shredding(deps, name, budget, begin(deps.protocol.decider.initial, events, ownView))),
    TE.map((advanced) => ended(name, advanced) ?? incomplete(name, advanced, { remote: advanced.state.strays.length > 0 ? 'outstanding' : 'live' })),
  )
}
