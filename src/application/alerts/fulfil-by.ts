import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Remote } from '../make-vault.js'
import { contain } from '../use-cases/containment.js'
import type { AlertParts } from './alert-deps.js'

/** Sends what was wished for a key. Whatever comes of it is in the log, and a reconcile goes on with what is left. */
export const fulfilBy =
  (remote: Pick<Remote, 'deps'>): NonNullable<AlertParts['fulfil']> =>
  (name, wished) =>
    pipe(
      remote.deps(),
      TE.flatMap((deps) => contain(deps, name, 'alert', null, wished)),
      TE.match(
        () => undefined,
        () => undefined,
      ),
    )
