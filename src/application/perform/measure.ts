import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../../domain/key/cause.js'
import type { Step } from '../../domain/key/step.js'
import type { LifetimeUsage } from '../../domain/key/rotation-budget.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Millis } from '../../domain/shared/instant.js'
import { defaultAssumptions, overshootBound } from '../../domain/spend/overshoot.js'
import type { Deps } from '../deps.js'
import type { Loaded } from '../key-store.js'
import { countedUsage } from './counted-usage.js'
import { atPinnedAccount, readFailure, unrecorded } from './look.js'
import { type Progress, recorded, recordOutcome } from './progress.js'

type Measure = Extract<Step, { readonly _tag: 'Measure' }>

const unsaid: Cause = { kind: 'unreadable', status: 200, message: 'OpenRouter does not say what the key has spent' }

/** How long after its last request the usage of a key may lack something. */
const quiet = (defaultAssumptions.duration + defaultAssumptions.lag) as Millis
const lagBound = overshootBound(defaultAssumptions, 'native')

const conclude = (deps: Deps, name: KeyName, loaded: Loaded, step: Measure, usage: LifetimeUsage | null): T.Task<Progress> =>
  pipe(
    recordOutcome(deps, name, loaded, { _tag: 'RecordSpent', hash: step.hash, usage, lagBound, quiet, at: deps.clock.now() }),
    // Where a window's counter is missing, nothing can be shared out yet.
    TE.match(unrecorded, (events): Progress => (events.length === 0 ? { _tag: 'Again', cause: unsaid, retryAfter: null } : recorded(events))),
  )

/** Reads what a key that is being replaced has spent. */
export const performMeasure = (deps: Deps, name: KeyName, loaded: Loaded, step: Measure): T.Task<Progress> =>
  pipe(
    deps.client.getKeyDetails(step.hash),
    TE.matchE(
      (error) =>
        error._tag === 'Absent'
          ? atPinnedAccount(deps, () => conclude(deps, name, loaded, step, null))
          : T.of(readFailure(error)),
      ({ usage }) => {
        const counted = countedUsage(usage, step.includeByok)
        return counted === null
          ? T.of<Progress>({ _tag: 'Again', cause: unsaid, retryAfter: null })
          : conclude(deps, name, loaded, step, counted)
      },
    ),
  )
