import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyEvent } from '../../domain/key/event.js'
import type { KeyState } from '../../domain/key/state.js'
import { containedFor } from '../../domain/key/view.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { LimitsPatch } from '../../domain/spend/limits.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import type { ChangeReport } from '../reports.js'
import type { Advanced } from '../run.js'
import { transact } from '../transact.js'
import { begunAnd } from './begun.js'
import { beginHeld, driveHeld } from './drive-held.js'
import { unenforcedNotes } from './enforcement.js'
import { changeReport, lastOf } from './outcome.js'

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

/** Whoever names a daily limit that fell to the watcher wants to know whether a guardrail can be had by now. */
const retried = (deps: Deps, name: KeyName, { daily }: LimitsPatch): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> =>
  daily === undefined || daily === null
    ? TE.right([])
    : pipe(
        transact(deps, name, () => ({ _tag: 'RetryGuard', at: deps.clock.now() })),
        TE.map((done) => (done._tag === 'Done' ? done.events : [])),
      )

/** Gives a key other limits: what of them tightens first, each read back, and all as before where a part is refused for good. */
export const updateLimits = (deps: Deps, name: KeyName, patch: LimitsPatch): TE.TaskEither<VaultError, ChangeReport> =>
  pipe(
    beginHeld(deps, name, () => ({ _tag: 'ChangeLimits', patch, at: deps.clock.now() })),
    TE.flatMap((begun) => begunAnd(begun, retried(deps, name, patch))),
    TE.flatMap((begun) =>
      driveHeld(deps, name, begun, {
        undone: (events) => lastOf(events, 'LimitsChangeRolledBack')?.cause ?? null,
        done: (advanced) => updated(deps, name, advanced),
      }),
    ),
  )
