import { pipe } from 'fp-ts/lib/function.js'
import type * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Deps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import type { Guardrail, GuardrailAssignment } from '../ports/guardrail.js'
import type { RemoteError } from '../ports/remote-error.js'

/** All guardrails of the account, and which key is under which. */
export interface Guards {
  readonly guardrails: ReadonlyArray<Guardrail>
  readonly assignments: ReadonlyArray<GuardrailAssignment>
}

export const listGuards = (deps: Pick<Deps, 'client'>): TE.TaskEither<RemoteError, Guards> =>
  pipe(
    TE.Do,
    TE.bind('guardrails', () => deps.client.listGuardrails()),
    TE.bind('assignments', () => deps.client.listAssignments()),
  )

/** Notes of guardrails that a reconcile means to delete, since when. Nobody of this vault takes one up from then on. */
export const endingPrefix = 'guardrails/ending/'
/** Notes of guardrails of ours that are on no key, since when. */
export const idlePrefix = 'guardrails/idle/'
/** Whether this vault ever asked for a guardrail, so that there is something to look after. */
export const useNote = 'guardrails/used'

export const usableGuardrails = (
  deps: Pick<Deps, 'notes'>,
  guardrails: ReadonlyArray<Guardrail>,
): TE.TaskEither<VaultError, ReadonlyArray<Guardrail>> =>
  pipe(
    deps.notes.read(endingPrefix),
    TE.mapLeft(unavailable),
    TE.map((ending) => guardrails.filter(({ id }) => !ending.has(`${endingPrefix}${id}`))),
  )

/** A note that cannot be written costs at most that nobody looks. */
export const noteGuardrailUse = (deps: Pick<Deps, 'notes' | 'clock'>): T.Task<void> =>
  pipe(
    deps.notes.write(new Map([[useNote, String(deps.clock.now())]])),
    TE.match(
      () => undefined,
      () => undefined,
    ),
  )
