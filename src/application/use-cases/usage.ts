import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyState } from '../../domain/key/state.js'
import { heldKey, incarnationOf } from '../../domain/key/view.js'
import type { KeyHash, KeyName, Lineage } from '../../domain/shared/identifiers.js'
import type { Instant } from '../../domain/shared/instant.js'
import type { Picodollars } from '../../domain/shared/picodollars.js'
import { causeOf } from '../causes.js'
import type { Deps, LocalDeps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { loadKey } from '../key-store.js'
import { loadAllKeys } from '../load-keys.js'
import { checkPin } from '../pin.js'
import type { RemoteUsage } from '../ports/open-router-client.js'
import type { RemoteError } from '../ports/remote-error.js'
import type { UsageReport } from '../reports.js'
import { viewKey } from '../view-key.js'
import { isWatched } from '../watcher-heartbeat.js'
import { undoneError } from './outcome.js'
import { lineageRead, type Spent, spendingHashes } from './lineage-usage.js'
import { type BesideReadings, knownSpending, recordReadings, type UsageRead } from './record-readings.js'
import { factsOf, usageReport } from './usage-report.js'

type States = ReadonlyMap<KeyName, KeyState>

const lineagesOf = (states: States): ReadonlyArray<Lineage> =>
  [...states.values()].flatMap(({ stage }) => {
    const incarnation = incarnationOf(stage)
    return incarnation === null ? [] : [incarnation.lineage]
  })

/** What was read of the keys that are held. */
export const readsOf = (states: States, spent: Spent, at: Instant): ReadonlyArray<UsageRead> =>
  [...states.values()].flatMap((state) => lineageRead(state, spent, at) ?? [])

/** What the account has left to spend; `null` where OpenRouter did not say. It is no reason to fail: only limits are. */
const creditLeft = (deps: Pick<Deps, 'client'>): TE.TaskEither<VaultError, Picodollars | null> =>
  pipe(
    deps.client.readCredits(),
    TE.match(
      () => null,
      ({ bought, used }) => (bought === null || used === null ? null : ((bought > used ? bought - used : 0n) as Picodollars)),
    ),
    TE.fromTask,
  )

/** Reports from what is recorded, of names with a key that is or was. */
const reportUsage = (
  local: LocalDeps,
  states: States,
  credit: Picodollars | null,
): TE.TaskEither<VaultError, ReadonlyArray<UsageReport>> =>
  pipe(
    TE.Do,
    TE.bind('spending', () => knownSpending(local, lineagesOf(states))),
    TE.bind('watched', () => isWatched(local)),
    TE.map(({ spending, watched }) =>
      [...states].flatMap(([name, state]) => {
        const lineage = incarnationOf(state.stage)?.lineage
        const facts = factsOf(state, (lineage === undefined ? undefined : spending.get(lineage)) ?? null, credit, local.clock.now())
        const view = viewKey(name, state, watched)
        return facts === null || view === null ? [] : [usageReport(name, view, facts, credit)]
      }),
    ),
  )

const asked =
  (deps: Deps) =>
  <A>(ask: TE.TaskEither<RemoteError, A>): TE.TaskEither<VaultError, A> =>
    TE.orElse((error: RemoteError): TE.TaskEither<VaultError, A> => undoneError(deps, causeOf(error)))(ask)

const atPin = (deps: Deps): TE.TaskEither<VaultError, void> =>
  pipe(
    asked(deps)(checkPin(deps.client, deps.pin)),
    TE.flatMap(({ pinned }) => (pinned ? TE.right(undefined) : TE.left<VaultError>({ _tag: 'WrongAccount' }))),
  )

/** Asks OpenRouter, records what changed, and reports. `read` gets the totals of the keys that are wanted. */
const freshly = (
  deps: Deps,
  states: States,
  read: TE.TaskEither<VaultError, Spent>,
  beside: BesideReadings | undefined,
): TE.TaskEither<VaultError, ReadonlyArray<UsageReport>> => {
  const at = deps.clock.now()
  return pipe(
    atPin(deps),
    TE.flatMap(() => read),
    TE.flatMap((spent) => recordReadings(deps, readsOf(states, spent, at), at, beside)),
    TE.flatMap(() => creditLeft(deps)),
    TE.flatMap((credit) => reportUsage(deps, states, credit)),
  )
}

const isReported = ([, state]: readonly [KeyName, KeyState]): boolean => {
  const { _tag } = state.stage
  return _tag !== 'Vacant' && _tag !== 'Removed'
}

/** All names that are not removed. */
export const cachedUsage = (local: LocalDeps): TE.TaskEither<VaultError, ReadonlyArray<UsageReport>> =>
  pipe(
    loadAllKeys(local),
    TE.flatMap((states) => reportUsage(local, new Map([...states].filter(isReported)), null)),
  )

/** All names that are not removed, asked by one listing. */
export const currentUsages = (deps: Deps, beside?: BesideReadings): TE.TaskEither<VaultError, ReadonlyArray<UsageReport>> =>
  pipe(
    loadAllKeys(deps),
    TE.flatMap((states) =>
      freshly(
        deps,
        new Map([...states].filter(isReported)),
        pipe(
          asked(deps)(deps.client.listKeys()),
          TE.map(({ keys }) => new Map(keys.map(({ hash, usage }) => [hash, usage]))),
        ),
        beside,
      ),
    ),
  )

const only = (name: KeyName) => (reports: ReadonlyArray<UsageReport>): TE.TaskEither<VaultError, UsageReport> => {
  const [report] = reports
  return report === undefined ? TE.left({ _tag: 'KeyNotFound', name }) : TE.right(report)
}

/** One name from what is recorded; its last incarnation if it was removed. */
export const cachedUsageOf = (local: LocalDeps, name: KeyName): TE.TaskEither<VaultError, UsageReport> =>
  pipe(
    loadKey(local, name),
    TE.flatMap(({ state }) => reportUsage(local, new Map([[name, state]]), null)),
    TE.flatMap(only(name)),
  )

const readOne =
  ({ client }: Deps) =>
  (hash: KeyHash): TE.TaskEither<RemoteError, ReadonlyArray<readonly [KeyHash, RemoteUsage]>> =>
    pipe(
      client.getKeyDetails(hash),
      TE.map(({ usage }) => [[hash, usage] as const]),
      TE.orElse((error) => (error._tag === 'Absent' ? TE.right([]) : TE.left(error))),
    )

/** One name, asked by its hash. A key that is gone at OpenRouter, or not made yet, is told from what is recorded. */
export const currentUsageOf = (deps: Deps, name: KeyName, beside?: BesideReadings): TE.TaskEither<VaultError, UsageReport> =>
  pipe(
    loadKey(deps, name),
    TE.flatMap(({ state }) => {
      const hash = state.stage._tag === 'Removed' ? null : (heldKey(state.stage)?.hash ?? null)
      if (hash === null) return cachedUsageOf(deps, name)
      const read = pipe(
        TE.traverseSeqArray(readOne(deps))(spendingHashes(state)),
        TE.map((each): Spent => new Map(each.flat())),
      )
      return pipe(freshly(deps, new Map([[name, state]]), asked(deps)(read), beside), TE.flatMap(only(name)))
    }),
  )
