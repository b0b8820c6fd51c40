import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { DeclaredKey } from '../../domain/declared/declared-key.js'
import { removalOf, stepsFor } from '../../domain/declared/plan.js'
import type { Step } from '../../domain/declared/step.js'
import type { KeyState } from '../../domain/key/state.js'
import { owedOf } from '../../domain/key/view.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import { remaining, startBudget } from '../budget.js'
import type { ApplyOptions, ApplyReport } from '../declared-keys.js'
import type { Deps, LocalDeps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { loadKey } from '../key-store.js'
import type { ChangeReport } from '../reports.js'
import { performStep } from './perform-declared-step.js'
import { obstacleError, plan, viewStep } from './plan-keys.js'

type Done = ApplyReport['done'][number]
type Incomplete = ApplyReport['incomplete'][number]
type Failed = ApplyReport['failed'][number]

/** What became of one name: what was done for it, and why no more was. */
interface Fate {
  readonly name: KeyName
  readonly done: ReadonlyArray<Done>
  readonly end:
    | { readonly _tag: 'AsDeclared' }
    | { readonly _tag: 'Incomplete'; readonly entry: Incomplete }
    | { readonly _tag: 'Failed'; readonly entry: Failed }
    | { readonly _tag: 'NotTried' }
}

/** What is still to be done for one name, by its state. */
type Wanted = (state: KeyState) => ReadonlyArray<Step>

/** Of a vault that fails or opens the wrong account every other key would say the same. */
const isFatal = ({ _tag }: VaultError): boolean =>
  _tag === 'VaultUnavailable' || _tag === 'WrongAccount' || _tag === 'NotManagementKey' || _tag === 'HostNotPinned'

/** More turns than any state needs: a name that is never as declared is being changed by somebody else too. */
const mostTurns = 8
const unsettled = 'somebody else keeps changing it'

/** Where something is left, the next turn would only repeat the step. Tags and schedules change here alone, whatever else of the key is unfinished. */
const isDone = ({ _tag }: Step, report: ChangeReport): boolean =>
  report.outcome !== 'incomplete' && (_tag === 'ChangeTags' || _tag === 'ChangeSchedule' || owedOf(report.pending).length === 0)

/** Looks, does the first thing that is due, and looks again: what a step left behind is met by the next one. */
const drive = (deps: Deps, name: KeyName, wanted: Wanted, done: ReadonlyArray<Done>): T.Task<Fate> =>
  pipe(
    loadKey(deps, name),
    TE.matchE(
      (error) => T.of<Fate>({ name, done, end: { _tag: 'Failed', entry: { name, step: null, error } } }),
      ({ state }) => {
        const [step] = wanted(state)
        if (step === undefined) return T.of<Fate>({ name, done, end: { _tag: 'AsDeclared' } })
        if (step._tag === 'Blocked')
          return T.of<Fate>({ name, done, end: { _tag: 'Failed', entry: { name, step: null, error: obstacleError(name, step.by) } } })
        if (deps.process.stopping()) return T.of<Fate>({ name, done, end: { _tag: 'NotTried' } })
        return take(deps, name, step, wanted, done)
      },
    ),
  )

const take = (deps: Deps, name: KeyName, step: Exclude<Step, { readonly _tag: 'Blocked' }>, wanted: Wanted, done: ReadonlyArray<Done>): T.Task<Fate> => {
  const view = viewStep(step)
  return pipe(
    performStep(deps, step),
    TE.matchE(
      (error) => T.of<Fate>({ name, done, end: { _tag: 'Failed', entry: { name, step: view.step, error } } }),
      (report) => {
        const { outcome, events, notes, reason } = report
        if (!isDone(step, report)) return T.of<Fate>({ name, done, end: { _tag: 'Incomplete', entry: { ...view, reason } } })
        const all = [...done, { ...view, outcome, events, notes }]
        return all.length < mostTurns
          ? drive(deps, name, wanted, all)
          : T.of<Fate>({ name, done: all, end: { _tag: 'Incomplete', entry: { ...view, reason: unsettled } } })
      },
    ),
  )
}

interface Work {
  readonly name: KeyName
  readonly wanted: Wanted
}

type Prune = NonNullable<ApplyOptions['prune']>

const isAgreed = (prune: Prune, lineage: string): boolean => (typeof prune === 'boolean' ? prune : prune.includes(lineage))

/** A removal is of the very life that was agreed to: a name that was given anew meanwhile is left alone. */
const removing =
  (name: KeyName, prune: Prune): Wanted =>
  (state) =>
    removalOf(name, state).filter((step) => step._tag !== 'Remove' || isAgreed(prune, step.lineage))

/** One after the other, within one budget for repeating. */
const inTurn = (deps: Deps, works: ReadonlyArray<Work>): T.Task<ReadonlyArray<Fate>> => {
  const budget = startBudget(deps.clock, deps.timing.retryBudget)
  const one = (before: ReadonlyArray<Fate>, { name, wanted }: Work): T.Task<ReadonlyArray<Fate>> => {
    const isOver = before.some(({ end }) => end._tag === 'Failed' && isFatal(end.entry.error))
    if (isOver || deps.process.stopping()) return T.of([...before, { name, done: [], end: { _tag: 'NotTried' } }])
    const rest: Deps = { ...deps, timing: { ...deps.timing, retryBudget: remaining(deps.clock, budget) } }
    return pipe(
      drive(rest, name, wanted, []),
      T.map((fate) => [...before, fate]),
    )
  }
  return works.reduce<T.Task<ReadonlyArray<Fate>>>((before, work) => pipe(before, T.flatMap((fates) => one(fates, work))), T.of([]))
}

const reportOf = (fates: ReadonlyArray<Fate>, undeclared: ReadonlyArray<string>, unread: ReadonlyArray<Failed>): ApplyReport => ({
  done: fates.flatMap(({ done }) => done),
  incomplete: fates.flatMap(({ end }) => (end._tag === 'Incomplete' ? [end.entry] : [])),
  failed: [...fates.flatMap(({ end }) => (end._tag === 'Failed' ? [end.entry] : [])), ...unread],
  notTried: fates.flatMap(({ name, end }) => (end._tag === 'NotTried' ? [name] : [])),
  undeclared,
})

/**
 * Makes the keys what is declared, name by name, by the use cases that the single commands are. Every step is durable before
 * it is sent, so that one which is killed is finished by the next run, which finds no more to do where nothing differs.
 */
export const applyKeys = (
  local: LocalDeps,
  remote: () => TE.TaskEither<VaultError, Deps>,
  declared: ReadonlyArray<DeclaredKey>,
  prune: Prune,
): TE.TaskEither<VaultError, ApplyReport> =>
  pipe(
    plan(local, declared, prune !== false),
    TE.flatMap(({ known, plan: { undeclared, steps, blocked } }) => {
      const isUnread = (name: string): boolean => [...known.unreadable.keys()].some((each) => each === name)
      const unread = blocked.flatMap(({ name, error }) => (isUnread(name) ? [{ name, step: null, error }] : []))
      const readable = declared.filter(({ name }) => !isUnread(name))
      const ends = [...known.states.keys()].filter((name) => undeclared.includes(name) && steps.some((step) => step.name === name))
      const works: ReadonlyArray<Work> = [
        ...readable.map((key): Work => ({ name: key.name, wanted: (state) => stepsFor(key, state) })),
        ...ends.map((name): Work => ({ name, wanted: removing(name, prune) })),
      ]
      // Where nothing differs nobody is asked.
      if (steps.length === 0 && blocked.length === 0) return TE.right(reportOf([], undeclared, []))
      return pipe(
        remote(),
        TE.flatMapTask((deps) => inTurn(deps, works)),
        TE.map((fates) => reportOf(fates, undeclared, unread)),
      )
    }),
  )
