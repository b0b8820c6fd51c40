import type { LimitReset } from '../../domain/key/remote-policy.js'
import type { Picodollars } from '../../domain/shared/picodollars.js'
import type { Tally } from './windows.js'

/** One API key as the service keeps it. Times are epoch milliseconds. The secret itself is not kept, only its hash. */
export interface ApiKey {
  readonly hash: string
  readonly name: string
  readonly label: string
  readonly disabled: boolean
  /** Null: no cap. */
  readonly limit: Picodollars | null
  /** Null: the limit counts the whole life of the key. */
  readonly reset: LimitReset | null
  readonly includeByok: boolean
  readonly usage: Tally
  readonly byokUsage: Tally
  readonly createdAt: number
  readonly updatedAt: number | null
  readonly expiresAt: number | null
  readonly creatorUserId: string | null
  readonly workspaceId: string
}

export interface ManagementKey {
  readonly hash: string
  readonly label: string
}

export interface Workspace {
  readonly id: string
  readonly name: string
  readonly slug: string
  readonly defaultGuardrailId: string
  readonly createdAt: number
}

/** `limit` and `reset` are both set or both null. A budget counts for each key by itself, never pooled. */
export interface Guardrail {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly limit: Picodollars | null
  readonly reset: LimitReset | null
  readonly includeByok: boolean
  readonly workspaceId: string
  readonly createdAt: number
  readonly updatedAt: number | null
}

export interface Assignment {
  readonly id: string
  readonly keyHash: string
  readonly guardrailId: string
  readonly createdAt: number
}

/** What is not known of the real service, or differs between accounts, as switches. */
export interface Settings {
  /** Answer 400 to a limit of 0 on a key, at creation and in a change. */
  readonly refuseZeroLimit: boolean
  /** Answer 403 to the creation of a guardrail, as for a plan without them. */
  readonly refuseGuardrails: boolean
  /** Answer 403 to `GET /workspaces`. */
  readonly refuseWorkspaces: boolean
  /** Milliseconds between the end of a request and its charge being seen anywhere: totals, limits and budgets. */
  readonly usageLag: number
  /** Rows of one page of `GET /keys`; OpenRouter has 100. */
  readonly pageSize: number
}

/** A whole OpenRouter account as one immutable value. Maps are in order of creation. */
export interface Account {
  readonly seed: string
  /** How many secrets and identifiers were made so far; the next one is a function of seed and count. */
  readonly minted: number
  readonly userId: string
  readonly creditsBought: Picodollars
  readonly creditsUsed: Picodollars
  readonly settings: Settings
  readonly managementKeys: ReadonlyMap<string, ManagementKey>
  /** The first one is the default workspace. */
  readonly workspaces: readonly [Workspace, ...ReadonlyArray<Workspace>]
  readonly keys: ReadonlyMap<string, ApiKey>
  /** Deleted keys: no endpoint shows them; late charges and assertions still find them. */
  readonly deleted: ReadonlyMap<string, ApiKey>
  readonly guardrails: ReadonlyMap<string, Guardrail>
  /** By key hash: a key has at most one guardrail assigned. */
  readonly assignments: ReadonlyMap<string, Assignment>
}

export const withEntry = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> => new Map(map).set(key, value)

export const withoutEntry = <K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> => {
  const copy = new Map(map)
  copy.delete(key)
  return copy
}

export const defaultWorkspace = (account: Account): Workspace => account.workspaces[0]

/** The workspace with this id or slug. */
export const findWorkspace = (account: Account, idOrSlug: string): Workspace | undefined =>
  account.workspaces.find((workspace) => workspace.id === idOrSlug || workspace.slug === idOrSlug)

export const workspaceById = (account: Account, id: string): Workspace | undefined =>
  account.workspaces.find((workspace) => workspace.id === id)
