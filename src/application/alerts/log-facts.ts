import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { AccountFacts, AlertFacts, TotalReading } from '../../domain/alerts/facts.js'
import { keyFactsOf } from '../../domain/alerts/key-facts-of.js'
import { fold } from '../../domain/decider.js'
import type { KeyEvent } from '../../domain/key/event.js'
import type { KeyState } from '../../domain/key/state.js'
import { incarnationOf } from '../../domain/key/view.js'
import { type KeyName, keyName, type Lineage } from '../../domain/shared/identifiers.js'
import type { Millis } from '../../domain/shared/instant.js'
import { defaultAssumptions } from '../../domain/spend/overshoot.js'
import type { SpendState } from '../../domain/spend/spend-state.js'
import type { MonthId } from '../../domain/spend/window.js'
import { decodeRecords } from '../decode-records.js'
import { unavailable, type VaultError } from '../errors.js'
import { streamOf } from '../key-store.js'
import { keyNames } from '../load-keys.js'
import { inCrowds } from '../read-together.js'
import { loadReadings, spendMonths } from '../spend-store.js'
import { knownSpending } from '../use-cases/record-readings.js'
import type { AlertDeps } from './alert-deps.js'

const eventsOf = (deps: AlertDeps, name: KeyName): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> =>
  pipe(
    deps.log.read(streamOf(name)),
    TE.mapLeft(unavailable),
    TE.flatMapEither((records) => decodeRecords(deps.keyEvents, records)),
  )

/** One name as its own stream tells it. */
interface Known {
  readonly name: KeyName
  readonly events: ReadonlyArray<KeyEvent>
  readonly state: KeyState
}

const knownOf = (deps: AlertDeps, names: ReadonlyArray<KeyName>): TE.TaskEither<VaultError, ReadonlyArray<Known>> => {
  const { decider } = deps.protocol
  return inCrowds(deps.log, names, streamOf, (log, name) =>
    pipe(
      eventsOf({ ...deps, log }, name),
      TE.map((events) => ({ name, events, state: fold(decider, decider.initial, events) })),
    ),
  )
}

/** What is recorded of what all lineages spent. */
interface Spending {
  readonly known: ReadonlyMap<Lineage, SpendState>
  readonly months: ReadonlyMap<Lineage, ReadonlyArray<MonthId>>
}

const spendingOf = (deps: AlertDeps, lineages: ReadonlyArray<Lineage>): TE.TaskEither<VaultError, Spending> =>
  pipe(
    TE.Do,
    TE.bind('known', () => knownSpending(deps, lineages)),
    TE.bind('months', () => spendMonths(deps)),
  )

/** The newest month and the one before it: more than the two weeks that a spike is judged by. What nobody has ever read needs no look. */
const readingsOf = (deps: AlertDeps, lineage: Lineage | null, { known, months }: Spending): TE.TaskEither<VaultError, ReadonlyArray<TotalReading>> =>
  lineage === null || !known.has(lineage) ? TE.right([]) : loadReadings(deps, lineage, (months.get(lineage) ?? []).slice(-2))

const factsOf = (deps: AlertDeps, spending: Spending, freshFor: Millis | null) => ({ name, events, state }: Known): TE.TaskEither<VaultError, AlertFacts['keys']> => {
  const lineage = incarnationOf(state.stage)?.lineage ?? null
  return pipe(
    readingsOf(deps, lineage, spending),
    TE.map((readings) => {
      const known = (lineage === null ? undefined : spending.known.get(lineage)) ?? null
      const facts = keyFactsOf(deps.protocol.decider, { name, state, events, spending: known, readings, freshFor }, defaultAssumptions, deps.clock.now())
      return facts === null ? [] : [facts]
    }),
  )
}

const allFacts = (
  deps: AlertDeps,
  known: ReadonlyArray<Known>,
  lineages: ReadonlyArray<Lineage>,
  freshFor: Millis | null,
): TE.TaskEither<VaultError, AlertFacts['keys']> =>
  pipe(
    spendingOf(deps, lineages),
    TE.flatMap((spending) => TE.traverseSeqArray(factsOf(deps, spending, freshFor))(known)),
    TE.map((found) => found.flat()),
  )

const nameOf = (lineage: Lineage): ReadonlyArray<KeyName> => {
  const parsed = keyName(lineage.slice(0, lineage.lastIndexOf('#')))
  return parsed._tag === 'Right' ? [parsed.right] : []
}

/** What the recorded readings of some keys tell, and nothing else of the account. */
export const spendFacts = (deps: AlertDeps, lineages: ReadonlyArray<Lineage>): TE.TaskEither<VaultError, AlertFacts> =>
  pipe(
    knownOf(deps, lineages.flatMap(nameOf)),
    TE.flatMap((known) => allFacts(deps, known, lineages, null)),
    TE.map((keys) => ({ now: deps.clock.now(), keys, account: null })),
  )

/**
 * What the log itself gives rise to, without a request: containments, debts, drift, expiries, and what the recorded readings
 * tell. `account` is what a sweep has found beside that, if there was one; `freshFor`, how old readings may be where somebody watches.
 */
export const logFacts = (deps: AlertDeps, account: AccountFacts | null, freshFor: Millis | null): TE.TaskEither<VaultError, AlertFacts> =>
  pipe(
    keyNames(deps),
    TE.flatMap((names) => knownOf(deps, names)),
    TE.flatMap((known) => allFacts(deps, known, known.flatMap(({ state: { stage } }) => incarnationOf(stage)?.lineage ?? []), freshFor)),
    TE.map((keys) => ({ now: deps.clock.now(), keys, account })),
  )
