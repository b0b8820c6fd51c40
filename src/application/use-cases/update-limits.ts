import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyEvent } from '../../domain/key/event.js'
import type { KeyState } from '../../domain/key/state.js'
import { containedFor } from '../../domain/key/view.js'
import { isSettled } from '../../domain/key/underway.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { LimitsPatch } from '../../domain/spend/limits.js'
import { advance } from '../advance.js'
import { startBudget } from '../budget.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import type { ChangeReport } from '../reports.js'
import type { Advanced } from '../run.js'
import { refusalError, transact } from '../transact.js'
import { unenforcedNotes } from './enforcement.js'
import { confirmAtPin } from './observe.js'
import { changeReport, incomplete, lastOf, undoneError } from './outcome.js'

const containedNote = ({ stage }: KeyState): ReadonlyArray<string> =>
  stage._tag === 'Held' && containedFor(stage).length > 0 ? [`it stays contained for: ${containedFor(stage).join(', ')}`] : []

const updated = (deps: Deps, name: KeyName, advanced: Advanced): TE.TaskEither<VaultError, ChangeReport> =>
  pipe(
    unenforcedNotes(deps, name, advanced.state),
    TE.map((unenforced) =>
      changeReport(name, advanced.events.length === 0 ? 'unchanged' : 'updated', advanced, {
        remote: 'live',
        notes: [...containedNote(advanced.state), ...unenforced],
      }),
    ),
  )

const conclude = (deps: Deps, name: KeyName, advanced: Advanced): TE.TaskEither<VaultError, ChangeReport> => {
  const { stage } = advanced.state
  if (advanced.stop._tag === 'LogFailed') return TE.right(incomplete(name, advanced))
  if (stage._tag !== 'Held') return TE.left({ _tag: 'KeyBeingRemoved', name })
  if (stage.key.remote._tag === 'Absent') return TE.left({ _tag: 'KeyVanished', name })
  if (!isSettled(stage.key)) return TE.right(incomplete(name, advanced, { remote: 'live' }))
  const undone = lastOf(advanced.events, 'LimitsChangeRolledBack')
  return undone === null ? updated(deps, name, advanced) : undoneError(deps, undone.cause)
}

/** What the log says may be older than what somebody did on the dashboard, so an answer from memory is checked first. */
const lookAgain = (deps: Deps, name: KeyName, { claim, stage }: KeyState): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> =>
  stage._tag === 'Held' && claim === null && stage.key.remote._tag !== 'Absent' ? confirmAtPin(deps, name, stage.key.hash) : TE.right([])

const begin = (deps: Deps, name: KeyName, patch: LimitsPatch): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> =>
  pipe(
    transact(deps, name, () => ({ _tag: 'ChangeLimits', patch, at: deps.clock.now() })),
    TE.flatMap((done): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> => {
      if (done._tag === 'Done') return TE.right(done.events)
      return done.refusal._tag === 'AlreadySettled'
        ? lookAgain(deps, name, done.state)
        : TE.left(refusalError(name, done.refusal, done.state))
    }),
  )

/** Asking again means: try now, not at the date of the next try. */
const hurry = (deps: Deps, name: KeyName): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> =>
  pipe(
    transact(deps, name, () => ({ _tag: 'RetryNow', at: deps.clock.now() })),
    TE.map((done) => (done._tag === 'Done' ? done.events : [])),
  )

/** Gives a key other limits: what of them tightens first, each read back, and all as before where a part is refused for good. */
export const updateLimits = (deps: Deps, name: KeyName, patch: LimitsPatch): TE.TaskEither<VaultError, ChangeReport> => {
  const budget = startBudget(deps.clock, deps.timing.retryBudget)
  return pipe(
    TE.Do,
    TE.bind('begun', () => begin(deps, name, patch)),
    TE.bind('hurried', () => hurry(deps, name)),
    TE.flatMap(({ begun, hurried }) => advance(deps, name, budget, [...begun, ...hurried])),
    TE.flatMap((advanced) => conclude(deps, name, advanced)),
  )
}
