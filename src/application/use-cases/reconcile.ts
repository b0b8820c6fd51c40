import { isRight } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { stagesOf } from '../../domain/key/rotation.js'
import type { KeyState } from '../../domain/key/state.js'
import { owedWork, pendingWork } from '../../domain/key/view.js'
import type { KeyHash, KeyName } from '../../domain/shared/identifiers.js'
import { advance } from '../advance.js'
import { type Budget, patience, startBudget } from '../budget.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { loadAllKeys } from '../load-keys.js'
import type { ReconcileReport } from '../reports.js'
import { type Advanced, cameToSomething, failedAfterWork } from '../run.js'
import { transact } from '../transact.js'
import { adoptByHash } from './adopt.js'
import { guardDrift, viewGuards } from './guard-drift.js'
import { lookAtGuardrails } from './look-at-guardrails.js'
import { proveTogether, type Turn } from './prove-together.js'
import { type Driven, driftOf, entry, report, standingDrift, unreadableEntries } from './reconcile-report.js'
import { look, type Swept, sweepAll } from './sweep-account.js'

/** How to go on: whoever asks wants what failed tried again now, a watcher keeps to its dates. */
export interface Drive {
  readonly budget: Budget
  readonly now: boolean
}

const driveOne = (deps: Deps, { budget, now }: Drive, swept: Swept, name: KeyName): TE.TaskEither<VaultError, Advanced> =>
  pipe(
    now ? TE.map(() => true)(transact(deps, name, () => ({ _tag: 'RetryNow', at: deps.clock.now() }))) : TE.right(false),
    TE.flatMap(() => advance(deps, name, budget, swept.events.get(name) ?? [], { _tag: 'Deferred' })),
  )

const isSettling = (state: KeyState | undefined): boolean =>
  state !== undefined && stagesOf(state).some(({ _tag }) => _tag === 'CreateUnknown')

/** Names with something to do; apart, those that must wait for an attempt to settle, so that they keep nothing else waiting. */
const needsWork = (swept: Swept): { readonly first: ReadonlyArray<KeyName>; readonly last: ReadonlyArray<KeyName> } => {
  const touched = [...swept.events.keys()]
  const pending = [...swept.states].filter(([, state]) => pendingWork(state).length > 0).map(([name]) => name)
  const waits = (name: KeyName): boolean => isSettling(swept.states.get(name))
  const names = [...new Set([...pending, ...touched])].sort()
  return { first: names.filter((name) => !waits(name)), last: names.filter(waits) }
}

/** A log that fails before anything was done is the answer; one that fails later only ends the work, for what was done must be told. */
const driveInTurn = (
  deps: Deps,
  drive: Drive,
  swept: Swept,
  names: ReadonlyArray<KeyName>,
  turns: ReadonlyArray<Turn>,
  worked: boolean,
): TE.TaskEither<VaultError, ReadonlyArray<Turn>> => {
  const [name, ...rest] = names
  if (name === undefined) return TE.right(turns)
  return pipe(
    driveOne(deps, drive, swept, name),
    TE.orElse((error) => (worked ? failedAfterWork({ state: swept.states.get(name) ?? deps.protocol.decider.initial, events: [] }, error) : TE.left(error))),
    TE.flatMap((advanced) => driveInTurn(deps, drive, swept, rest, [...turns, { name, advanced }], worked || cameToSomething(advanced))),
  )
}

const driveGroup = (
  deps: Deps,
  drive: Drive,
  swept: Swept,
  names: ReadonlyArray<KeyName>,
  done: ReadonlyArray<Driven>,
): TE.TaskEither<VaultError, ReadonlyArray<Driven>> =>
  pipe(
    driveInTurn(deps, drive, swept, names, [], swept.events.size > 0 || done.some(({ advanced }) => cameToSomething(advanced))),
    TE.flatMap((turns) => proveTogether(deps, drive.budget, turns)),
    TE.map((turns) => turns.map((turn) => ({ ...turn, before: swept.states.get(turn.name) ?? deps.protocol.decider.initial }))),
  )

/** Drives on whatever a sweep found unfinished. */
export const driveAll = (deps: Deps, swept: Swept, drive: Drive): TE.TaskEither<VaultError, Omit<ReconcileReport, 'adopted' | 'guardrailsDeleted'>> => {
  const { first, last } = needsWork(swept)
  return pipe(
    driveGroup(deps, drive, swept, first, []),
    TE.flatMap((done) => TE.map((rest: ReadonlyArray<Driven>) => [...done, ...rest])(driveGroup(deps, drive, swept, last, done))),
    TE.map((driven) => report(swept, driven)),
  )
}

/** Remote keys that their owner points out by hash, to be destroyed or looked after. */
export interface Pointed {
  readonly revoke: KeyHash | null
  readonly adopt: KeyHash | null
}

const adoptOne = (deps: Deps, hash: KeyHash | null): TE.TaskEither<VaultError, ReconcileReport['adopted']> =>
  hash === null
    ? TE.right([])
    : pipe(
        loadAllKeys(deps),
        TE.flatMap((states) => adoptByHash(deps, states, hash)),
        TE.map((name) => [{ name, hash }]),
      )

/** Settles whatever is unfinished, sweeps lost keys, and puts drift back. Safe to run at any time, by anybody, twice. */
export const reconcile = (deps: Deps, { revoke, adopt }: Pointed): TE.TaskEither<VaultError, ReconcileReport> => {
  const drive: Drive = { budget: { ...startBudget(deps.clock, deps.timing.retryBudget), patience }, now: true }
  return pipe(
    adoptOne(deps, adopt),
    TE.bindTo('adopted'),
    TE.bind('guarded', () => TE.flatMap((swept: Swept) => lookAtGuardrails(deps, swept, true))(sweepAll(deps, revoke))),
    TE.flatMap(({ adopted, guarded: { deleted, swept } }) =>
      TE.map((done: Omit<ReconcileReport, 'adopted' | 'guardrailsDeleted'>) => ({ ...done, adopted, guardrailsDeleted: deleted }))(driveAll(deps, swept, drive)),
    ),
  )
}

/** What a reconcile would be about; nothing is recorded, nothing is sent but reads. */
export const planReconcile = (deps: Deps): TE.TaskEither<VaultError, ReconcileReport> =>
  pipe(
    look(deps),
    TE.bindTo('seen'),
    TE.bind('view', ({ seen }) => viewGuards(deps, seen.states)),
    TE.map(({ seen: { states, unreadable, findings, listing }, view }) => {
      const guards = new Map(view === null ? [] : guardDrift(deps, states, view))
      const known = new Map(listing.keys.map((key) => [key.hash, key.policy]))
      const drifting = [...states].flatMap(([name, state]) => {
        const { stage } = state
        if (stage._tag !== 'Held') return []
        const listed = known.get(stage.key.hash)
        const decision = deps.protocol.decider.decide(
          { _tag: 'Observe', hash: stage.key.hash, policy: listed ?? null, at: deps.clock.now() },
          state,
        )
        const events = [...(isRight(decision) ? decision.right : []), ...(guards.get(name) ?? [])]
        return events.length > 0 ? driftOf(name, events, states) : standingDrift(name, state)
      })
      return {
        finished: [],
        undone: [],
        orphansRevoked: [],
        adopted: [],
        guardrailsDeleted: [],
        unheld: findings.flatMap((each) =>
          each._tag === 'Unheld' ? [{ hash: each.hash, remoteName: each.remoteName }] : [],
        ),
        drift: drifting,
        outstanding: [
          ...[...states].flatMap(([name, state]) =>
            owedWork(state).length > 0 || findings.some((each) => each._tag === 'Orphan' && each.name === name)
              ? [entry(name, state, null)]
              : [],
          ),
          ...unreadableEntries(unreadable),
        ],
      }
    }),
  )
