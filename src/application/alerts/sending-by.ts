import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Sending } from '../../domain/alerts/next-delivery.js'
import { quietFor } from '../../domain/alerts/policy.js'
import type { KeyState } from '../../domain/key/state.js'
import { incarnationOf } from '../../domain/key/view.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { VaultError } from '../errors.js'
import { loadAllKeys } from '../load-keys.js'
import type { AlertDeps } from './alert-deps.js'

/** Quiet hours of a tag need to know who bears it; no key is read where no tag has any. */
export const sendingBy = (deps: AlertDeps): TE.TaskEither<VaultError, Sending> => {
  const { policy } = deps
  const byTag = Object.values(policy.tags).some(({ quiet }) => quiet !== undefined)
  return pipe(
    byTag ? loadAllKeys(deps) : TE.right<VaultError, ReadonlyMap<KeyName, KeyState>>(new Map()),
    TE.map((states) => ({
      digestAbove: policy.digestAbove,
      quietOf: ({ name }) => {
        const state = name === null ? undefined : states.get(name)
        const tags = (state === undefined ? null : incarnationOf(state.stage))?.spec.tags ?? {}
        return quietFor(policy, name === null ? null : { name, tags })
      },
    })),
  )
}
