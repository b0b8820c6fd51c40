import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyCommand } from '../../domain/key/command.js'
import type { KeyEvent, RemovalMode } from '../../domain/key/event.js'
import { pendingWork } from '../../domain/key/view.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import { advance } from '../advance.js'
import { startBudget } from '../budget.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import type { ChangeReport } from '../reports.js'
import type { Advanced } from '../run.js'
import { refusalError, transact, type Transacted } from '../transact.js'
import { begunAnd, hurry } from './begun.js'
import { changeReport, incomplete, lastOf, undoneError } from './outcome.js'

type Remote = ChangeReport['remote']

const removed = (name: KeyName, advanced: Advanced, remote: Remote, proof: ChangeReport['proof']): ChangeReport =>
  changeReport(name, 'removed', advanced, { remote, proof })

/** The name is free: its key was removed, or what was only half made is gone. */
export const ended = (name: KeyName, advanced: Advanced): ChangeReport | null => {
  const { stage, strays } = advanced.state
  if (strays.length > 0) return null
  if (stage._tag === 'Removed') return removed(name, advanced, stage.remote, stage.proof?.strength ?? null)
  if (stage._tag !== 'Vacant') return null
  const proven = lastOf(advanced.events, 'RevocationProven')
  return proven === null
    ? removed(name, advanced, 'already-gone', null)
    : removed(name, advanced, 'revoked', proven.proof.strength)
}

const conclude = (deps: Deps, name: KeyName, advanced: Advanced): TE.TaskEither<VaultError, ChangeReport> => {
  const { stage, strays } = advanced.state
  if (advanced.stop._tag === 'LogFailed') return TE.right(incomplete(name, advanced))
  const report = ended(name, advanced)
  if (report !== null) return TE.right(report)
  const undone = lastOf(advanced.events, 'RemovalRolledBack')
  if (stage._tag === 'Held' && undone !== null && pendingWork(advanced.state).length === 0) return undoneError(deps, undone.cause)
  const remote: Remote = stage._tag === 'Outstanding' || strays.length > 0 ? 'outstanding' : 'live'
  return TE.right(incomplete(name, advanced, { remote }))
}

/** The facts of a command; none where it was settled already. */
export const accept =
  (name: KeyName) =>
  (done: Transacted): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> => {
    if (done._tag === 'Done') return TE.right(done.events)
    return done.refusal._tag === 'AlreadySettled' || done.refusal._tag === 'NothingNew'
      ? TE.right([])
      : TE.left(refusalError(name, done.refusal, done.state))
  }

const drive = (deps: Deps, name: KeyName, command: () => KeyCommand): TE.TaskEither<VaultError, ChangeReport> => {
  const budget = startBudget(deps.clock, deps.timing.retryBudget)
  return pipe(
    transact(deps, name, command),
    TE.flatMap(accept(name)),
    TE.flatMap((events) => begunAnd(events, hurry(deps, name))),
    TE.flatMap((events) => advance(deps, name, budget, events)),
    TE.flatMap((advanced) => conclude(deps, name, advanced)),
  )
}

/** Contains, deletes, proves, shreds; or what is left of that after an earlier try. */
export const remove = (deps: Deps, name: KeyName, mode: RemovalMode): TE.TaskEither<VaultError, ChangeReport> =>
  drive(deps, name, () => ({ _tag: 'Remove', mode, at: deps.clock.now() }))
