import type { Secret } from '../secret.js'
import type { SealedSecret } from './event-log.js'

/** What a document says of a key's limits, in dollars; `null` is no limit, a field that is not there says nothing. */
export interface StatedLimits {
  readonly monthlySpend?: number | null
  readonly dailySpend?: number | null
  readonly alertThreshold?: number | null
}

/** What a document says of when a key is to be replaced; a field that is not there says nothing. */
export interface StatedSchedule {
  readonly rotateAfter?: string
  readonly rotate?: 'on' | 'off'
}

/** A key in another vault or in a document. `id` is what that took for OpenRouter's identifier; null where it kept none. */
export interface ForeignKey {
  readonly name: string
  /** Sealed: by the vault that wrote the document, and only that one opens it. `null`: its secret is not told. */
  readonly secret: Secret | SealedSecret | null
  readonly id: string | null
  /** Told where it differs from what is in force; never applied. */
  readonly limits?: StatedLimits
  /** Taken over with the key. */
  readonly tags?: Readonly<Record<string, string>>
  /** When it is to be replaced; taken over with the key, and told where it differs from what is recorded of one that is here. */
  readonly schedule?: StatedSchedule
}

/** Another vault or a document, opened. An entry that cannot be read is named, and keeps no other from being imported. */
export interface ForeignVault {
  readonly keys: ReadonlyArray<ForeignKey>
  readonly unreadable: ReadonlyArray<{ readonly name: string; readonly reason: string }>
  /** Whether it also held a management key, which is never carried over. */
  readonly hasManagementKey: boolean
}
