import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../../domain/key/cause.js'
import type { KeyCommand } from '../../domain/key/command.js'
import type { KeyEvent } from '../../domain/key/event.js'
import type { ContainmentReason } from '../../domain/key/spec.js'
import type { KeyState } from '../../domain/key/state.js'
import { containedFor } from '../../domain/key/view.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { loadKey } from '../key-store.js'
import type { ChangeReport } from '../reports.js'
import type { Advanced } from '../run.js'
import { begunAnd } from './begun.js'
import { beginHeld, driveHeld } from './drive-held.js'
import { changeReport, lastOf } from './outcome.js'

type Kind = 'suspended' | 'resumed'

const undoneBy = (kind: Kind, events: ReadonlyArray<KeyEvent>): Cause | null =>
  (kind === 'suspended' ? lastOf(events, 'ContainmentRolledBack') : lastOf(events, 'LiftingRolledBack'))?.cause ?? null

const settled = (name: KeyName, kind: Kind, advanced: Advanced): ChangeReport => {
  const reasons = containedFor(advanced.state.stage)
  const notes = kind === 'resumed' && reasons.length > 0 ? [`it stays contained for: ${reasons.join(', ')}`] : []
  const outcome = advanced.events.length === 0 ? 'unchanged' : kind
  return changeReport(name, outcome, advanced, { remote: 'live', notes })
}

/** Sends what was recorded, at once, and says what came of it. */
const drive = (deps: Deps, name: KeyName, kind: Kind, begun: ReadonlyArray<KeyEvent>): TE.TaskEither<VaultError, ChangeReport> =>
  driveHeld(deps, name, begun, {
    undone: (events) => undoneBy(kind, events),
    done: (advanced) => TE.right(settled(name, kind, advanced)),
  })

/** Contains a key for a reason; what `begun` recorded already is not asked for again. */
export const contain = (
  deps: Deps,
  name: KeyName,
  reason: ContainmentReason,
  note: string | null,
  begun: ReadonlyArray<KeyEvent> = [],
): TE.TaskEither<VaultError, ChangeReport> =>
  pipe(
    begun.length > 0 ? TE.right(begun) : beginHeld(deps, name, () => ({ _tag: 'Contain', reason, note, at: deps.clock.now() })),
    TE.flatMap((events) => drive(deps, name, 'suspended', events)),
  )

/** Takes one reason away; the key spends again if none is left. */
export const lift = (deps: Deps, name: KeyName, reason: ContainmentReason): TE.TaskEither<VaultError, ChangeReport> =>
  pipe(
    beginHeld(deps, name, () => ({ _tag: 'Lift', reason, at: deps.clock.now() })),
    TE.flatMap((events) => drive(deps, name, 'resumed', events)),
  )

export const suspend = (deps: Deps, name: KeyName, note: string | null): TE.TaskEither<VaultError, ChangeReport> =>
  contain(deps, name, 'user', note)

/** The reasons that are an owner's to lift, what was asked for here last. */
const liftable: ReadonlyArray<ContainmentReason> = ['drift', 'panic', 'alert', 'user']

const standing = ({ stage }: KeyState): ContainmentReason | undefined =>
  stage._tag === 'Held' ? liftable.find((reason) => containedFor(stage).includes(reason)) : undefined

/** Every reason but a spent window is taken away: whoever resumes a key wants it to work, whatever a look finds on the way. */
const beginResuming = (deps: Deps, name: KeyName, turn = 0): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> => {
  const lift = (state: KeyState): KeyCommand => ({ _tag: 'Lift', reason: standing(state) ?? 'user', at: deps.clock.now() })
  const others = pipe(
    loadKey(deps, name),
    TE.flatMap(({ state }) => (standing(state) === undefined ? TE.right([]) : beginResuming(deps, name, turn + 1))),
  )
  return pipe(
    beginHeld(deps, name, lift),
    TE.flatMap((first) => (turn < liftable.length ? begunAnd(first, others) : TE.right(first))),
  )
}

export const resume = (deps: Deps, name: KeyName): TE.TaskEither<VaultError, ChangeReport> =>
  pipe(
    beginResuming(deps, name),
    TE.flatMap((events) => drive(deps, name, 'resumed', events)),
  )
