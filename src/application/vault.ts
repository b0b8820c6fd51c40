import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { ApplyOptions, ApplyReport, DeclaredKeys, KeyPlan, PlanOptions } from './declared-keys.js'
import type { VaultError } from './errors.js'
import type { HandedOut } from './handed-out.js'
import type { LimitOptions } from './limit-options.js'
import type { ForeignVault } from './ports/foreign-vault.js'
import type {
  ChangeReport,
  CredentialReport,
  HistoryEntry,
  KeyInFull,
  KeyView,
  PanicReport,
  RecordedUsage,
  ReconcileReport,
  RemovalPlan,
  TagReport,
  UsageReport,
} from './reports.js'
import type { RotationPlan } from './rotation-plan.js'
import type { Secret } from './secret.js'
import type { ImportReport, VaultExport } from './transfer-reports.js'
import type { UsageDay } from './use-cases/usage-history.js'

/** What a new key is to be. */
export interface AddOptions {
  /** Dollars a UTC calendar month, as decimal text or number; at most four decimals. Absent: no limit. */
  readonly monthlyLimit?: string | number
  /** Dollars a UTC day, likewise; at most the monthly limit. Absent: no limit. */
  readonly dailyLimit?: string | number
  /** Shares of a limit in (0, 1] at which to warn: `0.8`, `'0.8,0.95'` or `[0.8, 0.95]`. Absent: 0.8. */
  readonly alertThreshold?: string | number | ReadonlyArray<number>
  /** Rather no key than one with a limit that nobody enforces. */
  readonly requireEnforced?: boolean
  /** `90d`, `12h`, `30m` or an ISO 8601 instant with a zone; must lie in the future. Absent: never. */
  readonly expires?: string
  /** A workspace's id, slug or name. Absent: the account's default workspace. */
  readonly workspace?: string
  readonly tags?: Readonly<Record<string, string>>
  /** Count bring-your-own-key usage against the limit. Default: no. */
  readonly includeByok?: boolean
  /** Succeed unchanged if the name is there already; an unfinished `add` of it is finished first. */
  readonly ifMissing?: boolean
}

/** How a key is to be removed. Nothing given: contain, delete, prove, and roll back where OpenRouter refuses for good. */
export interface RemoveOptions {
  /** The secret is in wrong hands: never roll back to a working key. */
  readonly leaked?: boolean
  /** End without the secret whatever OpenRouter says; the remote key stays a debt. */
  readonly force?: boolean
  /** Never call OpenRouter: the remote key is left alive by choice. */
  readonly localOnly?: boolean
}

/** How a key is to be replaced. Nothing given: the old key ends as soon as the new one is in use. */
export interface RotateOptions {
  /** How long both keys work: `24h`, `30m`, `7d`. */
  readonly grace?: string
  /** The old secret is in wrong hands: it is contained at once and never put back to work. */
  readonly leaked?: boolean
}

/** How keys that are due are to be replaced. */
export interface RotateDueOptions {
  /** How long both keys of each work: `24h`, `30m`, `0m`. Absent: a day. */
  readonly grace?: string
  /** Say which are due; record and send nothing. */
  readonly dryRun?: boolean
}

/** Which names to list. Nothing given: every name that is not removed. */
export interface ListOptions {
  /** Removed names too. */
  readonly all?: boolean
  readonly tag?: { readonly key: string; readonly value: string }
  readonly state?: string
}

/** What to hand out of a vault. */
export interface ExportOptions {
  /** The secrets themselves; else they are given as they are sealed, and only this vault opens them. */
  readonly withSecrets?: boolean
}

/** How to tell what was spent. */
export interface UsageOptions {
  /** From what is recorded; OpenRouter is not asked. */
  readonly cached?: boolean
}

/** Which keys a panic is to contain: all, or those with a tag. */
export type PanicScope = 'all' | { readonly tag: { readonly key: string; readonly value: string } }

/** What a reconcile may do beyond settling and reporting. */
export interface ReconcileOptions {
  /** Say what would be done; record and send nothing. */
  readonly dryRun?: boolean
  /** Destroy this one unheld key (64 hex digits) too. */
  readonly revoke?: string
  /** Look after this remote key (64 hex digits) too, without its secret. */
  readonly adopt?: string
}

/** Which facts to tell. Nothing given: all of them, of every name and of the vault itself. */
export interface HistoryOptions {
  readonly name?: string
  /** `7d`, `12h`, `30m` or an ISO 8601 instant. */
  readonly since?: string
  /** Only facts after this sequence number; for following. */
  readonly after?: number
}

/** How to watch. */
export interface WatchOptions {
  /** Milliseconds from the beginning of one pass to that of the next, at least 5000; default 60000. The stated overshoot bound holds up to 75000. */
  readonly interval?: number
}

/**
 * A team's OpenRouter keys. Every function is safe to repeat and safe to kill; what was half done is recorded and
 * finished or undone by `reconcile`. Nothing here prints, exits or reads the environment.
 */
export interface Vault {
  /** Creates, seals and activates a key. `incomplete` when a part is still open; refused or unreachable leaves nothing behind. */
  readonly add: (name: string, options?: AddOptions) => TaskEither<VaultError, ChangeReport>
  /** The key's secret. Works offline. */
  readonly get: (name: string) => TaskEither<VaultError, HandedOut>
  /** The secret of the key that was replaced, while both work. Works offline. */
  readonly getPrevious: (name: string) => TaskEither<VaultError, HandedOut>
  readonly list: (options?: ListOptions) => TaskEither<VaultError, ReadonlyArray<KeyView>>
  readonly show: (name: string) => TaskEither<VaultError, KeyInFull>
  /** Gives a key these limits and no others; a limit that is not named is taken away, thresholds that are not named are 0.8. */
  readonly setSpendLimits: (name: string, limits: LimitOptions) => TaskEither<VaultError, ChangeReport>
  /** Changes the limits that are named and leaves the others. Never looser on the way than the old and the new limits both are. */
  readonly updateSpendLimits: (name: string, patch: LimitOptions) => TaskEither<VaultError, ChangeReport>
  /** Changes the tags that are named, `null` takes one away, and leaves the others. Works offline and in every state of a key. */
  readonly changeTags: (name: string, patch: Readonly<Record<string, string | null>>) => TaskEither<VaultError, TagReport>
  /** Makes a key unable to spend, reversibly. */
  readonly suspend: (name: string, note?: string) => TaskEither<VaultError, ChangeReport>
  readonly resume: (name: string) => TaskEither<VaultError, ChangeReport>
  /** Contains many keys at once, a few at a time; `resume` undoes it key by key. Never stops at the first failure. */
  readonly panic: (scope: PanicScope) => TaskEither<VaultError, PanicReport>
  /** Reads the remote key and says what `remove` would do; records and changes nothing. */
  readonly planRemoval: (name: string, options?: RemoveOptions) => TaskEither<VaultError, RemovalPlan>
  /** Contains, deletes and proves dead; then destroys the secret. */
  readonly remove: (name: string, options?: RemoveOptions) => TaskEither<VaultError, ChangeReport>
  /** Says what `rotate` would do; asks nobody and records nothing. */
  readonly planRotation: (name: string, options?: RotateOptions) => TaskEither<VaultError, RotationPlan>
  /** Replaces a key by a new one without a gap and without a second budget; asked again, goes on. */
  readonly rotate: (name: string, options?: RotateOptions) => TaskEither<VaultError, ChangeReport>
  /** What lies between declared keys and those of the vault, from what it knows. Works offline; records and changes nothing. */
  readonly planKeys: (declared: DeclaredKeys, options?: PlanOptions) => TaskEither<VaultError, KeyPlan>
  /** Makes the keys what is declared, one by one; a failure of one stops no other. Again, it goes on, and where nothing differs asks nobody. */
  readonly applyKeys: (declared: DeclaredKeys, options?: ApplyOptions) => TaskEither<VaultError, ApplyReport>
  /** Settles everything unfinished, sweeps lost keys, reports drift, puts back what was loosened and leaves what was tightened. */
  readonly reconcile: (options?: ReconcileOptions) => TaskEither<VaultError, ReconcileReport>
  /** Takes a key that was made elsewhere into the vault, with the limit and state that it has at OpenRouter. */
  readonly importKey: (name: string, secret: Secret) => TaskEither<VaultError, ChangeReport>
  /** Takes the keys of another tool's vault into this one; that vault is not changed. */
  readonly importVault: (foreign: ForeignVault) => TaskEither<VaultError, ImportReport>
  /** Every held key with what is known of it, for `formatExport`. Works offline. Without `withSecrets` each secret stays sealed. */
  readonly exportVault: (options?: ExportOptions) => TaskEither<VaultError, VaultExport>
  /** Reads what the key has spent, records it, and says what is left. */
  readonly getCurrentUsage: (name: string, options?: UsageOptions) => TaskEither<VaultError, UsageReport>
  /** What a key spent on each UTC day since `7d`, `30d` or an ISO 8601 instant, from what is recorded. */
  readonly usageHistory: (name: string, since: string) => TaskEither<VaultError, ReadonlyArray<UsageDay>>
  /** What every key has spent, by one listing. */
  readonly usage: (options?: UsageOptions) => TaskEither<VaultError, ReadonlyArray<UsageReport>>
  /** Counts the cost (dollars) of one request of the key at once, before OpenRouter's totals show it. Idempotent. */
  readonly recordUsage: (name: string, cost: string | number, generationId: string) => TaskEither<VaultError, RecordedUsage>
  readonly history: (options?: HistoryOptions) => TaskEither<VaultError, ReadonlyArray<HistoryEntry>>
  /** Asks OpenRouter whether the sealed management key still works for the pinned account. */
  readonly checkCredential: () => TaskEither<VaultError, CredentialReport>
  /** Replaces the management key, after the new one has shown that it opens the same account. */
  readonly changeCredential: (managementKey: Secret) => TaskEither<VaultError, CredentialReport>
  readonly close: () => TaskEither<VaultError, void>
}
