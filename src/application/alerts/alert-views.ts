import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { AlertRef, Subject } from '../../domain/alerts/identity.js'
import type { Alert } from '../../domain/alerts/state.js'
import { invalidInput, type VaultError } from '../errors.js'
import { isoOf } from '../view-key.js'
import type { AlertDeps } from './alert-deps.js'
import { loadAllAlerts, loadAlerts } from './alert-store.js'
import { deliveryId } from './compose-message.js'

/** How one alert fares with one channel. */
export interface DeliveryView {
  readonly channel: string
  readonly state: 'delivered' | 'failing' | 'dead'
  /** When it was delivered or given up, or is tried again. */
  readonly at: string
  readonly cause: string | null
}

/** One alert as scripts see it. Times are UTC ISO 8601. */
export interface AlertView {
  /** The delivery id: the hash of what makes it this alert. */
  readonly id: string
  /** The key's name; null for the account and the vault as a whole. */
  readonly name: string | null
  readonly lineage: string
  readonly rule: string
  readonly severity: 'info' | 'warning' | 'critical'
  readonly happened: string
  readonly means: string
  readonly next: string
  readonly raisedAt: string
  readonly clearedAt: string | null
  readonly acknowledgedAt: string | null
  readonly note: string | null
  readonly muted: boolean
  /** `contain`: its rule contains the key. */
  readonly action: 'tell' | 'contain'
  readonly deliveries: ReadonlyArray<DeliveryView>
}

/** Which alerts to list. Nothing given: all that nobody has acknowledged yet. */
export interface AlertQuery {
  /** Acknowledged ones too. */
  readonly all?: boolean
  readonly name?: string
  /** Only those that some channel has given up. */
  readonly dead?: boolean
}

const viewOf = (deps: Pick<AlertDeps, 'digest'>, alert: Alert): AlertView => ({
  id: deliveryId(deps.digest, alert.ref),
  name: alert.name,
  lineage: alert.identity.subject,
  rule: alert.identity.rule,
  severity: alert.severity,
  ...alert.text,
  raisedAt: isoOf(alert.raisedAt),
  clearedAt: alert.clearedAt === null ? null : isoOf(alert.clearedAt),
  acknowledgedAt: alert.acknowledged === null ? null : isoOf(alert.acknowledged.at),
  note: alert.acknowledged?.note ?? null,
  muted: alert.muted,
  action: alert.action === null ? 'tell' : 'contain',
  deliveries: [...alert.deliveries].map(([channel, delivery]): DeliveryView => {
    switch (delivery._tag) {
      case 'Delivered':
        return { channel, state: 'delivered', at: isoOf(delivery.at), cause: null }
      case 'Failing':
        return { channel, state: 'failing', at: isoOf(delivery.retryAt), cause: delivery.cause }
      case 'Dead':
        return { channel, state: 'dead', at: isoOf(delivery.at), cause: delivery.cause }
    }
  }),
})

const matches = ({ all, name, dead }: AlertQuery, alert: AlertView): boolean =>
  (all === true || dead === true || alert.acknowledgedAt === null) &&
  (name === undefined || alert.name === name) &&
  (dead !== true || alert.deliveries.some(({ state }) => state === 'dead'))

/** The alerts that match, oldest first. */
export const listAlerts = (deps: AlertDeps, query: AlertQuery): TE.TaskEither<VaultError, ReadonlyArray<AlertView>> =>
  pipe(
    loadAllAlerts(deps),
    TE.map((states) =>
      [...states.values()]
        .flatMap(({ state }) => [...state.alerts.values()].map((alert) => viewOf(deps, alert)))
        .filter((alert) => matches(query, alert))
        .sort((a, b) => (a.raisedAt < b.raisedAt ? -1 : a.raisedAt > b.raisedAt ? 1 : 0)),
    ),
  )

interface FoundAlert {
  readonly subject: Subject
  readonly ref: AlertRef
  readonly view: AlertView
}


const idForm = /^\S{6,}$/

const checkId = (id: string): TE.TaskEither<VaultError, void> =>
  typeof id === 'string' && idForm.test(id) ? TE.right(undefined) : TE.left(invalidInput({ field: 'id', rule: 'of an alert must be given with at least six characters; alerts list --all shows it' }))

/** The one alert whose id begins so; at least six characters. */
export const findAlert = (deps: AlertDeps, id: string): TE.TaskEither<VaultError, FoundAlert> =>
  pipe(
    checkId(id),
    TE.flatMap(() => loadAllAlerts(deps)),
    TE.flatMap((states) => {
      const found = [...states].flatMap(([subject, { state }]) =>
        [...state.alerts.values()].flatMap((alert) => {
          const view = viewOf(deps, alert)
          return view.id.startsWith(id) ? [{ subject, ref: alert.ref, view }] : []
        }),
      )
      const [only, other] = found
      return only === undefined || other !== undefined
        ? TE.left<VaultError, FoundAlert>({ _tag: 'AlertNotFound', alert: id })
        : TE.right<VaultError, FoundAlert>(only)
    }),
  )

/** A rule that is muted for everything or for one key, and until when. */
export interface MuteView {
  readonly name: string | null
  readonly rule: string | null
  readonly until: string
}

/** The mutes of a subject that still hold. */
export const mutesOf = (deps: AlertDeps, subject: Subject): TE.TaskEither<VaultError, ReadonlyArray<MuteView>> =>
  pipe(
    loadAlerts(deps, subject),
    TE.map(({ state }) =>
      [...state.mutes].flatMap(([rule, until]) =>
        until <= deps.clock.now()
          ? []
          : [{ name: subject === 'account' ? null : (subject.split('#')[0] ?? null), rule: rule === '*' ? null : rule, until: isoOf(until) }],
      ),
    ),
  )
