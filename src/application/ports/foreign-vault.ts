import type { Secret } from '../secret.js'

/** A key in another tool's vault. `id` is what that tool took for OpenRouter's identifier; null where it kept none. */
export interface ForeignKey {
  readonly name: string
  readonly secret: Secret
  readonly id: string | null
}

/** Another tool's vault, opened. An entry that cannot be read is named, and keeps no other from being imported. */
export interface ForeignVault {
  readonly keys: ReadonlyArray<ForeignKey>
  readonly unreadable: ReadonlyArray<{ readonly name: string; readonly reason: string }>
  /** Whether it also held a management key, which is never carried over. */
  readonly hasManagementKey: boolean
}
