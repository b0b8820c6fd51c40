import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { scheduledGrace } from '../../domain/alerts/rotation-date.js'
import type { KeyEvent } from '../../domain/key/event.js'
import { nextTry, rotationFailures } from '../../domain/key/rotation-failures.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Instant } from '../../domain/shared/instant.js'
import type { AlertParts } from '../alerts/alert-deps.js'
import { decodeRecords } from '../decode-records.js'
import type { Deps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import { loadKey, streamOf } from '../key-store.js'
import { type DueRotation, dueRotations } from '../rotations/due-rotations.js'
import { heldBackText } from '../rotations/held-back-text.js'
import { transact } from '../transact.js'
import { successorExpiry } from '../use-cases/rotate.js'
import type { Swept } from '../use-cases/sweep-account.js'
import { isoOf } from '../view-key.js'
import type { ScheduledRotations } from './watch-report.js'

type RotatingDeps = Deps & Pick<AlertParts, 'policy'>

/** So many rotations are begun in one pass: an account with a thousand keys that are due on one day is not turned over at once. */
export const mostRotationsPerPass = 5

/** What was begun, and the sweep with it, so that whoever drives what is unfinished goes on with it. */
export interface Begun {
  readonly swept: Swept
  readonly rotations: ScheduledRotations
}

/** When a key that is due was last tried in vain, and when it may be tried again; null: now. */
const notBefore = (deps: RotatingDeps, name: KeyName): TE.TaskEither<VaultError, Instant | null> =>
  pipe(
    deps.log.read(streamOf(name)),
    TE.mapLeft(unavailable),
    TE.flatMapEither((records) => decodeRecords(deps.keyEvents, records)),
    TE.map((events) => {
      const failures = rotationFailures(events)
      const at = failures === null ? null : nextTry(failures)
      return at === null || at <= deps.clock.now() ? null : at
    }),
  )

/** The state may be another by now than the sweep saw, and another process may have been first: the key itself decides. */
const request = (deps: RotatingDeps, { name, generation }: DueRotation): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> =>
  pipe(
    transact(deps, name, (state) => {
      const at = deps.clock.now()
      const mode = { grace: scheduledGrace, leaked: false }
      return { _tag: 'Rotate', mode, expiresAt: successorExpiry(state, at), scheduled: generation, at }
    }),
    TE.map((done) => (done._tag === 'Done' ? done.events : [])),
  )

const held = ({ swept, rotations }: Begun, name: KeyName, reason: string): Begun => ({
  swept,
  rotations: { ...rotations, heldBack: [...rotations.heldBack, { name, reason }] },
})

const withRequest = (deps: RotatingDeps, { swept, rotations }: Begun, name: KeyName, events: ReadonlyArray<KeyEvent>): TE.TaskEither<VaultError, Begun> =>
  pipe(
    loadKey(deps, name),
    TE.map(({ state }) => ({
      swept: {
        ...swept,
        states: new Map(swept.states).set(name, state),
        events: new Map(swept.events).set(name, [...(swept.events.get(name) ?? []), ...events]),
      },
      rotations: { ...rotations, begun: [...rotations.begun, name] },
    })),
  )

const begin = (deps: RotatingDeps, begun: Begun, due: DueRotation): TE.TaskEither<VaultError, Begun> =>
  pipe(
    notBefore(deps, due.name),
    TE.flatMap((later) =>
      later === null
        ? pipe(
            request(deps, due),
            TE.flatMap((events) => (events.length === 0 ? TE.right(begun) : withRequest(deps, begun, due.name, events))),
          )
        : TE.right(held(begun, due.name, `the last try came to nothing, the next one is from ${isoOf(later)} on`)),
    ),
  )

const beginAll = (deps: RotatingDeps, begun: Begun, due: ReadonlyArray<DueRotation>, at = 0): TE.TaskEither<VaultError, Begun> => {
  const { swept, rotations } = begun
  const next = due[at]
  if (next === undefined) return TE.right(begun)
  if (rotations.begun.length >= mostRotationsPerPass) return TE.right({ swept, rotations: { ...rotations, waiting: due.length - at } })
  return pipe(
    begin(deps, begun, next),
    TE.flatMap((more) => beginAll(deps, more, due, at + 1)),
  )
}

const visible = ({ byWatcher, heldBack }: DueRotation): boolean => byWatcher && heldBack !== 'being-rotated'

/** Begins to replace keys whose schedule says that the watcher does it, the longest overdue first; the loop goes on with them. */
export const beginRotations = (deps: RotatingDeps, swept: Swept): TE.TaskEither<VaultError, Begun> => {
  const due = dueRotations(deps.policy, swept.states, deps.clock.now()).filter(visible)
  const none: Begun = { swept, rotations: { begun: [], waiting: 0, heldBack: [] } }
  const start = due.reduce((begun, { name, heldBack }) => (heldBack === null ? begun : held(begun, name, heldBackText(heldBack))), none)
  return beginAll(deps, start, due.filter(({ heldBack }) => heldBack === null))
}
