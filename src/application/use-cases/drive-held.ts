import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../../domain/key/cause.js'
import type { KeyCommand } from '../../domain/key/command.js'
import type { KeyEvent } from '../../domain/key/event.js'
import type { KeyState } from '../../domain/key/state.js'
import { isSettled } from '../../domain/key/underway.js'
import { wantedOf } from '../../domain/key/wanted.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import { advance } from '../advance.js'
import { startBudget } from '../budget.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import type { ChangeReport } from '../reports.js'
import type { Advanced } from '../run.js'
import { refusalError, transact } from '../transact.js'
import { begunAnd, hurry } from './begun.js'
import { confirmAtPin } from './observe.js'
import { incomplete, undoneError } from './outcome.js'

type Events = ReadonlyArray<KeyEvent>

/** What the log says may be older than what somebody did on the dashboard, so an answer from memory is checked first. */
const lookAgain = (deps: Deps, name: KeyName, { claim, stage }: KeyState): TE.TaskEither<VaultError, Events> =>
  stage._tag === 'Held' && claim === null && stage.key.remote._tag !== 'Absent' ? confirmAtPin(deps, name, stage.key.hash) : TE.right([])

/** Records what the owner of a kept key asks for; what is so already is looked at once more. */
export const beginHeld = (deps: Deps, name: KeyName, command: (state: KeyState) => KeyCommand): TE.TaskEither<VaultError, Events> =>
  pipe(
    transact(deps, name, command),
    TE.flatMap((done): TE.TaskEither<VaultError, Events> => {
      if (done._tag === 'Done') return TE.right(done.events)
      return done.refusal._tag === 'AlreadySettled'
        ? lookAgain(deps, name, done.state)
        : TE.left(refusalError(name, done.refusal, done.state))
    }),
  )

/** How a change is told: the cause of its undoing among the facts, and its report where it is done. */
export interface Telling {
  readonly undone: (events: Events) => Cause | null
  readonly done: (advanced: Advanced) => TE.TaskEither<VaultError, ChangeReport>
}

/** A name whose key is contained has no predecessor that may spend either. */
const isOtherContained = ({ rotation, stage }: KeyState): boolean => {
  if (rotation?._tag !== 'Retiring' || stage._tag !== 'Held' || !wantedOf(stage.key).disabled) return true
  const { other } = rotation
  return other._tag !== 'Outstanding' || other.destruction.contained || other.destruction.phase !== 'contain'
}

const conclude = (deps: Deps, name: KeyName, advanced: Advanced, { undone, done }: Telling): TE.TaskEither<VaultError, ChangeReport> => {
  const { stage } = advanced.state
  if (advanced.stop._tag === 'LogFailed') return TE.right(incomplete(name, advanced))
  if (stage._tag !== 'Held') return TE.left({ _tag: 'KeyBeingRemoved', name })
  if (stage.key.remote._tag === 'Absent') return TE.left({ _tag: 'KeyVanished', name })
  if (!isSettled(stage.key) || !isOtherContained(advanced.state)) return TE.right(incomplete(name, advanced, { remote: 'live' }))
  const cause = undone(advanced.events)
  return cause === null ? done(advanced) : undoneError(deps, cause)
}

/** Sends what was recorded, at once, and says what came of it. */
export const driveHeld = (deps: Deps, name: KeyName, begun: Events, telling: Telling): TE.TaskEither<VaultError, ChangeReport> => {
  const budget = startBudget(deps.clock, deps.timing.retryBudget)
  return pipe(
    begunAnd(begun, hurry(deps, name)),
    TE.flatMap((events) => advance(deps, name, budget, events)),
    TE.flatMap((advanced) => conclude(deps, name, advanced, telling)),
  )
}
