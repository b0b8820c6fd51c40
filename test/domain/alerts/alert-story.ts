import { alertDecider } from '../../../src/domain/alerts/alert-decider.js'
import type { Condition } from '../../../src/domain/alerts/condition.js'
import type { AlertEvent } from '../../../src/domain/alerts/event.js'
import { type AlertCase, type AlertIdentity, type AlertRef, refOf } from '../../../src/domain/alerts/identity.js'
import type { Alert, AlertState } from '../../../src/domain/alerts/state.js'
import { fold } from '../../../src/domain/decider.js'
import type { AttemptId, ChannelName, KeyName, OwnerId } from '../../../src/domain/shared/identifiers.js'
import { lineageOf } from '../../../src/domain/shared/identifiers.js'
import { at } from './facts.js'

export const name = 'ci-bot' as KeyName
export const subject = lineageOf(name, 1)
export const [mail, chat] = ['mail' as ChannelName, 'chat' as ChannelName]
export const [mine, theirs] = ['1'.repeat(32) as AttemptId, '2'.repeat(32) as AttemptId]
export const owner = 'process-1' as OwnerId
const text = { happened: 'it happened', means: 'it means', next: 'do this' }

export const identity = (more: Partial<AlertIdentity> = {}): AlertIdentity => ({
  subject,
  rule: 'threshold',
  threshold: '80',
  scope: 'month 2026-11-01',
  revision: 1,
  occurrence: 1,
  ...more,
})

export const caseOf = (which: Partial<AlertIdentity> = {}): AlertCase => {
  const { subject: of, rule, threshold, scope, revision } = identity(which)
  return { subject: of, rule, threshold, scope, revision }
}

type Raised = Extract<AlertEvent, { readonly type: 'AlertRaised' }>

export const raised = (time: number, which: Partial<AlertIdentity> = {}, more: Partial<Raised> = {}): Raised => ({
  type: 'AlertRaised',
  identity: identity(which),
  name,
  severity: 'warning',
  text,
  asOf: at(time - 1),
  muted: false,
  at: at(time),
  ...more,
})

/** Alerts of as many windows, one a moment, from 101 on. */
export const several = (count: number): ReadonlyArray<Raised> => Array.from({ length: count }, (_, n) => raised(101 + n, { scope: `day ${n + 1}` }))
export const refs = (count: number): ReadonlyArray<AlertRef> => several(count).map((each) => refOf(each.identity))

export const told = (...events: ReadonlyArray<AlertEvent>): AlertState => fold(alertDecider, alertDecider.initial, events)
export const alertIn = (state: AlertState, ref: AlertRef = refOf(identity())): Alert | undefined => state.alerts.get(ref)

export const delivered = (time: number, alerts: ReadonlyArray<AlertRef>, channel = mail): AlertEvent => ({ type: 'AlertDelivered', channel, alerts, at: at(time) })
export const failed = (time: number, alerts: ReadonlyArray<AlertRef>, retryAt = time + 10, channel = mail): AlertEvent => ({
  type: 'DeliveryFailed',
  channel,
  alerts,
  cause: `failed at ${time}`,
  retryAt: at(retryAt),
  at: at(time),
})
export const dead = (time: number, alerts: ReadonlyArray<AlertRef>, channel = mail): AlertEvent => ({ type: 'DeliveryDeadLettered', channel, alerts, cause: 'given up', at: at(time) })
export const claimed = (time: number, until: number, attempt = mine, channel = mail): AlertEvent => ({
  type: 'DeliveryClaimed',
  channel,
  attempt,
  alerts: refs(1),
  owner,
  claimUntil: at(until),
  at: at(time),
})

export const condition = (time: number, which: Partial<AlertIdentity> = {}, more: Partial<Condition> = {}): Condition => {
  const found = { case: caseOf(which), standing: 'active', severity: 'warning', name, family: 'spend', level: 80 } as const
  return { ...found, asOf: at(time), rearms: false, text, ...more }
}
