import type { Schedule } from '../key/schedule.js'
import type { KeyHash, KeyName, Lineage } from '../shared/identifiers.js'
import type { Instant, Millis } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'

/** A UTC window in which money is counted. */
export type AlertWindow = 'day' | 'week' | 'month'

/** What is known of one window of one key. The window before may be among them as long as late data for it can come. */
export interface WindowFacts {
  readonly window: AlertWindow
  readonly start: Instant
  readonly used: Picodollars | null
  readonly readAt: Instant | null
  readonly limit: Picodollars | null
  /** Grows with each change of this limit. */
  readonly revision: number
  /** What will have been spent at the window's end if it goes on like this. */
  readonly forecast: Picodollars | null
}

/** What the readings told that once stood between a reading and the one before it. */
export interface ThinnedOut {
  /** How many rises the one that is left stands for. */
  readonly rises: number
  /** The most by which one rise went up, each of two in a row, and each of three in a row. */
  readonly one: Picodollars
  readonly two: Picodollars
  readonly three: Picodollars
  /** The shortest time from one to the next. */
  readonly span: Millis
}

/** A lifetime total and when it was read. `thinned` is absent where nothing was left out before it. */
export interface TotalReading {
  readonly at: Instant
  readonly total: Picodollars
  readonly thinned?: ThinnedOut
}

/** Something that began and has not ended; `at` tells one such incident from the next. */
export interface Incident {
  readonly at: Instant
  readonly text: string
}

/** What an audit found. `id` tells one damage from another, where it may be found again and again; else its time does. */
export interface AuditFailure extends Incident {
  readonly id?: string
}

/** All that the rules look at for one incarnation of a key. `null` is unknown or absent, never zero. */
export interface KeyFacts {
  readonly name: KeyName
  readonly lineage: Lineage
  readonly tags: Readonly<Record<string, string>>
  /** When it is to be replaced, where that was said of this very key. */
  readonly schedule?: Schedule
  /** When its secret was asked for, by add or by the last rotation, for its age; absent where that does not matter. */
  readonly bornAt?: Instant | null
  readonly windows: ReadonlyArray<WindowFacts>
  /** Oldest first, of the last two weeks or so; full resolution for the newest ones. */
  readonly readings: ReadonlyArray<TotalReading>
  readonly readAt: Instant | null
  /** How old a reading may become before somebody must know; null where nobody watches this key. */
  readonly freshFor: Millis | null
  readonly contained: Incident | null
  readonly debt: Incident | null
  readonly drift: Incident | null
  readonly boundBroken: Incident | null
  readonly expiresAt: Instant | null
  readonly rotationDue: Instant | null
  /** The last try of replacing it that came to nothing, since it was last replaced; absent where that does not matter. */
  readonly rotationFailed?: Incident | null
  /** Its own thresholds in whole percent; null for those of the policy. */
  readonly thresholds: ReadonlyArray<number> | null
}

/** A remote key that bears our mark and that this log does not hold. */
export interface UnheldFact {
  readonly hash: KeyHash
  readonly remoteName: string
}

/** What the rules look at for the account and the vault as a whole. */
export interface AccountFacts {
  readonly credit: Picodollars | null
  readonly creditReadAt: Instant | null
  /** Null: nobody has looked. */
  readonly unheld: ReadonlyArray<UnheldFact> | null
  readonly auditFailure: AuditFailure | null
}

/** Everything that one evaluation knows. A key or an account that was not looked at is left out, and nothing is concluded about it. */
export interface AlertFacts {
  readonly now: Instant
  readonly keys: ReadonlyArray<KeyFacts>
  readonly account: AccountFacts | null
}
