import { isLeft } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as RA from 'fp-ts/lib/ReadonlyArray.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { HeldKey } from '../../domain/key/state.js'
import { watchedCapOf } from '../../domain/key/watched-cap.js'
import type { KeyName, Lineage } from '../../domain/shared/identifiers.js'
import { defaultAssumptions } from '../../domain/spend/overshoot.js'
import type { SpendState } from '../../domain/spend/spend-state.js'
import { type WindowVerdict, windowVerdict } from '../../domain/spend/window-watch.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import type { ChangeReport } from '../reports.js'
import { contain, lift } from '../use-cases/containment.js'
import { knownSpending } from '../use-cases/record-readings.js'
import type { States } from '../use-cases/sweep-account.js'

/** What the watcher did about spent windows, by name; `open` is what it could not finish, and why. */
export interface WindowReport {
  readonly contained: ReadonlyArray<string>
  readonly lifted: ReadonlyArray<string>
  readonly open: ReadonlyArray<{ readonly name: string; readonly reason: string }>
}

interface Due {
  readonly name: KeyName
  readonly verdict: Exclude<WindowVerdict, null>
}

/** So many keys are changed at once, as in a panic. */
const lanes = 6
const note = 'its window is spent'

const dueOf = (deps: Deps, name: KeyName, key: HeldKey, spending: ReadonlyMap<Lineage, SpendState>): ReadonlyArray<Due> => {
  const verdict = windowVerdict({
    cap: watchedCapOf(key),
    state: spending.get(key.incarnation.lineage) ?? null,
    contained: key.reasons.includes('window'),
    now: deps.clock.now(),
    lag: defaultAssumptions.lag,
  })
  return verdict === null ? [] : [{ name, verdict }]
}

const keysOf = (states: States): ReadonlyArray<readonly [KeyName, HeldKey]> =>
  [...states].flatMap(([name, { stage }]) => (stage._tag === 'Held' && stage.key.remote._tag !== 'Absent' ? [[name, stage.key] as const] : []))

const reasonOf = (error: VaultError): string => ('message' in error ? error.message : error._tag)

const act = (deps: Deps, { name, verdict }: Due): T.Task<WindowReport> =>
  pipe(
    verdict === 'contain' ? contain(deps, name, 'window', note) : lift(deps, name, 'window'),
    T.map((answer): WindowReport => {
      const none: WindowReport = { contained: [], lifted: [], open: [] }
      if (isLeft(answer)) return { ...none, open: [{ name, reason: reasonOf(answer.left) }] }
      const { outcome, reason }: ChangeReport = answer.right
      if (outcome === 'incomplete') return { ...none, open: [{ name, reason: reason ?? 'part of it is still open' }] }
      return verdict === 'contain' ? { ...none, contained: [name] } : { ...none, lifted: [name] }
    }),
  )

const joined = (reports: ReadonlyArray<WindowReport>): WindowReport => ({
  contained: reports.flatMap(({ contained }) => contained).sort(),
  lifted: reports.flatMap(({ lifted }) => lifted).sort(),
  open: reports.flatMap(({ open }) => open),
})

/** Contains keys whose watched window is spent, and lifts those whose window turned. One key that cannot be changed delays no other. */
export const enforceWindows = (deps: Deps, states: States): TE.TaskEither<VaultError, WindowReport> => {
  const keys = keysOf(states)
  const watched = keys.filter(([, key]) => watchedCapOf(key) !== null || key.reasons.includes('window'))
  if (watched.length === 0) return TE.right({ contained: [], lifted: [], open: [] })
  return pipe(
    knownSpending(deps, watched.map(([, key]) => key.incarnation.lineage)),
    TE.map((spending) => watched.flatMap(([name, key]) => dueOf(deps, name, key, spending))),
    TE.flatMapTask((due) =>
      pipe(
        RA.makeBy(lanes, (lane) => due.filter((_, index) => index % lanes === lane)),
        T.traverseArray(T.traverseSeqArray((each: Due) => act(deps, each))),
        T.map((reports) => joined(reports.flat())),
      ),
    ),
  )
}
