import type { ChannelName, OwnerId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { AlertRef, Subject } from './identity.js'
import { isQuiet, type QuietHours } from './policy.js'
import type { Alert, AlertState } from './state.js'

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
}

/** How a policy lets what was raised be sent. */
export interface Sending {
  readonly digestAbove: number
  readonly quietOf: (alert: Pick<Alert, 'name'>) => QuietHours | null
}

const mostInDigest = 50

const isOpen =
  ({ name, since }: DueChannel) =>
  (alert: Alert): boolean => {
    const tag = alert.deliveries.get(name)?._tag
    return !alert.muted && alert.acknowledged === null && alert.raisedAt >= since && tag !== 'Delivered' && tag !== 'Dead'
  }

interface Waiting {
  readonly subject: Subject
  readonly alert: Alert
}

const earliestFirst = (a: Waiting, b: Waiting): number => a.alert.raisedAt - b.alert.raisedAt

const parcelOf = ({ subject, alert }: Waiting): Parcel => ({ subject, ref: alert.ref })

/** The one that failed last time goes first and alone: whether the channel is back is found out with one message, not with many. */
const probe = (waiting: ReadonlyArray<Waiting>, { name }: DueChannel, now: Instant): NextDelivery | null => {
  const failing = waiting.flatMap((each) => {
    const delivery = each.alert.deliveries.get(name)
    return delivery?._tag === 'Failing' ? [{ ...each, retryAt: delivery.retryAt }] : []
  })
  const [first] = failing
  if (first === undefined) return null
  const at = failing.reduce((latest, each) => (each.retryAt > latest ? each.retryAt : latest), first.retryAt)
  return now < at ? { _tag: 'Later', at } : { _tag: 'Due', parcels: [parcelOf(first)], digest: false }
}

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
  const all = [...states].flatMap(([subject, { alerts }]) =>
    [...alerts.values()].filter(isOpen(channel)).map((alert) => ({ subject, alert })),
  )
  const sorted = all.sort(earliestFirst)
  const passing = sorted.filter(({ alert }) => alert.severity === 'critical' || !isQuiet(sending.quietOf(alert), now))
  const tried = probe(passing, channel, now)
  if (tried !== null) return tried
  const [first] = passing
  if (first === undefined) return sorted.length === 0 ? { _tag: 'None' } : { _tag: 'Later', at: heldUntil(now) }
  return passing.length > sending.digestAbove
    ? { _tag: 'Due', parcels: passing.slice(0, mostInDigest).map(parcelOf), digest: true }
    : { _tag: 'Due', parcels: [parcelOf(first)], digest: false }
}
