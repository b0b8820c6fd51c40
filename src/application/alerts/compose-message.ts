import type { AlertRef } from '../../domain/alerts/identity.js'
import type { Alert } from '../../domain/alerts/state.js'
import type { Instant } from '../../domain/shared/instant.js'
import type { AlertMessage, OutgoingAlert } from '../ports/alert-channel.js'

/** The delivery id of an alert: the hash of its identity, so that it is the same wherever and however often it is sent. */
export const deliveryId = (digest: (text: string) => string, ref: AlertRef): string => digest(`lean-vault alert ${ref}`).slice(0, 32)

const outgoing = (digest: (text: string) => string, alert: Alert): OutgoingAlert => ({
  id: deliveryId(digest, alert.ref),
  raisedAt: alert.raisedAt,
  name: alert.name,
  lineage: alert.identity.subject,
  rule: alert.identity.rule,
  severity: alert.severity,
  ...alert.text,
})

/** One message of these alerts; null of none. */
export const composeMessage = (digest: (text: string) => string, alerts: ReadonlyArray<Alert>, at: Instant): AlertMessage | null => {
  const [first, ...rest] = alerts.map((alert) => outgoing(digest, alert))
  if (first === undefined) return null
  const ids = [first, ...rest].map(({ id }) => id)
  return { id: rest.length === 0 ? first.id : digest(ids.join(' ')).slice(0, 32), at, alerts: [first, ...rest] }
}
