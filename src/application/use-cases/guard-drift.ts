import { isRight } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyEvent } from '../../domain/key/event.js'
import { askedGuard } from '../../domain/key/guard.js'
import type { HeldKey } from '../../domain/key/state.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import { type Instant, instant } from '../../domain/shared/instant.js'
import { findGuardrail, ownOf } from '../../domain/spend/choose-guardrail.js'
import type { Deps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import { type Guards, listGuards, useNote } from '../perform/list-guards.js'
import { transact } from '../transact.js'
import type { States } from './sweep-account.js'

type Held = readonly [KeyName, HeldKey]
/** What was recorded of each name. */
export type GuardEvents = ReadonlyArray<readonly [KeyName, ReadonlyArray<KeyEvent>]>

/** What a look at the guardrails showed, and when it was sent. `null`: nobody could look, or there is nothing to look at. */
export interface GuardView {
  readonly guards: Guards
  readonly at: Instant
}

const heldOf = (states: States): ReadonlyArray<Held> =>
  [...states].flatMap(([name, { claim, stage }]): ReadonlyArray<Held> =>
    stage._tag === 'Held' && claim === null && stage.key.remote._tag !== 'Absent' ? [[name, stage.key]] : [],
  )

const ownOn = (deps: Pick<Deps, 'vault'>, key: HeldKey, { guardrails, assignments }: Guards): ReturnType<typeof ownOf> => {
  const held = key.guard._tag === 'Assigned' ? key.guard.guardrail.id : null
  return ownOf(findGuardrail(deps.vault, key.hash, guardrails, assignments, held))
}

/** The facts that a look would add, by name; nothing is recorded. */
export const guardDrift = (deps: Pick<Deps, 'vault' | 'protocol' | 'clock'>, states: States, { guards, at }: GuardView): GuardEvents =>
  heldOf(states).flatMap(([name, key]) => {
    const state = states.get(name) ?? deps.protocol.decider.initial
    const command = { _tag: 'ObserveGuard', hash: key.hash, found: ownOn(deps, key, guards), asOf: at, at: deps.clock.now() } as const
    const decision = deps.protocol.decider.decide(command, state)
    return isRight(decision) ? [[name, decision.right] as const] : []
  })

const take = (deps: Deps): TE.TaskEither<VaultError, GuardView | null> => {
  const at = deps.clock.now()
  return pipe(
    listGuards(deps),
    // Where guardrails cannot be listed nothing is known of them, which is no reason to leave everything else undone.
    TE.match(
      () => null,
      (guards): GuardView => ({ guards, at }),
    ),
    TE.fromTask<GuardView | null, VaultError>,
  )
}

/** Looks where this vault has ever asked for a guardrail, and asks nothing of an account where it has not. */
export const viewGuards = (deps: Deps, states: States): TE.TaskEither<VaultError, GuardView | null> =>
  pipe(
    deps.notes.read(useNote),
    TE.mapLeft(unavailable),
    TE.flatMap((used) => (used.size > 0 || heldOf(states).some(([, { guard }]) => guard._tag === 'Assigned') ? take(deps) : TE.right(null))),
  )

/** A listing may be older than the log, so what it says is looked at once more before it is believed. */
const confirmed = (deps: Deps, states: States, view: GuardView): TE.TaskEither<VaultError, GuardView> =>
  guardDrift(deps, states, view).length === 0 ? TE.right(view) : TE.map((again: GuardView | null) => again ?? view)(take(deps))

/** Tells every stream whose guardrail is not as it was what is on its key now. */
export const recordGuardDrift = (deps: Deps, states: States, view: GuardView): TE.TaskEither<VaultError, GuardEvents> =>
  pipe(
    confirmed(deps, states, view),
    TE.flatMap(({ guards, at }) => {
      const differing = new Set(guardDrift(deps, states, { guards, at }).map(([name]) => name))
      const tell = ([name, key]: Held): TE.TaskEither<VaultError, GuardEvents[number]> =>
        pipe(
          transact(deps, name, () => ({ _tag: 'ObserveGuard', hash: key.hash, found: ownOn(deps, key, guards), asOf: at, at: deps.clock.now() })),
          TE.map((done) => [name, done._tag === 'Done' ? done.events : []] as const),
        )
      return TE.traverseSeqArray(tell)(heldOf(states).filter(([name]) => differing.has(name)))
    }),
  )

const retriedNote = 'guardrails/retried'
const retryAfter = 86_400_000

const isDue = (text: string | undefined, now: Instant): boolean => {
  const last = instant(Number(text ?? Number.NaN))
  return !isRight(last) || now - last.right >= retryAfter || last.right > now
}

/** Once a day it is tried whether keys that fell to the watcher can have a guardrail by now. */
export const retryGuards = (deps: Deps, states: States): TE.TaskEither<VaultError, GuardEvents> => {
  const now = deps.clock.now()
  const waiting = heldOf(states).filter(([, key]) => key.guard._tag === 'Unavailable' && askedGuard(key) !== null)
  if (waiting.length === 0) return TE.right([])
  const retry = ([name]: Held): TE.TaskEither<VaultError, GuardEvents[number]> =>
    pipe(
      transact(deps, name, () => ({ _tag: 'RetryGuard', at: now })),
      TE.map((done) => [name, done._tag === 'Done' ? done.events : []] as const),
    )
  return pipe(
    deps.notes.read(retriedNote),
    TE.mapLeft(unavailable),
    TE.flatMap((notes) =>
      isDue(notes.get(retriedNote), now)
        ? pipe(
            deps.notes.write(new Map([[retriedNote, String(now)]])),
            TE.mapLeft(unavailable),
            TE.flatMap(() => TE.traverseSeqArray(retry)(waiting)),
          )
        : TE.right([]),
    ),
  )
}
