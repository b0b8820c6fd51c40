import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'

import type { Decider } from '../decider.js'
import type { AttemptId, ChannelName, OwnerId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { Condition } from './condition.js'
import { news } from './decide-raising.js'
import type { AlertEvent } from './event.js'
import { evolve } from './evolve.js'
import type { AlertRef } from './identity.js'
import { type AlertState, type Delivery, initialAlertState, muteKey } from './state.js'

/** How an attempt to deliver ended. `hopeless`: the receiver said no, and the same message will not be taken later. */
export type DeliveryOutcome =
  | { readonly _tag: 'Delivered' }
  | { readonly _tag: 'Failed'; readonly cause: string; readonly hopeless: boolean; readonly retryAt: Instant }

type Dated<C> = C & { readonly at: Instant }

export type AlertCommand =
  | Dated<{ readonly _tag: 'Tell'; readonly conditions: ReadonlyArray<Condition>; readonly elsewhere: AlertState['mutes'] }>
  | Dated<{
      readonly _tag: 'ClaimDelivery'
      readonly channel: ChannelName
      readonly attempt: AttemptId
      readonly alerts: ReadonlyArray<AlertRef>
      readonly owner: OwnerId
      readonly until: Instant
      /** The claim that stands belongs to a process that is certainly dead. */
      readonly overDead: boolean
    }>
  | Dated<{
      readonly _tag: 'RecordDelivery'
      readonly channel: ChannelName
      readonly attempt: AttemptId
      readonly alerts: ReadonlyArray<AlertRef>
      readonly outcome: DeliveryOutcome
    }>
  /** Null: every channel that gave it up. */
  | Dated<{ readonly _tag: 'Replay'; readonly alert: AlertRef; readonly channel: ChannelName | null }>
  | Dated<{ readonly _tag: 'TakeAction'; readonly alert: AlertRef; readonly outcome: 'contained' | 'nothing-to-contain' }>
  | Dated<{ readonly _tag: 'Acknowledge'; readonly alert: AlertRef; readonly note: string | null }>
  | Dated<{ readonly _tag: 'Mute'; readonly rule: string | null; readonly until: Instant; readonly note: string | null }>
  | Dated<{ readonly _tag: 'Unmute'; readonly rule: string | null }>

export type AlertRefusal =
  /** There is nothing in it that was not told, or it is so already. */
  | { readonly _tag: 'NothingNew' }
  | { readonly _tag: 'NoSuchAlert' }
  /** Somebody else delivers to this channel now. */
  | { readonly _tag: 'InFlight'; readonly until: Instant }
  /** The attempt was given up, and another one decides. */
  | { readonly _tag: 'Superseded' }

type Decision = Either<AlertRefusal, ReadonlyNonEmptyArray<AlertEvent>>
type Command<T extends AlertCommand['_tag']> = Extract<AlertCommand, { readonly _tag: T }>

const nothing: Decision = left({ _tag: 'NothingNew' })

const factsOrNothing = ([first, ...rest]: ReadonlyArray<AlertEvent>): Decision =>
  first === undefined ? nothing : right([first, ...rest])

const claim = (command: Command<'ClaimDelivery'>, state: AlertState): Decision => {
  const { channel, attempt, alerts, owner, until, overDead, at } = command
  const standing = state.claims.get(channel)
  if (standing !== undefined && at < standing.until && !overDead) return left({ _tag: 'InFlight', until: standing.until })
  return right([{ type: 'DeliveryClaimed', channel, attempt, alerts, owner, claimUntil: until, at }])
}

const mostRefusals = 3
/** A channel may be down for a long weekend. */
const longestFailing = 4 * 86_400_000

/** Given up: refused a few times over, or failing for days. */
const isGivenUp = (before: Delivery | undefined, outcome: Extract<DeliveryOutcome, { readonly _tag: 'Failed' }>, at: Instant): boolean => {
  if (before?._tag !== 'Failing') return false
  return outcome.hopeless ? before.failures + 1 >= mostRefusals : at - before.since >= longestFailing
}

const record = (command: Command<'RecordDelivery'>, state: AlertState): Decision => {
  const { channel, attempt, outcome, at } = command
  const open = command.alerts.filter((ref) => state.alerts.get(ref)?.deliveries.get(channel)?._tag !== 'Delivered')
  if (open.length === 0) return nothing
  if (outcome._tag === 'Delivered') return right([{ type: 'AlertDelivered', channel, alerts: open, at }])
  if (state.claims.get(channel)?.attempt !== attempt) return left({ _tag: 'Superseded' })
  const { cause, retryAt } = outcome
  const dead = open.filter((ref) => isGivenUp(state.alerts.get(ref)?.deliveries.get(channel), outcome, at))
  const failed = open.filter((ref) => !dead.includes(ref))
  return factsOrNothing([
    ...(failed.length === 0 ? [] : [{ type: 'DeliveryFailed' as const, channel, alerts: failed, cause, retryAt, at }]),
    ...(dead.length === 0 ? [] : [{ type: 'DeliveryDeadLettered' as const, channel, alerts: dead, cause, at }]),
  ])
}

const replay = ({ alert, channel, at }: Command<'Replay'>, state: AlertState): Decision => {
  const found = state.alerts.get(alert)
  if (found === undefined) return left({ _tag: 'NoSuchAlert' })
  const dead = [...found.deliveries].flatMap(([name, { _tag }]) => (_tag === 'Dead' && (channel ?? name) === name ? [name] : []))
  return factsOrNothing(dead.map((name) => ({ type: 'DeliveryReplayed', channel: name, alerts: [alert], at })))
}

const decide = (command: AlertCommand, state: AlertState): Decision => {
  const { at } = command
  switch (command._tag) {
    case 'Tell':
      return factsOrNothing(news(state, command.conditions, command.elsewhere, at))
    case 'ClaimDelivery':
      return claim(command, state)
    case 'RecordDelivery':
      return record(command, state)
    case 'Replay':
      return replay(command, state)
    case 'TakeAction': {
      const { alert, outcome } = command
      return state.alerts.get(alert)?.action === 'due' ? right([{ type: 'AlertActionTaken', alert, outcome, at }]) : nothing
    }
    case 'Acknowledge': {
      const found = state.alerts.get(command.alert)
      if (found === undefined) return left({ _tag: 'NoSuchAlert' })
      return found.acknowledged === null ? right([{ type: 'AlertAcknowledged', alert: command.alert, note: command.note, at }]) : nothing
    }
    case 'Mute': {
      const { rule, until, note } = command
      return state.mutes.get(muteKey(rule)) === until ? nothing : right([{ type: 'AlertsMuted', rule, until, note, at }])
    }
    case 'Unmute':
      return state.mutes.has(muteKey(command.rule)) ? right([{ type: 'AlertsUnmuted', rule: command.rule, at }]) : nothing
  }
}

/** The alerts of one subject as pure functions. What is due to be delivered says `nextDelivery`. */
export const alertDecider: Decider<AlertCommand, AlertState, AlertEvent, AlertRefusal> = {
  initial: initialAlertState,
  decide,
  evolve,
}
