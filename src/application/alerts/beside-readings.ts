import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Condition } from '../../domain/alerts/condition.js'
import type { StreamAppend } from '../ports/event-log.js'
import { memoryApart } from '../spend-memory.js'
import { withPending } from '../with-pending.js'
import type { BesideReadings } from '../use-cases/record-readings.js'
import type { AlertDeps } from './alert-deps.js'
import { prepareAlerts } from './evaluate-alerts.js'
import { spendFacts } from './log-facts.js'

/** What readings give rise to. The rest holds as long as it is so, and is found by any later look. */
const rules: ReadonlyArray<string> = ['threshold', 'limit-reached', 'forecast', 'spike', 'bound-broken']

const isOfReadings = ({ case: found }: Condition): boolean => rules.includes(found.rule)

/**
 * The alerts of readings that are about to be recorded, for the same commit: a process that dies between the two would leave an
 * alert that no later look finds once the limit is another or the spike is over. Rules that a program brings look at everything
 * and are asked afterwards. Where the alerts cannot be read, the readings are recorded without.
 */
export const alertsBeside =
  (deps: AlertDeps): BesideReadings =>
  (pending, lineages) => {
    const { spendMemory } = deps
    const ahead: AlertDeps = {
      ...deps,
      ownRules: [],
      log: withPending(deps.log, pending),
      ...(spendMemory === undefined ? {} : { spendMemory: memoryApart(spendMemory) }),
    }
    return pipe(
      spendFacts(ahead, lineages),
      TE.flatMap((facts) => prepareAlerts(ahead, facts, isOfReadings)),
      TE.getOrElse(() => T.of<ReadonlyArray<StreamAppend>>([])),
      T.map(E.right),
    )
  }
