import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../../domain/key/cause.js'
import type { GuardResult } from '../../domain/key/command.js'
import type { Step } from '../../domain/key/step.js'
import type { GuardrailTerms } from '../../domain/spend/choose-guardrail.js'
import { guardrailName } from '../../domain/spend/guardrail-name.js'
import { causeOf } from '../causes.js'
import type { Deps } from '../deps.js'
import type { RemoteError } from '../ports/remote-error.js'
import { confirmingRefusal } from './change.js'
import { maySend, type Token } from './claiming.js'
import { confirmAbsence } from './confirm-absence.js'
import { failureOf } from './guard-failure.js'

type Guard = Extract<Step, { readonly _tag: 'Guard' }>

const tooLate: Cause = { kind: 'unreachable', status: null, message: 'the claim ran out before the request was sent' }
const notVisible: Cause = { kind: 'unreadable', status: 200, message: 'the guardrail is not visible on the key yet' }
const vanished: Cause = { kind: 'unreadable', status: 404, message: 'the guardrail is not there any more' }

/** Unknown hashes are left out of an assignment without a word, so a key that stays without one may be gone itself. */
const unlessGone = (deps: Deps, { hash }: Guard): T.Task<GuardResult> =>
  pipe(
    confirmAbsence(deps, hash),
    T.map((found): GuardResult => (found._tag === 'Absent' ? { _tag: 'Absent' } : { _tag: 'Unknown', cause: notVisible })),
  )

/** What is read back counts: the answer to an assignment names no key. A guardrail that was made a moment ago is read by itself. */
const readBack = (deps: Deps, step: Guard, wanted: GuardrailTerms | null): T.Task<GuardResult> =>
  pipe(
    deps.client.listAssignments(),
    TE.matchE(
      (error): T.Task<GuardResult> => T.of({ _tag: 'Unknown', cause: causeOf(error) }),
      (assignments): T.Task<GuardResult> => {
        const id = assignments.find(({ hash }) => hash === step.hash)?.guardrail ?? null
        if (id === (wanted?.id ?? null)) return T.of({ _tag: 'Observed', guardrail: wanted })
        return id === null ? unlessGone(deps, step) : T.of({ _tag: 'Unknown', cause: notVisible })
      },
    ),
  )

const sending = (
  deps: Deps,
  token: Token,
  request: () => TE.TaskEither<RemoteError, unknown>,
  then: () => T.Task<GuardResult>,
  failed: (error: RemoteError) => T.Task<GuardResult>,
): T.Task<GuardResult> =>
  maySend(deps, token)
    ? pipe(
        confirmingRefusal(deps, token, request),
        TE.matchE(failed, then),
      )
    : T.of({ _tag: 'Failed', cause: tooLate })

/** A 404 is of the guardrail where that is gone: then nothing was changed, and another one will do. */
const unlessVanished =
  (deps: Deps, { id }: GuardrailTerms) =>
  (error: RemoteError): T.Task<GuardResult> =>
    error._tag !== 'Absent'
      ? failureOf(deps, error)
      : pipe(
          deps.client.getGuardrail(id),
          TE.matchE(
            (problem): T.Task<GuardResult> => T.of({ _tag: 'Failed', cause: problem._tag === 'Absent' ? vanished : causeOf(problem) }),
            () => failureOf(deps, error),
          ),
        )

/** Puts a guardrail of ours on the key, in the place of any other of ours. */
export const assignGuardrail = (deps: Deps, step: Guard, token: Token, guardrail: GuardrailTerms): T.Task<GuardResult> =>
  sending(
    deps,
    token,
    () => deps.client.assignGuardrail(guardrail.id, [step.hash]),
    () => readBack(deps, step, guardrail),
    unlessVanished(deps, guardrail),
  )

/** Takes it off; one that is gone meanwhile is on no key. */
export const takeOffGuardrail = (deps: Deps, step: Guard, token: Token, guardrail: GuardrailTerms): T.Task<GuardResult> =>
  sending(
    deps,
    token,
    () => deps.client.unassignGuardrail(guardrail.id, [step.hash]),
    () => readBack(deps, step, null),
    unlessVanished(deps, guardrail),
  )

/** One POST; should its answer be lost, the guardrail is found by its name when it can arrive no later, and never made twice for that. */
export const makeGuardrail = (deps: Deps, step: Guard, cap: NonNullable<Guard['cap']>, token: Token): T.Task<GuardResult> => {
  if (!maySend(deps, token)) return T.of({ _tag: 'Failed', cause: tooLate })
  const { includeByok, workspace } = step
  return pipe(
    deps.client.createGuardrail({ name: guardrailName(deps.vault, cap, includeByok), cap, includeByok, workspace }),
    TE.matchE(
      (error) => failureOf(deps, error),
      ({ id }) => assignGuardrail(deps, step, token, { id, cap, includeByok }),
    ),
  )
}
