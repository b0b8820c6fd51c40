import { isRight } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { accountFactsOf } from '../../domain/alerts/account-facts-of.js'
import type { AlertFacts, AuditFailure } from '../../domain/alerts/facts.js'
import { refOf } from '../../domain/alerts/identity.js'
import type { Alert } from '../../domain/alerts/state.js'
import type { VaultError } from '../errors.js'
import type { AlertChannel, AlertMessage } from '../ports/alert-channel.js'
import type { LogDamage } from '../ports/log-audit.js'
import type { AlertDeps } from './alert-deps.js'
import { loadChannels } from './channel-store.js'
import { composeMessage } from './compose-message.js'
import { deliverAlerts, openedChannel } from './deliver-alerts.js'
import { conditionsFor, raiseAlerts } from './evaluate-alerts.js'

/** What became of the alert about a damaged log. */
export interface DamageTold {
  /** Whether the alert is in the log; else it went to the channels by itself, and goes again with the next look. */
  readonly recorded: boolean
  /** How many alerts are new: none where the same damage was told before, or nobody wants to be told. */
  readonly raised: number
  readonly delivered: number
  readonly failed: number
}

const line = ({ where, version, what }: LogDamage): string => `${where}${version === null ? '' : `, event ${version}`}: ${what}`

/** The same damage is the same incident, whoever finds it and however often. */
const failureOf = ({ digest, clock }: AlertDeps, damage: ReadonlyArray<LogDamage>): AuditFailure | null => {
  const lines = damage.map(line)
  const [first] = lines
  if (first === undefined) return null
  const more = lines.length === 1 ? '' : `, and ${lines.length - 1} more`
  return { at: clock.now(), text: `${first}${more}`, id: digest(JSON.stringify([...lines].sort())).slice(0, 16) }
}

const factsOf = (deps: AlertDeps, damage: ReadonlyArray<LogDamage>): AlertFacts => ({
  now: deps.clock.now(),
  keys: [],
  account: accountFactsOf({ auditFailure: failureOf(deps, damage) }),
})

/** A rule that a program brings looks at keys; here nobody has looked at any. */
const withoutOwnRules = (deps: AlertDeps): AlertDeps => ({ ...deps, ownRules: [] })

/** Raises `audit-failure` in the log and sends nothing; gives how many alerts are new. For who looks again and again. */
export const raiseDamage = (deps: AlertDeps, damage: ReadonlyArray<LogDamage>): TE.TaskEither<VaultError, number> => {
  const own = withoutOwnRules(deps)
  return TE.map((raised: ReadonlyArray<unknown>) => raised.length)(raiseAlerts(own, factsOf(own, damage)))
}

const byTheLog = (deps: AlertDeps, facts: AlertFacts): TE.TaskEither<VaultError, DamageTold> =>
  pipe(
    raiseAlerts(deps, facts),
    TE.bindTo('raised'),
    TE.bind('sent', () => deliverAlerts(deps)),
    TE.map(({ raised, sent: { delivered, failed } }) => ({ recorded: true, raised: raised.length, delivered, failed })),
  )

/** As it would be in the log, so that it has the same delivery id. */
const messageOf = (deps: AlertDeps, facts: AlertFacts): AlertMessage | null => {
  const alerts = conditionsFor(deps, facts).map(({ case: found, name, severity, text }): Alert => {
    const identity = { ...found, occurrence: 1 }
    const ref = refOf(identity)
    return { ref, identity, name, severity, text, raisedAt: facts.now, muted: false, acknowledged: null, clearedAt: null, deliveries: new Map(), action: null }
  })
  return composeMessage(deps.digest, alerts, facts.now)
}

const sendersOf = (deps: AlertDeps): TE.TaskEither<VaultError, ReadonlyArray<AlertChannel['deliver']>> =>
  pipe(
    loadChannels(deps),
    TE.flatMapTask(T.traverseArray((channel) => openedChannel(deps, channel))),
    TE.map((opened) => [...opened, ...deps.ownChannels.map(({ deliver }) => deliver)]),
  )

/** Past the outbox: nothing can be recorded, so nothing is tried again before the next look. */
const directly = (deps: AlertDeps, facts: AlertFacts): TE.TaskEither<VaultError, DamageTold> => {
  const message = messageOf(deps, facts)
  if (message === null) return TE.right({ recorded: false, raised: 0, delivered: 0, failed: 0 })
  return pipe(
    sendersOf(deps),
    TE.flatMapTask(T.traverseArray((deliver) => deliver(message))),
    TE.map((answers) => {
      const delivered = answers.filter(isRight).length
      return { recorded: false, raised: message.alerts.length, delivered, failed: answers.length - delivered }
    }),
  )
}

/**
 * Raises `audit-failure` for what an audit found, and sends it. Where the log does not take the alert, it goes to every channel
 * directly, with the id that it would have. An error: not even the channels can be read of this vault, and nobody was told.
 */
export const tellDamage = (deps: AlertDeps, damage: ReadonlyArray<LogDamage>): TE.TaskEither<VaultError, DamageTold> => {
  const own = withoutOwnRules(deps)
  const facts = factsOf(own, damage)
  return TE.orElse(() => directly(own, facts))(byTheLog(own, facts))
}
