import type { Binding, SpendLevel } from '../domain/spend/facts.js'
import type { Enforcer } from '../domain/spend/policy.js'
import type { Suspicion } from '../domain/spend/reading.js'
import type { PendingWork, PublicState } from '../domain/key/view.js'

/** Limits in dollars; `null` is no limit. */
export interface LimitsView {
  readonly monthlySpend: number | null
  readonly dailySpend: number | null
  readonly alertThreshold: number | null
  readonly alertThresholds: ReadonlyArray<number>
}

/** Usage in dollars; `null` is unknown, never zero. */
export interface UsageView {
  readonly currentMonth: number | null
  readonly currentDay: number | null
  readonly lastUpdated: string | null
  readonly stale: boolean
}

/** When a key is to be replaced. */
export interface RotationView {
  /** What is recorded of this very key: a span such as `90d`, or `off` for no age; null: the settings for its name, its tags or all hold. */
  readonly rotateAfter: string | null
  readonly rotate: 'on' | 'off' | null
  /** From when on it is due, by all that holds for it; null: never, or it is not in use. */
  readonly dueAt: string | null
  /** Whether the watcher replaces it then. */
  readonly byWatcher: boolean
}

/** One key as scripts see it. Times are UTC ISO 8601. */
export interface KeyView {
  readonly name: string
  readonly lineage: string
  /** `unreadable`: a newer Lean Vault recorded something of this name, and nothing else of it is known here. */
  readonly state: PublicState | 'unreadable'
  readonly hash: string | null
  /** The remote key as last seen: `gone` when somebody else deleted it; `null` where no key is held. */
  readonly remote: 'live' | 'gone' | 'unknown' | null
  readonly alsoHeld: ReadonlyArray<string>
  readonly label: string | null
  readonly tags: Readonly<Record<string, string>>
  readonly workspace: string | null
  readonly createdAt: string
  readonly updatedAt: string
  readonly expiresAt: string | null
  readonly containedFor: ReadonlyArray<string>
  readonly limits: LimitsView
  readonly usage: UsageView
  readonly enforcedBy: { readonly monthly: Enforcer; readonly daily: Enforcer }
  readonly rotation: RotationView
  readonly pending: ReadonlyArray<PendingWork>
  /** When `overlap` or `window-turn` in `pending` is to be done, by `watch` or `reconcile`; null where nothing is planned. */
  readonly plannedFor: string | null
}

export type { Enforcer }

/** One key in full. */
export interface KeyInFull extends KeyView {
  /** False for a key that was adopted without its secret, or whose secret was destroyed. */
  readonly secretHeld: boolean
  /** The limit, in dollars, and window of an adopted key that our limits cannot say; `null` window: for its whole life. */
  readonly keptLimit: { readonly amount: number | null; readonly window: 'daily' | 'weekly' | 'monthly' | 'other' | null } | null
  /** What the key could spend between its birth and its activation, in dollars. */
  readonly residual: number
  /** Attempts whose key, should it still be born, is swept. */
  readonly watchedAttempts: number
  readonly lastEvents: ReadonlyArray<HistoryEntry>
}

/** What became of what was asked. `unchanged`: it was so already. */
export type ChangeOutcome =
  | 'added'
  | 'removed'
  | 'updated'
  | 'rolled-back'
  | 'rotated'
  | 'suspended'
  | 'resumed'
  | 'unchanged'
  | 'incomplete'
  | 'planned'

/** What a change came to. `incomplete`: part was done, the rest is recorded, and `reconcile` finishes or undoes it. */
export interface ChangeReport {
  readonly name: string
  readonly outcome: ChangeOutcome
  readonly remote: 'live' | 'revoked' | 'already-gone' | 'outstanding' | 'left-alive' | null
  readonly proof: 'strong' | 'weak' | null
  readonly pending: ReadonlyArray<PendingWork>
  /** How many facts this command recorded. */
  readonly events: number
  /** Why it is incomplete, for people. */
  readonly reason: string | null
  readonly notes: ReadonlyArray<string>
}

/** What a change of tags came to. `remote` is null: OpenRouter knows nothing of tags. */
export interface TagReport extends ChangeReport {
  /** All of the key's tags, as they are now. */
  readonly tags: Readonly<Record<string, string>>
}

/** What `remove` would do, after a look at the remote key. */
export interface RemovalPlan {
  readonly name: string
  readonly state: PublicState
  readonly hash: string | null
  readonly label: string | null
  readonly limits: LimitsView
  readonly remote: 'live' | 'disabled' | 'already-gone' | 'unreachable' | 'unknown'
  readonly spentThisMonth: number | null
  readonly steps: ReadonlyArray<string>
}

/** One recorded fact. `details` are the event's own fields; no secret can be among them. */
export interface HistoryEntry {
  readonly sequence: number
  readonly at: string
  readonly name: string | null
  /** The event's type. */
  readonly event: string
  readonly details: Readonly<Record<string, unknown>>
}

/** What a reconcile did. Each entry names the key it is about. */
export interface ReconcileReport {
  readonly finished: ReadonlyArray<ReconciledKey>
  readonly undone: ReadonlyArray<ReconciledKey>
  readonly orphansRevoked: ReadonlyArray<{ readonly name: string; readonly hash: string }>
  /** Keys that were taken in by `adopt`. */
  readonly adopted: ReadonlyArray<{ readonly name: string; readonly hash: string }>
  /** Guardrails of this vault, by their remote names, that no key was under for a week. */
  readonly guardrailsDeleted: ReadonlyArray<string>
  readonly unheld: ReadonlyArray<{ readonly hash: string; readonly remoteName: string }>
  readonly drift: ReadonlyArray<{ readonly name: string; readonly hash: string; readonly found: string }>
  readonly outstanding: ReadonlyArray<ReconciledKey>
}

/** One name that a reconcile worked on, as it stands now, and why something is still open. */
export interface ReconciledKey {
  readonly name: string
  readonly state: PublicState | 'free' | 'unreadable'
  readonly pending: ReadonlyArray<PendingWork>
  readonly reason: string | null
}

/** What the management key opens. `label` is its masked form. */
export interface CredentialReport {
  readonly label: string
  readonly account: 'pinned' | 'other'
  readonly workspaces: number
  /** Whether the account's workspaces had changed, and the vault pinned it anew by those that it has now. */
  readonly repinned: boolean
}

/** What a panic came to, key by key. */
export interface PanicReport {
  /** Contained now, and read back. */
  readonly contained: ReadonlyArray<string>
  /** Could not spend before: contained by an earlier panic, or contained for its removal. */
  readonly unchanged: ReadonlyArray<string>
  /** May still spend: the wish is recorded where that could be, and this is why it is not done. */
  readonly outstanding: ReadonlyArray<{ readonly name: string; readonly reason: string }>
}

/** What comes of a window if it goes on as it did: dollars at its end, and when the limit is reached, if within it. */
export interface WindowForecast {
  readonly atEnd: number
  readonly end: string
  readonly limitReachedAt: string | null
}

/** One key's limits and what it spent. Dollars; `null` is unknown, or where there is no limit nothing to tell. */
export interface UsageReport {
  readonly name: string
  readonly limits: LimitsView
  readonly usage: UsageView
  /** What is left under each limit, counted as enforcement does: never more than is left. */
  readonly remaining: { readonly month: number | null; readonly day: number | null }
  /** What the whole account has left; null where nobody asked. */
  readonly credit: number | null
  readonly binding: Binding
  readonly level: SpendLevel
  readonly enforcedBy: { readonly monthly: Enforcer; readonly daily: Enforcer }
  /** The most that may be spent beyond a limit, under assumptions that the documents state; null where nobody enforces. */
  readonly overshootBound: number | null
  readonly forecast: { readonly month: WindowForecast | null; readonly day: WindowForecast | null }
  /** Why OpenRouter's newest totals are not believed. */
  readonly suspicious: Suspicion | null
}

/** `known`: this generation was recorded before. */
export type RecordedUsage = 'recorded' | 'known'
