import type { ChannelName } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { AlertEvent } from './event.js'
import { caseKey, type AlertCase, type AlertRef, refOf } from './identity.js'
import { stepOf } from './make-condition.js'
import { type Alert, type AlertState, type Delivery, muteKey } from './state.js'

type Event<T extends AlertEvent['type']> = Extract<AlertEvent, { readonly type: T }>

const withEntry = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> => new Map(map).set(key, value)

const withoutEntry = <K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> => {
  const rest = new Map(map)
  rest.delete(key)
  return rest
}

/** Policies are told apart by rule and window: an older one has no say once a newer was seen. */
export const revisionKey = ({ rule, scope }: AlertCase): string => `${rule === 'limit-reached' ? 'threshold' : rule}|${scope}`

const onRaised = (state: AlertState, event: Event<'AlertRaised'>): AlertState => {
  const { identity, name, severity, text, asOf, muted, at } = event
  const { family, level } = stepOf(identity)
  const revision = Math.max(state.revisions.get(revisionKey(identity)) ?? 0, identity.revision)
  const ref = refOf(identity)
  const alert: Alert = {
    ref,
    identity,
    name,
    severity,
    text,
    raisedAt: at,
    muted,
    acknowledged: null,
    clearedAt: null,
    deliveries: new Map(),
    action: null,
  }
  return {
    ...state,
    cases: withEntry(state.cases, caseKey(identity), { occurrence: identity.occurrence, open: true, asOf }),
    levels: withEntry(state.levels, family, Math.max(state.levels.get(family) ?? level, level)),
    revisions: withEntry(state.revisions, revisionKey(identity), revision),
    alerts: withEntry(state.alerts, ref, alert),
  }
}

const onCleared = (state: AlertState, event: Event<'AlertCleared'>): AlertState => {
  const key = caseKey(event.case)
  const known = state.cases.get(key)
  if (known === undefined) return state
  const ref = refOf({ ...event.case, occurrence: known.occurrence })
  const alert = state.alerts.get(ref)
  return {
    ...state,
    cases: withEntry(state.cases, key, { ...known, open: false, asOf: event.asOf }),
    levels: withoutEntry(state.levels, stepOf(event.case).family),
    alerts: alert === undefined ? state.alerts : withEntry(state.alerts, ref, { ...alert, clearedAt: event.at }),
  }
}

const delivering = (
  state: AlertState,
  channel: ChannelName,
  refs: ReadonlyArray<AlertRef>,
  become: (before: Delivery | undefined) => Delivery | null,
): AlertState => {
  const alerts = new Map(state.alerts)
  for (const ref of refs) {
    const alert = alerts.get(ref)
    const next = alert === undefined ? null : become(alert.deliveries.get(channel))
    if (alert !== undefined)
      alerts.set(ref, {
        ...alert,
        deliveries: next === null ? withoutEntry(alert.deliveries, channel) : withEntry(alert.deliveries, channel, next),
      })
  }
  return { ...state, alerts, claims: withoutEntry(state.claims, channel) }
}

const failing =
  ({ cause, retryAt, at }: Event<'DeliveryFailed'>) =>
  (before: Delivery | undefined): Delivery => {
    if (before?._tag === 'Delivered') return before
    const standing = before?._tag === 'Failing' ? before : null
    const since: Instant = standing?.since ?? at
    return { _tag: 'Failing', failures: (standing?.failures ?? 0) + 1, since, at, retryAt, cause }
  }

const withAction = (state: AlertState, ref: AlertRef, action: 'due' | 'taken'): AlertState => {
  const alert = state.alerts.get(ref)
  return alert === undefined ? state : { ...state, alerts: withEntry(state.alerts, ref, { ...alert, action }) }
}

/** The next state. Total: a fact about an alert that is not known changes nothing. */
export const evolve = (state: AlertState, event: AlertEvent): AlertState => {
  const { at } = event
  switch (event.type) {
    case 'AlertRaised':
      return onRaised(state, event)
    case 'AlertActionDue':
      return withAction(state, event.alert, 'due')
    case 'AlertActionTaken':
      return withAction(state, event.alert, 'taken')
    case 'AlertCleared':
      return onCleared(state, event)
    case 'DeliveryClaimed': {
      const { attempt, owner, claimUntil: until } = event
      return { ...state, claims: withEntry(state.claims, event.channel, { attempt, owner, until }) }
    }
    case 'AlertDelivered':
      return delivering(state, event.channel, event.alerts, () => ({ _tag: 'Delivered', at }))
    case 'DeliveryFailed':
      return delivering(state, event.channel, event.alerts, failing(event))
    case 'DeliveryDeadLettered':
      return delivering(state, event.channel, event.alerts, (before) =>
        before?._tag === 'Delivered' ? before : { _tag: 'Dead', at, cause: event.cause },
      )
    case 'DeliveryReplayed':
      return delivering(state, event.channel, event.alerts, () => null)
    case 'AlertAcknowledged': {
      const alert = state.alerts.get(event.alert)
      const acknowledged = { at, note: event.note }
      return alert === undefined ? state : { ...state, alerts: withEntry(state.alerts, event.alert, { ...alert, acknowledged }) }
    }
    case 'AlertsMuted':
      return { ...state, mutes: withEntry(state.mutes, muteKey(event.rule), event.until) }
    case 'AlertsUnmuted':
      return { ...state, mutes: withoutEntry(state.mutes, muteKey(event.rule)) }
  }
}
