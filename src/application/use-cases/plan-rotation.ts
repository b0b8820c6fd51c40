import { isLeft } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { RotationMode } from '../../domain/key/rotation-event.js'
import { uncontainedLimit } from '../../domain/key/rotation-budget.js'
import type { HeldKey } from '../../domain/key/state.js'
import { hashOf, heldKey, incarnationOf, publicState } from '../../domain/key/view.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { LocalDeps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { loadKey } from '../key-store.js'
import type { RotationPlan } from '../rotation-plan.js'
import { refusalError } from '../transact.js'
import { limitsView } from '../view-key.js'

const stepsOf = (key: HeldKey | null, { grace, leaked }: RotationMode): ReadonlyArray<string> => {
  const limited = key !== null && uncontainedLimit(key).limit !== null
  return [
    ...(leaked ? ['disable the old key at once, and read that back'] : []),
    'create a successor that may spend nothing, seal its secret, and prove that the secret works',
    ...(limited ? ['share out what is left of the limit: lower the old key first, read that back, then raise the successor'] : ['give the successor its limits']),
    'hand out the successor from then on',
    ...(grace > 0 && !leaked ? [`let the old key work for ${String(Math.round(grace / 60_000))} minutes more`] : []),
    'contain the old key, delete it, prove it gone and destroy its secret',
    ...(limited ? ['leave the successor what is left until the window turns, then its own limit'] : []),
  ]
}

/** Says what a rotation would do, or go on to do; nobody is asked and nothing is recorded. */
export const planRotation = (deps: LocalDeps, name: KeyName, mode: RotationMode): TE.TaskEither<VaultError, RotationPlan> =>
  pipe(
    loadKey(deps, name),
    TE.flatMap(({ state }) => {
      const decision = deps.protocol.decider.decide({ _tag: 'Rotate', mode, expiresAt: null, at: deps.clock.now() }, state)
      if (isLeft(decision) && decision.left._tag !== 'AlreadySettled')
        return TE.left(refusalError(name, decision.left, state))
      const key = heldKey(state.stage)
      return TE.right({
        name,
        state: publicState(state) ?? 'removed',
        hash: hashOf(state.stage),
        label: key?.label ?? null,
        limits: limitsView(incarnationOf(state.stage)?.spec ?? null),
        steps: stepsOf(key, mode),
      })
    }),
  )
