import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { Channel } from '../../domain/alerts/channels.js'
import type { Severity } from '../../domain/alerts/rule.js'
import type { Instant, Millis } from '../../domain/shared/instant.js'
import type { Secret } from '../secret.js'

/** One alert on its way out. `id` is the hash of its identity: the same alert has the same id, however often it arrives. */
export interface OutgoingAlert {
  readonly id: string
  readonly raisedAt: Instant
  /** The key's name; null for the account and the vault as a whole. */
  readonly name: string | null
  readonly lineage: string
  readonly rule: string
  readonly severity: Severity
  readonly happened: string
  readonly means: string
  readonly next: string
}

/** One message. `id` is the delivery id, by which a receiver knows a repetition; a digest tells several alerts. */
export interface AlertMessage {
  readonly id: string
  readonly at: Instant
  readonly alerts: readonly [OutgoingAlert, ...ReadonlyArray<OutgoingAlert>]
}

/** Why a message was not taken, for people and without any secret. `hopeless`: the same message will not be taken later either. */
export interface DeliveryProblem {
  readonly _tag: 'DeliveryProblem'
  readonly hopeless: boolean
  readonly message: string
  /** When the receiver wants to be asked again, if it said so. */
  readonly retryAfter: Millis | null
}

/**
 * A place that alerts are sent to. `deliver` is bounded in time, sends the message once, follows no redirect with a credential,
 * and answers only when the receiver has taken it: at least once, never silently not at all.
 * Every adapter passes the alert channel contract suite.
 */
export interface AlertChannel {
  readonly deliver: (message: AlertMessage) => TaskEither<DeliveryProblem, void>
}

/** Makes the channel of a registration, with its credential opened. */
export type OpenChannel = (channel: Channel, credential: Secret | null) => TaskEither<DeliveryProblem, AlertChannel>
