import { left, right } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

import type { AlertEvent, AlertEventType } from '../../domain/alerts/event.js'
import { type AlertCase, type AlertIdentity, type AlertRef, isIdentityPart, type Subject } from '../../domain/alerts/identity.js'
import type { AlertText } from '../../domain/alerts/condition.js'
import { type InvalidValue, invalidValue } from '../../domain/shared/brand.js'
import { lineage as parseLineage } from '../../domain/shared/identifiers.js'
import { attemptId, branded, channelName, instant, keyName, orNull, ownerId, word } from './values.js'

type Body<T extends AlertEventType> = Omit<Extract<AlertEvent, { readonly type: T }>, 'type' | 'at'>

/** Text of one line without the bar that parts an identity. */
const part: t.Type<string, string> = branded('IdentityPart', (text) =>
  isIdentityPart(text) ? right<InvalidValue, string>(text) : left(invalidValue('part', 'one line')),
)

const subject: t.Type<Subject, string> = branded('Subject', (text) =>
  text === 'account' ? right<InvalidValue, Subject>(text) : parseLineage(text),
)

const ref: t.Type<AlertRef, string> = branded('AlertRef', (text) =>
  /^[^|]+(\|[^|]*){3}\|r\d+\|[1-9]\d*$/.test(text) ? right(text as AlertRef) : left(invalidValue('alert', 'an identity')),
)

const inCase = { subject, rule: part, threshold: part, scope: part, revision: t.number }
const ofCase: t.Type<AlertCase, unknown> = t.strict(inCase)
const identity: t.Type<AlertIdentity, unknown> = t.strict({ ...inCase, occurrence: t.number })
const text: t.Type<AlertText, unknown> = t.strict({ happened: t.string, means: t.string, next: t.string })
const severity = word('info', 'warning', 'critical')
const alerts = t.readonlyArray(ref)

/** The stored fields of the events of an alert stream, schema 1. */
export const alertEventBodies: { readonly [T in AlertEventType]: t.Type<Body<T>, unknown> } = {
  AlertRaised: t.strict({ identity, name: orNull(keyName), severity, text, asOf: instant, muted: t.boolean }),
  AlertActionDue: t.strict({ alert: ref }),
  AlertActionTaken: t.strict({ alert: ref, outcome: word('contained', 'nothing-to-contain') }),
  AlertCleared: t.strict({ case: ofCase, asOf: instant }),
  DeliveryClaimed: t.strict({ channel: channelName, attempt: attemptId, alerts, owner: ownerId, claimUntil: instant }),
  AlertDelivered: t.strict({ channel: channelName, alerts }),
  DeliveryFailed: t.strict({ channel: channelName, alerts, cause: t.string, retryAt: instant }),
  DeliveryDeadLettered: t.strict({ channel: channelName, alerts, cause: t.string }),
  DeliveryReplayed: t.strict({ channel: channelName, alerts }),
  AlertAcknowledged: t.strict({ alert: ref, note: orNull(t.string) }),
  AlertsMuted: t.strict({ rule: orNull(part), until: instant, note: orNull(t.string) }),
  AlertsUnmuted: t.strict({ rule: orNull(part) }),
}
