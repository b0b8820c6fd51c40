import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { accountFactsOf, type AccountSeen } from '../../domain/alerts/account-facts-of.js'
import type { KeyHash } from '../../domain/shared/identifiers.js'
import type { Instant, Millis } from '../../domain/shared/instant.js'
import { toDollars } from '../../domain/shared/picodollars.js'
import type { AlertParts } from '../alerts/alert-deps.js'
import { deliverAlerts } from '../alerts/deliver-alerts.js'
import { alertsBeside } from '../alerts/beside-readings.js'
import { reviewLog } from '../alerts/make-alerts.js'
import { raiseDamage } from '../alerts/tell-damage.js'
import { startBudget } from '../budget.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import type { Credits } from '../ports/guardrail.js'
import { lookNowAndThen } from '../use-cases/look-at-guardrails.js'
import { driveAll } from '../use-cases/reconcile.js'
import { recordReadings } from '../use-cases/record-readings.js'
import { sweepAll, type Swept } from '../use-cases/sweep-account.js'
import { readsOf } from '../use-cases/usage.js'
import { isoOf } from '../view-key.js'
import { beat } from './watch-lease.js'
import { emptyReport, type WatchReport } from './watch-report.js'
import { beginRotations, type Begun } from './watch-rotations.js'
import { enforceWindows, type WindowReport } from './watch-windows.js'

export type WatchDeps = Deps & AlertParts

/** How long one pass may repeat what fails: the next pass must not wait for it. */
const driving = 5_000 as Millis

type Alerts = WatchReport['alerts']
type Told = { readonly credits: NonNullable<AccountSeen['credits']> | null; readonly raised: number }

const readCredits = (deps: WatchDeps): T.Task<Credits | null> =>
  pipe(
    deps.client.readCredits(),
    TE.match(
      () => null,
      (credits) => credits,
    ),
  )

/** Alerts that cannot be recorded now are looked for again by the next pass: they keep nothing else from being done. */
const raise = (deps: WatchDeps, seen: AccountSeen | null, freshFor: Millis): T.Task<number> =>
  pipe(
    reviewLog(deps, seen === null ? null : accountFactsOf(seen), freshFor),
    TE.match(
      () => 0,
      (raised) => raised,
    ),
  )

const deliver = (deps: WatchDeps): T.Task<Omit<Alerts, 'raised'>> =>
  pipe(
    deliverAlerts(deps),
    TE.match(
      () => ({ delivered: 0, failed: 0 }),
      ({ delivered, failed }) => ({ delivered, failed }),
    ),
  )

const unheldOf = ({ findings }: Swept): NonNullable<AccountSeen['unheld']> =>
  findings.flatMap((each) => (each._tag === 'Unheld' ? [{ hash: each.hash, remoteName: each.remoteName }] : []))

const tell = (deps: WatchDeps, swept: Swept, before: number, freshFor: Millis): T.Task<Told> =>
  pipe(
    readCredits(deps),
    T.map((read) => (read === null ? null : { bought: read.bought, used: read.used, at: deps.clock.now() })),
    T.flatMap((credits) =>
      pipe(
        raise(deps, { unheld: unheldOf(swept), ...(credits === null ? {} : { credits }) }, freshFor),
        T.map((raised) => ({ credits, raised: before + raised })),
      ),
    ),
  )

const creditOf = ({ credits }: Told): number | null => {
  const left = credits === null ? null : accountFactsOf({ credits }).credit
  return left === null ? null : toDollars(left)
}

const listedOf = ({ states, listing }: Swept): number => {
  const listed = new Set<KeyHash>(listing.keys.map(({ hash }) => hash))
  return [...states.values()].filter(({ stage }) => 'key' in stage && listed.has(stage.key.hash)).length
}

/** Readings and the alerts that they give rise to, in one commit; gives how many alerts that were. */
const recordUsage = (deps: WatchDeps, { at, listing, states }: Swept): TE.TaskEither<VaultError, number> =>
  pipe(
    recordReadings(deps, readsOf(states, new Map(listing.keys.map(({ hash, usage }) => [hash, usage])), at), at, alertsBeside(deps)),
    TE.map((beside) => beside.flatMap(({ records }) => records.filter(({ type }) => type === 'AlertRaised')).length),
  )

const report = (
  at: Instant,
  { rotations, swept }: Begun,
  windows: WindowReport,
  told: Told,
  settled: Pick<WatchReport, 'finished' | 'undone' | 'orphansRevoked' | 'unheld' | 'drift' | 'outstanding'>,
): WatchReport => ({
  ...emptyReport(isoOf(at)),
  ...settled,
  keys: listedOf(swept),
  contained: windows.contained,
  lifted: windows.lifted,
  rotations,
  credit: creditOf(told),
  alerts: { raised: told.raised, delivered: 0, failed: 0 },
})

/** What the account holds and what was spent; a daily limit that OpenRouter lost is the watcher's from here on. */
const seeing = (deps: WatchDeps): TE.TaskEither<VaultError, { readonly swept: Swept; readonly raised: number }> =>
  pipe(
    sweepAll(deps, null),
    TE.bindTo('found'),
    TE.bind('raised', ({ found }) => recordUsage(deps, found)),
    TE.bind('swept', ({ found }) => lookNowAndThen(deps, found)),
  )

const looking = (deps: WatchDeps, at: Instant, freshFor: Millis): TE.TaskEither<VaultError, WatchReport> =>
  pipe(
    seeing(deps),
    TE.bind('windows', ({ swept }) => enforceWindows(deps, swept.states)),
    TE.bind('told', ({ swept, raised }) => TE.fromTask(tell(deps, swept, raised, freshFor))),
    TE.bind('rotating', ({ swept }) => beginRotations(deps, swept)),
    TE.bind('settled', ({ rotating }) => driveAll(deps, rotating.swept, { budget: startBudget(deps.clock, driving), now: false })),
    TE.map(({ rotating, windows, told, settled }) => report(at, rotating, windows, told, settled)),
  )

/** A log that no longer proves itself cannot be looked through, and that is what must be told. */
const raiseTrouble = (deps: WatchDeps, error: VaultError): T.Task<number> =>
  error._tag === 'VaultUnavailable' && error.reason === 'corrupt'
    ? TE.getOrElse(() => T.of(0))(raiseDamage(deps, [{ where: 'log', version: null, what: error.message }]))
    : T.of(0)

/** What an outage hides must be said: that readings grow old is found in the log alone. */
const inTheDark = (deps: WatchDeps, freshFor: Millis, error: VaultError): TE.TaskEither<VaultError, WatchReport> =>
  pipe(
    raise(deps, null, freshFor),
    T.flatMap(() => raiseTrouble(deps, error)),
    T.flatMap(() => deliver(deps)),
    T.map(() => E.left(error)),
  )

/**
 * One pass over the whole account, by one listing: readings, spent windows, alerts, then whatever is unfinished and due. Enforcement
 * comes before everything that may take long, and messages are sent last. A key that cannot be changed is in the report; an error is of
 * the listing or of the vault, and what grows old meanwhile is told all the same.
 */
export const watchPass = (deps: WatchDeps, freshFor: Millis): TE.TaskEither<VaultError, WatchReport> => {
  const at = deps.clock.now()
  return pipe(
    beat(deps, at),
    TE.flatMap(() => looking(deps, at, freshFor)),
    TE.orElse((error) => inTheDark(deps, freshFor, error)),
    TE.bindTo('passed'),
    TE.bind('sent', () => TE.fromTask(deliver(deps))),
    TE.map(({ passed, sent }): WatchReport => ({ ...passed, alerts: { raised: passed.alerts.raised, ...sent } })),
  )
}
