import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Task } from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { AlertCommand, DeliveryOutcome } from '../../domain/alerts/alert-decider.js'
import type { Channel } from '../../domain/alerts/channels.js'
import type { AlertRef, Subject } from '../../domain/alerts/identity.js'
import { type DueChannel, nextDelivery, type Parcel, type Sending } from '../../domain/alerts/next-delivery.js'
import type { Alert } from '../../domain/alerts/state.js'
import type { AttemptId } from '../../domain/shared/identifiers.js'
import { type Millis, plus } from '../../domain/shared/instant.js'
import { retryDate } from '../budget.js'
import type { VaultError } from '../errors.js'
import type { AlertChannel, DeliveryProblem } from '../ports/alert-channel.js'
import { scrub } from '../secret.js'
import type { AlertDeps } from './alert-deps.js'
import { loadAllAlerts, type LoadedAlerts, transactAlerts } from './alert-store.js'
import { loadChannels, openCredential } from './channel-store.js'
import { composeMessage } from './compose-message.js'
import { both, type DeliveryReport, none } from './delivery-report.js'
import { sendingBy } from './sending-by.js'

const mostMessages = 20
/** A channel has this long for one message; its claim outlives that. */
const claimLength = 60_000 as Millis
const sendWithin = 30_000
/** A slow channel goes on in the next run: whoever watches has more to do. */
const runLength = 10_000

type States = ReadonlyMap<Subject, LoadedAlerts>

const alertsOf = (states: States, parcels: ReadonlyArray<Parcel>): ReadonlyArray<Alert> =>
  parcels.flatMap(({ subject, ref }) => states.get(subject)?.state.alerts.get(ref) ?? [])

/** One command for each subject that has a part in the message. */
const forEachSubject = (
  parcels: ReadonlyArray<Parcel>,
  commandFor: (alerts: ReadonlyArray<AlertRef>) => AlertCommand,
): ReadonlyMap<Subject, AlertCommand> => {
  const subjects = [...new Set(parcels.map(({ subject }) => subject))]
  return new Map(
    subjects.map((subject) => [subject, commandFor(parcels.flatMap((each) => (each.subject === subject ? [each.ref] : [])))]),
  )
}

const claim = (
  deps: AlertDeps,
  channel: Channel,
  states: States,
  parcels: ReadonlyArray<Parcel>,
  attempt: AttemptId,
): TE.TaskEither<VaultError, boolean> => {
  const at = deps.clock.now()
  const standing = parcels.flatMap(({ subject }) => states.get(subject)?.state.claims.get(channel.name) ?? [])
  const overDead = standing.every(({ owner }) => deps.process.isGone(owner))
  const commands = forEachSubject(parcels, (alerts) => ({
    _tag: 'ClaimDelivery',
    channel: channel.name,
    attempt,
    alerts,
    owner: deps.process.owner,
    until: plus(at, claimLength),
    overDead,
    at,
  }))
  return pipe(
    transactAlerts(deps, commands),
    TE.map((done) => [...done.values()].every(E.isRight)),
  )
}

/** A refused digest says nothing against each alert in it. */
const outcomeOf = (deps: AlertDeps, result: E.Either<DeliveryProblem, void>, alerts: ReadonlyArray<Alert>, failures: number): DeliveryOutcome => {
  if (E.isRight(result)) return { _tag: 'Delivered' }
  const { message, hopeless, retryAfter } = result.left
  const now = deps.clock.now()
  const usual = retryDate(deps.random, now, failures)
  const asked = plus(now, retryAfter ?? (0 as Millis))
  return { _tag: 'Failed', cause: scrub(message), hopeless: hopeless && alerts.length === 1, retryAt: asked > usual ? asked : usual }
}

const failuresOf = (alerts: ReadonlyArray<Alert>, { name }: Channel): number =>
  alerts.reduce((most, { deliveries }) => {
    const delivery = deliveries.get(name)
    return delivery?._tag === 'Failing' ? Math.max(most, delivery.failures) : most
  }, 0)

/** Claims, sends once, records. Nothing is sent when the claim has become old meanwhile, as after a suspended laptop. */
const sendOne = (
  deps: AlertDeps,
  channel: Channel,
  open: AlertChannel['deliver'],
  states: States,
  parcels: ReadonlyArray<Parcel>,
): TE.TaskEither<VaultError, DeliveryReport> => {
  const attempt = deps.random.attemptId()
  const alerts = alertsOf(states, parcels)
  const message = composeMessage(deps.digest, alerts, deps.clock.now())
  const sendBefore = deps.clock.monotonic() + sendWithin
  const send = (): TE.TaskEither<VaultError, DeliveryReport> => {
    if (message === null || deps.clock.monotonic() > sendBefore) return TE.right(none)
    return pipe(
      TE.fromTask<E.Either<DeliveryProblem, void>, VaultError>(open(message)),
      TE.flatMap((result) => {
        const outcome = outcomeOf(deps, result, alerts, failuresOf(alerts, channel))
        const at = deps.clock.now()
        const commands = forEachSubject(parcels, (refs) => ({
          _tag: 'RecordDelivery',
          channel: channel.name,
          attempt,
          alerts: refs,
          outcome,
          at,
        }))
        const report = outcome._tag === 'Delivered' ? { ...none, delivered: alerts.length } : { ...none, failed: alerts.length, next: outcome.retryAt }
        return TE.map(() => report)(transactAlerts(deps, commands))
      }),
    )
  }
  return pipe(
    claim(deps, channel, states, parcels, attempt),
    TE.flatMap((mine) => (mine ? send() : TE.right(none))),
  )
}

/** Sends what one channel is due, message by message, until nothing is due, one fails, or somebody else is at it. */
const drain = (
  deps: AlertDeps,
  sending: Sending,
  channel: Channel & DueChannel,
  open: AlertChannel['deliver'],
  began: Millis = deps.clock.monotonic(),
  sent = 0,
): TE.TaskEither<VaultError, DeliveryReport> =>
  pipe(
    loadAllAlerts(deps),
    TE.flatMap((states) => {
      const folded = new Map([...states].map(([subject, { state }]) => [subject, state]))
      const due = nextDelivery(folded, channel, sending, deps.clock.now(), deps.process.isGone)
      const isEnough = sent >= mostMessages || deps.clock.monotonic() - began > runLength || deps.process.stopping()
      if (due._tag !== 'Due' || isEnough)
        return TE.right({ ...none, next: due._tag === 'None' ? null : due._tag === 'Later' ? due.at : deps.clock.now() })
      return pipe(
        sendOne(deps, channel, open, states, due.parcels),
        TE.flatMap((report) =>
          report.delivered === 0 ? TE.right(report) : TE.map((rest: DeliveryReport) => both(report, rest))(drain(deps, sending, channel, open, began, sent + 1)),
        ),
      )
    }),
  )

const failing =
  (message: string, hopeless = false): AlertChannel['deliver'] =>
  () =>
    TE.left({ _tag: 'DeliveryProblem', hopeless, message, retryAfter: null })

/** A channel that cannot even be opened fails like one that answers badly, so that it is seen and backs off. */
export const openedChannel = (deps: AlertDeps, channel: Channel): Task<AlertChannel['deliver']> =>
  pipe(
    openCredential(deps, channel),
    TE.mapLeft((): DeliveryProblem => ({ _tag: 'DeliveryProblem', hopeless: true, message: 'its credential cannot be opened', retryAfter: null })),
    TE.flatMap((credential) => deps.openChannel(channel, credential)),
    TE.match(
      ({ message, hopeless }) => failing(message, hopeless),
      ({ deliver }) => deliver,
    ),
  )

const drainAll = (deps: AlertDeps, sending: Sending, channels: ReadonlyArray<Channel>): ReadonlyArray<TE.TaskEither<VaultError, DeliveryReport>> => [
  ...channels.map((channel) =>
    pipe(
      TE.fromTask<AlertChannel['deliver'], VaultError>(openedChannel(deps, channel)),
      TE.flatMap((open) => drain(deps, sending, channel, open)),
    ),
  ),
  ...deps.ownChannels.map(({ channel, deliver }) => drain(deps, sending, { ...channel, returns: true }, deliver)),
]

/**
 * Runs the outbox once: all channels side by side, each on its own. A channel that fails delays no other one. An error is one of
 * the vault's store only.
 */
export const deliverAlerts = (deps: AlertDeps): TE.TaskEither<VaultError, DeliveryReport> =>
  pipe(
    loadChannels(deps),
    TE.bindTo('channels'),
    TE.bind('sending', () => sendingBy(deps)),
    TE.flatMap(({ channels, sending }) =>
      TE.traverseArray((work: TE.TaskEither<VaultError, DeliveryReport>) => work)(drainAll(deps, sending, channels)),
    ),
    TE.map((reports) => reports.reduce(both, none)),
  )
