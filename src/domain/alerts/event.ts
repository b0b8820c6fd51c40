import type { AttemptId, ChannelName, KeyName, OwnerId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { AlertText } from './condition.js'
import type { AlertCase, AlertIdentity, AlertRef } from './identity.js'
import type { Severity } from './rule.js'

type At<E> = E & { readonly at: Instant }

/**
 * The facts of the alerts of one subject. These names and fields are the storage format.
 * `asOf` is when what the alert rests on was read. No field may ever hold a secret.
 */
export type AlertEvent =
  | At<{
      readonly type: 'AlertRaised'
      readonly identity: AlertIdentity
      readonly name: KeyName | null
      readonly severity: Severity
      readonly text: AlertText
      readonly asOf: Instant
      /** Recorded, and sent to nobody: somebody had muted it. */
      readonly muted: boolean
    }>
  /** Raised by a rule that acts: its key is to be contained. In one commit with the raising. */
  | At<{ readonly type: 'AlertActionDue'; readonly alert: AlertRef }>
  /** The key was contained for it, and is not again for the same alert, also once it is resumed; or nothing was left to contain. */
  | At<{ readonly type: 'AlertActionTaken'; readonly alert: AlertRef; readonly outcome: 'contained' | 'nothing-to-contain' }>
  | At<{ readonly type: 'AlertCleared'; readonly case: AlertCase; readonly asOf: Instant }>
  | At<{
      readonly type: 'DeliveryClaimed'
      readonly channel: ChannelName
      readonly attempt: AttemptId
      readonly alerts: ReadonlyArray<AlertRef>
      readonly owner: OwnerId
      readonly claimUntil: Instant
    }>
  | At<{ readonly type: 'AlertDelivered'; readonly channel: ChannelName; readonly alerts: ReadonlyArray<AlertRef> }>
  | At<{
      readonly type: 'DeliveryFailed'
      readonly channel: ChannelName
      readonly alerts: ReadonlyArray<AlertRef>
      readonly cause: string
      readonly retryAt: Instant
    }>
  | At<{
      readonly type: 'DeliveryDeadLettered'
      readonly channel: ChannelName
      readonly alerts: ReadonlyArray<AlertRef>
      readonly cause: string
    }>
  | At<{ readonly type: 'DeliveryReplayed'; readonly channel: ChannelName; readonly alerts: ReadonlyArray<AlertRef> }>
  | At<{ readonly type: 'AlertAcknowledged'; readonly alert: AlertRef; readonly note: string | null }>
  /** Null: every rule. */
  | At<{ readonly type: 'AlertsMuted'; readonly rule: string | null; readonly until: Instant; readonly note: string | null }>
  | At<{ readonly type: 'AlertsUnmuted'; readonly rule: string | null }>

export type AlertEventType = AlertEvent['type']
