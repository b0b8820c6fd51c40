import type { ChannelName, OwnerId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { AlertRef, Subject } from './identity.js'
import { isQuiet, type QuietHours } from './policy.js'
import type { Alert, AlertState, Delivery } from './state.js'

/** One alert on its way, with the subject whose stream it is in. */
export interface Parcel {
  readonly subject: Subject
  readonly ref: AlertRef
}

/** What a channel is due now. A digest tells several alerts in one message. */
export type NextDelivery =
  | { readonly _tag: 'None' }
  | { readonly _tag: 'Later'; readonly at: Instant }
  | { readonly _tag: 'Due'; readonly parcels: ReadonlyArray<Parcel>; readonly digest: boolean }

/** A channel gets what was raised after it was added. */
export interface DueChannel {
  readonly name: ChannelName
  readonly since: Instant
  /** A channel of a program, which is there while the program runs: it gets what was raised since the first alert that it was ever sent. */
  readonly returns?: boolean
}

/** How a policy lets what was raised be sent. */
export interface Sending {
  readonly digestAbove: number
  readonly quietOf: (alert: Pick<Alert, 'name'>) => QuietHours | null
}

const mostInDigest = 50

interface Waiting {
  readonly subject: Subject
  readonly alert: Alert
}

const isOpen =
  ({ name }: DueChannel, since: Instant) =>
  ({ alert }: Waiting): boolean => {
    const tag = alert.deliveries.get(name)?._tag
    return !alert.muted && alert.acknowledged === null && alert.raisedAt >= since && tag !== 'Delivered' && tag !== 'Dead'
  }

const earliestFirst = (a: Waiting, b: Waiting): number => a.alert.raisedAt - b.alert.raisedAt

const parcelOf = ({ subject, alert }: Waiting): Parcel => ({ subject, ref: alert.ref })

const deliveryTo =
  ({ name }: DueChannel) =>
  ({ alert }: Waiting): Delivery | undefined =>
    alert.deliveries.get(name)

const failingOf = (delivery: Delivery | undefined): ReadonlyArray<Extract<Delivery, { readonly _tag: 'Failing' }>> =>
  delivery?._tag === 'Failing' ? [delivery] : []

/** Whether the channel has taken something since it last failed. */
const isBack = (all: ReadonlyArray<Waiting>, channel: DueChannel): boolean => {
  const known = all.flatMap((each) => deliveryTo(channel)(each) ?? [])
  const last = (tag: Delivery['_tag']): number => known.reduce((at, each) => (each._tag === tag ? Math.max(at, each.at) : at), -Infinity)
  return last('Delivered') > last('Failing')
}

/** The one that failed last time goes first and alone: whether the channel is back is found out with one message, not with many. */
const probe = (waiting: ReadonlyArray<Waiting>, channel: DueChannel, now: Instant): NextDelivery | null => {
  const failing = waiting.flatMap((each) => failingOf(deliveryTo(channel)(each)).map(({ retryAt }) => ({ ...each, retryAt })))
  const [first] = failing
  if (first === undefined) return null
  const at = failing.reduce((latest, each) => (each.retryAt > latest ? each.retryAt : latest), first.retryAt)
  return now < at ? { _tag: 'Later', at } : { _tag: 'Due', parcels: [parcelOf(first)], digest: false }
}

/** Many at once are one message. It is half as long after each failure of what is in it: perhaps it was too long for the receiver. */
const together = (waiting: ReadonlyArray<Waiting>, first: Waiting, channel: DueChannel, { digestAbove }: Sending): NextDelivery => {
  const failures = waiting.slice(0, mostInDigest).flatMap((each) => failingOf(deliveryTo(channel)(each)).map((delivery) => delivery.failures))
  const size = mostInDigest >> Math.min(10, Math.max(0, ...failures))
  return waiting.length > digestAbove && size > 1
    ? { _tag: 'Due', parcels: waiting.slice(0, size).map(parcelOf), digest: true }
    : { _tag: 'Due', parcels: [parcelOf(first)], digest: false }
}

const sinceOf = (all: ReadonlyArray<Waiting>, channel: DueChannel): Instant =>
  channel.returns === true
    ? all.reduce((first, each) => (deliveryTo(channel)(each) !== undefined && each.alert.raisedAt < first ? each.alert.raisedAt : first), channel.since)
    : channel.since

const minute = 60_000

/** When the hours end in which this alert is held back; they are looked at anew after a minute. */
const heldUntil = (now: Instant): Instant => (now + minute) as Instant

/**
 * What a channel is to be sent next, from the alerts of all subjects. In the order in which they were raised, except that only
 * critical ones pass in quiet hours; many at once become one digest; a failing channel is tried with one message at its date.
 */
export const nextDelivery = (
  states: ReadonlyMap<Subject, AlertState>,
  channel: DueChannel,
  sending: Sending,
  now: Instant,
  isGone: (owner: OwnerId) => boolean,
): NextDelivery => {
  const claims = [...states.values()].flatMap(({ claims: held }) => held.get(channel.name) ?? [])
  const claim = claims.find(({ until, owner }) => now < until && !isGone(owner))
  if (claim !== undefined) return { _tag: 'Later', at: claim.until }
  const all = [...states].flatMap(([subject, { alerts }]) => [...alerts.values()].map((alert) => ({ subject, alert })))
  const sorted = all.filter(isOpen(channel, sinceOf(all, channel))).sort(earliestFirst)
  const passing = sorted.filter(({ alert }) => alert.severity === 'critical' || !isQuiet(sending.quietOf(alert), now))
  const [first] = passing
  if (first === undefined) return sorted.length === 0 ? { _tag: 'None' } : { _tag: 'Later', at: heldUntil(now) }
  return (isBack(all, channel) ? null : probe(passing, channel, now)) ?? together(passing, first, channel, sending)
}
