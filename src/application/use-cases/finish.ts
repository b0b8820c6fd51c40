import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { owedWork } from '../../domain/key/view.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import { advance } from '../advance.js'
import { startBudget } from '../budget.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import type { ChangeReport } from '../reports.js'
import { hurry } from './begun.js'
import { changeReport, incomplete } from './outcome.js'

/** Goes on with whatever was begun for a name, now and not at its date, to its end or its undoing. */
export const finish = (deps: Deps, name: KeyName): TE.TaskEither<VaultError, ChangeReport> => {
  const budget = startBudget(deps.clock, deps.timing.retryBudget)
  return pipe(
    hurry(deps, name),
    TE.flatMap((hurried) => advance(deps, name, budget, hurried)),
    TE.map((advanced) =>
      owedWork(advanced.state).length > 0 || advanced.stop._tag === 'LogFailed'
        ? incomplete(name, advanced)
        : changeReport(name, advanced.events.length === 0 ? 'unchanged' : 'updated', advanced),
    ),
  )
}
