import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../../domain/key/cause.js'
import type { GuardResult } from '../../domain/key/command.js'
import type { Step } from '../../domain/key/step.js'
import type { AttemptId, KeyName } from '../../domain/shared/identifiers.js'
import { plus } from '../../domain/shared/instant.js'
import { findGuardrail, type FoundGuardrail, guardrailWith, hasTerms, ownOf } from '../../domain/spend/choose-guardrail.js'
import { retryDate } from '../budget.js'
import type { Deps } from '../deps.js'
import type { Loaded } from '../key-store.js'
import type { Guardrail } from '../ports/guardrail.js'
import type { RemoteError } from '../ports/remote-error.js'
import { isFromAnotherClock, waitToSettle } from '../settled-date.js'
import { isWatched } from '../watcher-heartbeat.js'
import { failuresOf } from './change.js'
import { assignGuardrail, makeGuardrail, takeOffGuardrail } from './change-guard.js'
import { type Token, underClaim } from './claiming.js'
import { isNotToBeHad, unlessCredential } from './guard-failure.js'
import { listGuards, noteGuardrailUse, usableGuardrails } from './list-guards.js'
import { readFailure, unrecorded, unrecordedUnder } from './look.js'
import { overtaken, type Progress, recordOutcome } from './progress.js'

type Guard = Extract<Step, { readonly _tag: 'Guard' }>

const foreign: Cause = { kind: 'refused', status: null, message: 'a guardrail that is not of this vault is on the key' }

const record = (
  deps: Deps,
  name: KeyName,
  loaded: Loaded,
  step: Guard,
  attempt: AttemptId | null,
  result: GuardResult,
): TE.TaskEither<Parameters<typeof unrecorded>[0], Extract<Progress, { readonly _tag: 'Recorded' }>> => {
  const at = deps.clock.now()
  const retryAt = retryDate(deps.random, at, failuresOf(loaded, step.hash))
  return pipe(
    isWatched(deps),
    TE.flatMap((watched) => recordOutcome(deps, name, loaded, { _tag: 'RecordGuard', attempt, hash: step.hash, result, watched, retryAt, at })),
    TE.map((events) => {
      const cause = result._tag === 'Failed' || result._tag === 'Unknown' ? result.cause : null
      return { _tag: 'Recorded', events, failed: cause, retryAfter: null }
    }),
  )
}

/** Records what reads alone showed. */
const told = (deps: Deps, name: KeyName, loaded: Loaded, step: Guard, result: GuardResult): T.Task<Progress> =>
  pipe(
    record(deps, name, loaded, step, null, result),
    TE.match(unrecorded, (progress): Progress => (progress.events.length === 0 ? overtaken : progress)),
  )

interface Seen {
  readonly guardrails: ReadonlyArray<Guardrail>
  readonly found: FoundGuardrail
}

const look = (deps: Deps, { hash, held }: Guard): TE.TaskEither<RemoteError, Seen> =>
  pipe(
    listGuards(deps),
    TE.map(({ guardrails, assignments }) => ({ guardrails, found: findGuardrail(deps.vault, hash, guardrails, assignments, held) })),
  )

const observed = (found: FoundGuardrail): GuardResult => ({ _tag: 'Observed', guardrail: ownOf(found) })

const changing = (
  deps: Deps,
  name: KeyName,
  loaded: Loaded,
  step: Guard,
  change: (token: Token) => T.Task<GuardResult>,
): T.Task<Progress> => {
  const attempt = deps.random.attemptId()
  return underClaim(
    deps,
    name,
    loaded,
    (until, at) => ({ _tag: 'Claim', attempt, effect: 'guard', hash: step.hash, owner: deps.process.owner, until, at }),
    (token) =>
      pipe(
        noteGuardrailUse(deps),
        T.flatMap(() => change(token)),
        T.flatMap((result) => record(deps, name, token.loaded, step, attempt, result)),
        TE.match(unrecordedUnder(token), (progress): Progress => ({ ...progress, events: [...token.events, ...progress.events] })),
      ),
  )
}

/** A guardrail that is about to be deleted as unused is not taken up again. */
const giving = (deps: Deps, name: KeyName, loaded: Loaded, step: Guard, cap: NonNullable<Guard['cap']>, guardrails: ReadonlyArray<Guardrail>): T.Task<Progress> =>
  pipe(
    usableGuardrails(deps, guardrails),
    TE.map((usable) => guardrailWith(deps.vault, usable, cap, step.includeByok)),
    TE.matchE(
      (error) => T.of(unrecorded(error)),
      (there) =>
        changing(deps, name, loaded, step, (token) =>
          there === null ? makeGuardrail(deps, step, cap, token) : assignGuardrail(deps, step, token, there),
        ),
    ),
  )

const act = (deps: Deps, name: KeyName, loaded: Loaded, step: Guard, { guardrails, found }: Seen): T.Task<Progress> => {
  const { cap, includeByok } = step
  if (step.doubtedSince !== null) return told(deps, name, loaded, step, observed(found))
  if (cap === null)
    return found._tag === 'Ours'
      ? changing(deps, name, loaded, step, (token) => takeOffGuardrail(deps, step, token, found.guardrail))
      : told(deps, name, loaded, step, observed(found))
  if (found._tag === 'Foreign') return told(deps, name, loaded, step, { _tag: 'Unavailable', cause: foreign })
  if (found._tag === 'Ours' && hasTerms(found.guardrail, cap, includeByok)) return told(deps, name, loaded, step, observed(found))
  return giving(deps, name, loaded, step, cap, guardrails)
}

const lookAndAct = (deps: Deps, name: KeyName, loaded: Loaded, step: Guard): T.Task<Progress> =>
  pipe(
    look(deps, step),
    TE.matchE(
      (error) =>
        isNotToBeHad(error)
          ? pipe(
              unlessCredential(deps, error),
              T.flatMap((result): T.Task<Progress> =>
                result._tag === 'Unavailable'
                  ? told(deps, name, loaded, step, result)
                  : T.of(readFailure(error)),
              ),
            )
          : T.of(readFailure(error)),
      (seen) => act(deps, name, loaded, step, seen),
    ),
  )

/**
 * Brings a key under the guardrail of this vault with the wanted budget: looked for in every workspace, made where there is none,
 * assigned, and read back. Somebody else's guardrail on the key is never replaced.
 */
export const performGuard = (deps: Deps, name: KeyName, loaded: Loaded, step: Guard): T.Task<Progress> => {
  const from = step.doubtedSince === null ? null : plus(step.doubtedSince, deps.timing.settle)
  if (from === null || from <= deps.clock.now()) return lookAndAct(deps, name, loaded, step)
  if (!isFromAnotherClock(deps, from)) return T.of({ _tag: 'NotYet', at: from })
  return pipe(
    waitToSettle(deps),
    T.flatMap(() => lookAndAct(deps, name, loaded, step)),
  )
}
