import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyEvent } from '../../domain/key/event.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Deps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import { type GuardEvents, recordGuardDrift, retryGuards, viewGuards } from './guard-drift.js'
import { deleteIdle, noteIdle } from './idle-guardrails.js'
import type { Swept } from './sweep-account.js'

/** What a sweep saw, with what the guardrails showed, and those that were deleted because no key was under them. */
export interface Guarded {
  readonly swept: Swept
  readonly deleted: ReadonlyArray<string>
}

const joined = (swept: Swept, found: GuardEvents): Swept => {
  const events = new Map<KeyName, ReadonlyArray<KeyEvent>>(swept.events)
  for (const [name, more] of found) if (more.length > 0) events.set(name, [...(events.get(name) ?? []), ...more])
  return { ...swept, events }
}

/** After a sweep: what somebody did to guardrails is recorded, to be put back by whoever drives on; with `tidy`, idle ones of ours go. */
export const lookAtGuardrails = (deps: Deps, swept: Swept, tidy: boolean): TE.TaskEither<VaultError, Guarded> =>
  pipe(
    viewGuards(deps, swept.states),
    TE.bindTo('view'),
    TE.bind('found', ({ view }) => (view === null ? TE.right<VaultError, GuardEvents>([]) : recordGuardDrift(deps, swept.states, view))),
    TE.bind('retried', () => retryGuards(deps, swept.states)),
    TE.tap(({ view }) => (view === null ? TE.right(undefined) : noteIdle(deps, view))),
    TE.bind('deleted', ({ view }) => (view === null || !tidy ? TE.right<VaultError, ReadonlyArray<string>>([]) : deleteIdle(deps, view))),
    TE.map(({ found, retried, deleted }) => ({ swept: joined(swept, [...found, ...retried]), deleted })),
  )

const lookedNote = 'guardrails/looked'
/** A listing for each hundred guarded keys is too much for every pass. Milliseconds. */
const betweenLooks = 600_000

/** The same for a watcher, once in ten minutes. */
export const lookNowAndThen = (deps: Deps, swept: Swept): TE.TaskEither<VaultError, Swept> => {
  const now = deps.clock.now()
  return pipe(
    deps.notes.read(lookedNote),
    TE.mapLeft(unavailable),
    TE.flatMap((notes) => {
      const last = Number(notes.get(lookedNote) ?? Number.NaN)
      if (last <= now && now - last < betweenLooks) return TE.right(swept)
      return pipe(
        deps.notes.write(new Map([[lookedNote, String(now)]])),
        TE.mapLeft(unavailable),
        TE.flatMap(() => lookAtGuardrails(deps, swept, false)),
        TE.map((looked) => looked.swept),
      )
    }),
  )
}
