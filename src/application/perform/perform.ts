import type { Task } from 'fp-ts/lib/Task.js'

import type { Step } from '../../domain/key/step.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Deps } from '../deps.js'
import type { Loaded } from '../key-store.js'
import type { ViewSource } from './account-view.js'
import { performApply, performDelete } from './change.js'
import { performCreate } from './create.js'
import { performGuard } from './guard.js'
import { performCloseClaim, performShred, performTurn } from './local.js'
import { performMeasure } from './measure.js'
import { performVerify } from './verify.js'
import { performLook } from './look.js'
import type { Progress } from './progress.js'
import { performProve } from './prove.js'
import { performRead } from './read.js'

/** Performs the one step that is due and records its outcome. A proof looks at the account through `view`. */
export const perform = (deps: Deps, name: KeyName, loaded: Loaded, step: Step, view: ViewSource): Task<Progress> => {
  switch (step._tag) {
    case 'Create':
      return performCreate(deps, name, loaded, step)
    case 'Look':
      return performLook(deps, name, loaded, step)
    case 'CloseClaim':
      return performCloseClaim(deps, name, loaded)
    case 'Read':
      return performRead(deps, name, loaded, step)
    case 'Apply':
      return performApply(deps, name, loaded, step)
    case 'Delete':
      return performDelete(deps, name, loaded, step.hash)
    case 'Guard':
      return performGuard(deps, name, loaded, step)
    case 'Prove':
      return performProve(deps, name, loaded, step, view)
    case 'Shred':
      return performShred(deps, name, loaded, step)
    case 'Verify':
      return performVerify(deps, name, loaded, step)
    case 'Measure':
      return performMeasure(deps, name, loaded, step)
    case 'Turn':
      return performTurn(deps, name, loaded)
  }
}
