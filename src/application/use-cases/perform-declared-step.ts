import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Step } from '../../domain/declared/step.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import type { ChangeReport } from '../reports.js'
import { add, type AddRequest, checkLocally } from './add.js'
import { changeSchedule } from './change-schedule.js'
import { changeTags } from './change-tags.js'
import { finish } from './finish.js'
import { remove } from './remove.js'
import { updateLimits } from './update-limits.js'

/** As `add --if-missing`: of two processes that apply the same file one makes the key. */
const adding = (deps: Deps, { name, limits, tags }: Extract<Step, { readonly _tag: 'Add' }>): TE.TaskEither<VaultError, ChangeReport> => {
  const spec = { limits, tags, includeByok: false, expiresAt: null, workspace: null, requireEnforced: false }
  const request: AddRequest = { name, spec, workspace: null, ifMissing: true }
  return pipe(
    checkLocally(deps, request),
    TE.flatMap((check) => (check._tag === 'There' ? TE.right(check.report) : add(deps, request, check))),
  )
}

/** One step of a plan, as the command of the same name does it. */
export const performStep = (deps: Deps, step: Exclude<Step, { readonly _tag: 'Blocked' }>): TE.TaskEither<VaultError, ChangeReport> => {
  switch (step._tag) {
    case 'Add':
      return adding(deps, step)
    case 'Finish':
      return finish(deps, step.name)
    case 'ChangeLimits':
      return updateLimits(deps, step.name, step.patch)
    case 'ChangeTags':
      return changeTags(deps, step.name, step.patch)
    case 'ChangeSchedule':
      return changeSchedule(deps, step.name, step.patch)
    case 'Remove':
      return remove(deps, step.name, { leaked: false, force: false })
  }
}
