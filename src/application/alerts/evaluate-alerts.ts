import { isRight } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { type AlertCommand, alertDecider } from '../../domain/alerts/alert-decider.js'
import type { Condition } from '../../domain/alerts/condition.js'
import { conditionsOf } from '../../domain/alerts/conditions.js'
import type { AlertEvent } from '../../domain/alerts/event.js'
import type { AlertFacts } from '../../domain/alerts/facts.js'
import type { Subject } from '../../domain/alerts/identity.js'
import type { VaultError } from '../errors.js'
import type { StreamAppend } from '../ports/event-log.js'
import { scrub } from '../secret.js'
import { actOnAlerts } from './act-on-alerts.js'
import type { AlertDeps } from './alert-deps.js'
import { appendOf, loadAlerts, transactAlerts } from './alert-store.js'

const mostText = 600

/** Names and causes in a text come from outside: nothing key-shaped and no control character gets into the log or a message. */
const scrubbed = (condition: Condition): Condition => {
  const { happened, means, next } = condition.text
  return {
    ...condition,
    text: { happened: scrub(happened, mostText), means: scrub(means, mostText), next: scrub(next, mostText) },
  }
}

const bySubject = (conditions: ReadonlyArray<Condition>): ReadonlyMap<Subject, ReadonlyArray<Condition>> =>
  conditions.reduce(
    (groups, each) => groups.set(each.case.subject, [...(groups.get(each.case.subject) ?? []), each]),
    new Map<Subject, ReadonlyArray<Condition>>(),
  )

/** What the rules find in these facts, as it may be told. */
export const conditionsFor = ({ policy, ownRules }: AlertDeps, facts: AlertFacts): ReadonlyArray<Condition> =>
  conditionsOf(policy, facts, ownRules).map(scrubbed)

type Only = (condition: Condition) => boolean

const commandsFor = (deps: AlertDeps, facts: AlertFacts, only: Only = () => true): TE.TaskEither<VaultError, ReadonlyMap<Subject, AlertCommand>> =>
  pipe(
    loadAlerts(deps, 'account'),
    TE.map(({ state: { mutes } }) => {
      return new Map(
        [...bySubject(conditionsFor(deps, facts).filter(only))].map(([subject, found]): [Subject, AlertCommand] => [
          subject,
          { _tag: 'Tell', conditions: found, elsewhere: mutes, at: facts.now },
        ]),
      )
    }),
  )

/** Raises what is news in these facts and clears what is over; gives the facts recorded. Repeating it records nothing. */
export const raiseAlerts = (deps: AlertDeps, facts: AlertFacts): TE.TaskEither<VaultError, ReadonlyArray<AlertEvent>> =>
  pipe(
    commandsFor(deps, facts),
    TE.flatMap((commands) => transactAlerts(deps, commands)),
    TE.map((done) => [...done.values()].flatMap((decision) => (isRight(decision) ? decision.right : []))),
  )

/** The same, and then whatever a rule that acts has asked for is done. */
export const evaluateAlerts = (deps: AlertDeps, facts: AlertFacts): TE.TaskEither<VaultError, ReadonlyArray<AlertEvent>> =>
  pipe(
    raiseAlerts(deps, facts),
    TE.tap(() => actOnAlerts(deps)),
  )

/**
 * The same as parts of a commit that the caller makes, so that a reading and its alert are durable together. On a version
 * conflict the caller reads and decides anew, this part too; after the commit it calls `actOnAlerts`. `only` leaves conditions out.
 */
export const prepareAlerts = (deps: AlertDeps, facts: AlertFacts, only?: Only): TE.TaskEither<VaultError, ReadonlyArray<StreamAppend>> =>
  pipe(
    commandsFor(deps, facts, only),
    TE.flatMap((commands) =>
      TE.traverseSeqArray(([subject, command]: readonly [Subject, AlertCommand]) =>
        pipe(
          loadAlerts(deps, subject),
          TE.map(({ state, version }) => {
            const decision = alertDecider.decide(command, state)
            return isRight(decision) ? [appendOf(deps, subject, version, decision.right)] : []
          }),
        ),
      )([...commands]),
    ),
    TE.map((parts) => parts.flat()),
  )
