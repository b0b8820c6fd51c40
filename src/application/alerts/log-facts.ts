import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { AccountFacts, AlertFacts, Incident, KeyFacts } from '../../domain/alerts/facts.js'
import { cannotSpend, wantedOf } from '../../domain/key/wanted.js'
import type { HeldKey, KeyState } from '../../domain/key/state.js'
import { containedFor, heldKey, incarnationOf, publicState } from '../../domain/key/view.js'
import { fold } from '../../domain/decider.js'
import { type KeyName, lineageOf } from '../../domain/shared/identifiers.js'
import type { Instant } from '../../domain/shared/instant.js'
import type { KeyEvent } from '../../domain/key/event.js'
import { decodeRecords } from '../decode-records.js'
import { unavailable, type VaultError } from '../errors.js'
import { loadAllKeys, streamOf } from '../key-store.js'
import type { AlertDeps } from './alert-deps.js'

/** When something that holds now began: the time of the first fact since which it has held without a break. */
const since = (deps: AlertDeps, events: ReadonlyArray<KeyEvent>, holds: (state: KeyState) => boolean): Instant | null => {
  const { decider } = deps.protocol
  const walked = events.reduce(
    ({ state, began }, event) => {
      const next = decider.evolve(state, event)
      return { state: next, began: holds(next) ? (began ?? event.at) : null }
    },
    { state: decider.initial, began: null as Instant | null },
  )
  return walked.began
}

const incident = (at: Instant | null, text: string): Incident | null => (at === null ? null : { at, text })

const isOwed = (state: KeyState): boolean => publicState(state) === 'revocation-outstanding'

/** Contained by anybody's wish; a removal that is under way tells its own story. */
const isContained = ({ stage }: KeyState): boolean =>
  stage._tag === 'Held' && stage.key.reasons.length > 0 && cannotSpend(wantedOf(stage.key))

const stallText = ({ stage, strays }: KeyState): string => {
  const own = 'stall' in stage ? stage.stall : null
  const cause = (own ?? strays.find((stray) => stray.stall !== null)?.stall)?.cause.message
  return cause === undefined ? 'a remote key is still to be revoked' : `a remote key is still to be revoked (${cause})`
}

/** An edit that was seen long ago is no news, whoever hears of it first today. */
const newsFor = 86_400_000

const driftIn = (events: ReadonlyArray<KeyEvent>, now: Instant): Incident | null => {
  const found = [...events].reverse().find((event) => event.type === 'DriftObserved')
  if (found?.type !== 'DriftObserved' || now - found.at > newsFor) return null
  return { at: found.at, text: found.policy === null ? 'deleted at OpenRouter by somebody else' : 'changed at OpenRouter by somebody else' }
}

const limitFacts = (held: HeldKey | null, now: Instant): KeyFacts['windows'] => {
  if (held === null) return []
  const start = new Date(now)
  const month = Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), 1) as Instant
  const { monthly } = held.incarnation.spec.limits
  return [{ window: 'month', start: month, used: null, readAt: null, limit: monthly, revision: 1, forecast: null }]
}

const identityOf = (name: KeyName, state: KeyState): Pick<KeyFacts, 'name' | 'lineage' | 'tags' | 'expiresAt'> => {
  const incarnation = incarnationOf(state.stage)
  return {
    name,
    lineage: incarnation?.lineage ?? lineageOf(name, Math.max(1, state.lineages)),
    tags: incarnation?.spec.tags ?? {},
    expiresAt: incarnation?.spec.expiresAt ?? null,
  }
}

const factsOf = (deps: AlertDeps, name: KeyName, state: KeyState, events: ReadonlyArray<KeyEvent>): KeyFacts | null => {
  const shown = publicState(state)
  if (shown === null || shown === 'removed') return null
  const now = deps.clock.now()
  const reasons = containedFor(state.stage).join(', ')
  return {
    ...identityOf(name, state),
    windows: limitFacts(heldKey(state.stage), now),
    readings: [],
    readAt: null,
    freshFor: null,
    contained: isContained(state) ? incident(since(deps, events, isContained), `contained (${reasons})`) : null,
    debt: isOwed(state) ? incident(since(deps, events, isOwed), stallText(state)) : null,
    drift: driftIn(events, now),
    boundBroken: null,
    rotationDue: null,
    thresholds: null,
  }
}

const eventsOf = (deps: AlertDeps, name: KeyName): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> =>
  pipe(
    deps.log.read(streamOf(name)),
    TE.mapLeft(unavailable),
    TE.flatMapEither((records) => decodeRecords(deps.keyEvents, records)),
  )

/**
 * What the log itself gives rise to, without a request: containments, debts, drift, expiries. Spend is for whoever reads it.
 * `account` is what a sweep has found beside that, if there was one.
 */
export const logFacts = (deps: AlertDeps, account: AccountFacts | null): TE.TaskEither<VaultError, AlertFacts> =>
  pipe(
    loadAllKeys(deps),
    TE.flatMap((states) =>
      TE.traverseSeqArray((name: KeyName) =>
        pipe(
          eventsOf(deps, name),
          TE.map((events) => factsOf(deps, name, fold(deps.protocol.decider, deps.protocol.decider.initial, events), events)),
        ),
      )([...states.keys()]),
    ),
    TE.map((found) => ({ now: deps.clock.now(), keys: found.flatMap((each) => each ?? []), account })),
  )
