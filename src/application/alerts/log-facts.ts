import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { AccountFacts, AlertFacts, TotalReading } from '../../domain/alerts/facts.js'
import { keyFactsOf } from '../../domain/alerts/key-facts-of.js'
import { readingsFrom } from '../../domain/alerts/readings.js'
import { fold } from '../../domain/decider.js'
import type { KeyEvent } from '../../domain/key/event.js'
import type { KeyState } from '../../domain/key/state.js'
import { incarnationOf } from '../../domain/key/view.js'
import { type KeyName, keyName, type Lineage } from '../../domain/shared/identifiers.js'
import type { Millis } from '../../domain/shared/instant.js'
import { defaultAssumptions } from '../../domain/spend/overshoot.js'
import type { SpendState } from '../../domain/spend/spend-state.js'
import { decodeRecords } from '../decode-records.js'
import { unavailable, type VaultError } from '../errors.js'
import { streamOf } from '../key-store.js'
import { loadAllKeys } from '../load-keys.js'
import { loadMonth, monthsOf } from '../spend-store.js'
import { knownSpending } from '../use-cases/record-readings.js'
import type { AlertDeps } from './alert-deps.js'

const eventsOf = (deps: AlertDeps, name: KeyName): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> =>
  pipe(
    deps.log.read(streamOf(name)),
    TE.mapLeft(unavailable),
    TE.flatMapEither((records) => decodeRecords(deps.keyEvents, records)),
  )

/** The recorded readings of the newest month and the one before it: more than the two weeks that a spike is judged by. */
const recordedReadings = (deps: AlertDeps, lineage: Lineage): TE.TaskEither<VaultError, ReadonlyArray<TotalReading>> =>
  pipe(
    monthsOf(deps, lineage),
    TE.flatMap((months) => TE.traverseSeqArray((month: string) => loadMonth(deps, lineage, month))(months.slice(-2))),
    TE.map((loaded) => readingsFrom(loaded.flatMap(({ events }) => events))),
  )

type Spending = ReadonlyMap<Lineage, SpendState>

/** What nobody has ever read needs no second look. */
const readingsOf = (deps: AlertDeps, lineage: Lineage | null, spending: Spending): TE.TaskEither<VaultError, ReadonlyArray<TotalReading>> =>
  lineage === null || !spending.has(lineage) ? TE.right([]) : recordedReadings(deps, lineage)

const factsOf = (deps: AlertDeps, name: KeyName, spending: Spending, freshFor: Millis | null): TE.TaskEither<VaultError, AlertFacts['keys']> => {
  const { decider } = deps.protocol
  return pipe(
    eventsOf(deps, name),
    TE.map((events) => ({ events, state: fold(decider, decider.initial, events) })),
    TE.bind('readings', ({ state }) => readingsOf(deps, incarnationOf(state.stage)?.lineage ?? null, spending)),
    TE.map(({ events, state, readings }) => {
      const lineage = incarnationOf(state.stage)?.lineage
      const known = (lineage === undefined ? undefined : spending.get(lineage)) ?? null
      const seen = { name, state, events, spending: known, readings, freshFor }
      const facts = keyFactsOf(decider, seen, defaultAssumptions, deps.clock.now())
      return facts === null ? [] : [facts]
    }),
  )
}

const lineagesOf = (states: ReadonlyMap<KeyName, KeyState>): ReadonlyArray<Lineage> =>
  [...states.values()].flatMap(({ stage }) => incarnationOf(stage)?.lineage ?? [])

const nameOf = (lineage: Lineage): ReadonlyArray<KeyName> => {
  const parsed = keyName(lineage.slice(0, lineage.lastIndexOf('#')))
  return parsed._tag === 'Right' ? [parsed.right] : []
}

/** What the recorded readings of some keys tell, and nothing else of the account. */
export const spendFacts = (deps: AlertDeps, lineages: ReadonlyArray<Lineage>): TE.TaskEither<VaultError, AlertFacts> =>
  pipe(
    knownSpending(deps, lineages),
    TE.flatMap((spending) => TE.traverseSeqArray((name: KeyName) => factsOf(deps, name, spending, null))(lineages.flatMap(nameOf))),
    TE.map((found) => ({ now: deps.clock.now(), keys: found.flat(), account: null })),
  )

/**
 * What the log itself gives rise to, without a request: containments, debts, drift, expiries, and what the recorded readings
 * tell. `account` is what a sweep has found beside that, if there was one; `freshFor`, how old readings may be where somebody watches.
 */
export const logFacts = (deps: AlertDeps, account: AccountFacts | null, freshFor: Millis | null): TE.TaskEither<VaultError, AlertFacts> =>
  pipe(
    loadAllKeys(deps),
    TE.bindTo('states'),
    TE.bind('spending', ({ states }) => knownSpending(deps, lineagesOf(states))),
    TE.flatMap(({ states, spending }) => TE.traverseSeqArray((name: KeyName) => factsOf(deps, name, spending, freshFor))([...states.keys()])),
    TE.map((found) => ({ now: deps.clock.now(), keys: found.flat(), account })),
  )
