import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { actionStanding, type ActionStanding } from '../../domain/alerts/action.js'
import type { AlertRef, Subject } from '../../domain/alerts/identity.js'
import { fold } from '../../domain/decider.js'
import type { KeyEvent } from '../../domain/key/event.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import { decodeRecords } from '../decode-records.js'
import { unavailable, type VaultError } from '../errors.js'
import { streamOf } from '../key-store.js'
import { transact } from '../transact.js'
import type { AlertDeps } from './alert-deps.js'
import { loadAllAlerts, type LoadedAlerts, transactAlerts } from './alert-store.js'
import { deliveryId } from './compose-message.js'

/** An alert whose rule contains its key, and the key. */
interface Due {
  readonly subject: Subject
  readonly ref: AlertRef
  readonly rule: string
  readonly name: KeyName
}

const dueOf = (states: ReadonlyMap<Subject, LoadedAlerts>): ReadonlyArray<Due> =>
  [...states].flatMap(([subject, { state }]) =>
    [...state.alerts.values()].flatMap(({ ref, identity, name, action }) =>
      action === 'due' && name !== null ? [{ subject, ref, rule: identity.rule, name }] : [],
    ),
  )

const standingOf = (deps: AlertDeps, { subject, ref, name }: Due): TE.TaskEither<VaultError, ActionStanding> =>
  pipe(
    deps.log.read(streamOf(name)),
    TE.mapLeft(unavailable),
    TE.flatMapEither((records) => decodeRecords(deps.keyEvents, records)),
    TE.map((events) => {
      const state = fold(deps.protocol.decider, deps.protocol.decider.initial, events)
      return actionStanding(subject, deliveryId(deps.digest, ref), { state, events }, deps.clock.now())
    }),
  )

/** The note names the alert, so that it is known whether this was wished before; two watchers wish it once. */
const wish = (deps: AlertDeps, { name, rule, ref }: Due): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> => {
  const note = `rule ${rule}, alert ${deliveryId(deps.digest, ref)}`
  return pipe(
    transact(deps, name, () => ({ _tag: 'Contain', reason: 'alert', note, at: deps.clock.now() })),
    TE.map((done) => (done._tag === 'Done' ? done.events : [])),
  )
}

const finish = (deps: AlertDeps, { subject, ref }: Due, standing: ActionStanding): TE.TaskEither<VaultError, void> =>
  standing._tag !== 'Over'
    ? TE.right(undefined)
    : pipe(
        transactAlerts(deps, new Map([[subject, { _tag: 'TakeAction', alert: ref, outcome: standing.outcome, at: deps.clock.now() }]])),
        TE.map(() => undefined),
      )

const fulfilled = (deps: AlertDeps, due: Due, wished: ReadonlyArray<KeyEvent>): TE.TaskEither<VaultError, void> =>
  wished.length === 0 || deps.fulfil === null ? TE.right(undefined) : TE.fromTask(deps.fulfil(due.name, wished))

const actOn = (deps: AlertDeps, due: Due): TE.TaskEither<VaultError, void> =>
  pipe(
    standingOf(deps, due),
    TE.flatMap((standing) =>
      standing._tag === 'Wish'
        ? pipe(
            wish(deps, due),
            TE.flatMap((wished) => fulfilled(deps, due, wished)),
            TE.flatMap(() => standingOf(deps, due)),
          )
        : TE.right(standing),
    ),
    TE.flatMap((standing) => finish(deps, due, standing)),
  )

/**
 * Contains the keys that rules which act have spoken of, each once: the wish is a fact of the key like that of `suspend`, and goes
 * through the one loop. A wish that OpenRouter refused, or that could not be sent, is undone by the loop and made again here.
 */
export const actOnAlerts = (deps: AlertDeps): TE.TaskEither<VaultError, void> =>
  pipe(
    loadAllAlerts(deps),
    TE.flatMap((states) => TE.traverseSeqArray((due: Due) => actOn(deps, due))(dueOf(states))),
    TE.map(() => undefined),
  )
