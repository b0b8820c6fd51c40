import type { AttemptId, ChannelName, KeyName, OwnerId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { AlertText } from './condition.js'
import type { AlertIdentity, AlertRef } from './identity.js'
import type { Severity } from './rule.js'

/** Where one alert stands with one channel; none: it was not tried yet. */
export type Delivery =
  | { readonly _tag: 'Delivered'; readonly at: Instant }
  | {
      readonly _tag: 'Failing'
      readonly failures: number
      readonly since: Instant
      /** The last failure. */
      readonly at: Instant
      readonly retryAt: Instant
      readonly cause: string
    }
  | { readonly _tag: 'Dead'; readonly at: Instant; readonly cause: string }

/** One alert that was raised. */
export interface Alert {
  readonly ref: AlertRef
  readonly identity: AlertIdentity
  readonly name: KeyName | null
  readonly severity: Severity
  readonly text: AlertText
  readonly raisedAt: Instant
  readonly muted: boolean
  readonly acknowledged: { readonly at: Instant; readonly note: string | null } | null
  readonly clearedAt: Instant | null
  readonly deliveries: ReadonlyMap<ChannelName, Delivery>
  /** Whether the key is to be contained for it, and whether that was wished; null: the rule only tells. */
  readonly action: 'due' | 'taken' | null
}

/** What was told of a case last. `asOf` is the age of what its last change rested on. */
export interface CaseState {
  readonly occurrence: number
  readonly open: boolean
  readonly asOf: Instant
}

export interface DeliveryClaim {
  readonly attempt: AttemptId
  readonly owner: OwnerId
  readonly until: Instant
}

/** All alerts of one subject. */
export interface AlertState {
  readonly cases: ReadonlyMap<string, CaseState>
  /** The highest level told of each family of cases. */
  readonly levels: ReadonlyMap<string, number>
  /** The highest policy revision seen by rule and scope. */
  readonly revisions: ReadonlyMap<string, number>
  /** In the order in which they were raised. */
  readonly alerts: ReadonlyMap<AlertRef, Alert>
  /** Who is at a channel for this subject. */
  readonly claims: ReadonlyMap<ChannelName, DeliveryClaim>
  /** Until when a rule is muted; the key `*` is every rule. */
  readonly mutes: ReadonlyMap<string, Instant>
}

export const initialAlertState: AlertState = {
  cases: new Map(),
  levels: new Map(),
  revisions: new Map(),
  alerts: new Map(),
  claims: new Map(),
  mutes: new Map(),
}

/** The key under which a mute is kept. */
export const muteKey = (rule: string | null): string => rule ?? '*'

/** Whether a rule is muted at that time by these mutes. */
export const isMuted = (mutes: AlertState['mutes'], rule: string, at: Instant): boolean =>
  [rule, '*'].some((key) => {
    const until = mutes.get(key)
    return until !== undefined && at < until
  })
