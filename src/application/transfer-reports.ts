import type { PublicState } from '../domain/key/view.js'
import type { SealedSecret } from './ports/event-log.js'
import type { KeyView, RotationView } from './reports.js'
import type { Secret } from './secret.js'

/** A key of another vault and the name that it has here. */
export interface ImportedKey {
  readonly name: string
  /** Its name in the other vault. */
  readonly from: string
  readonly hash: string
  readonly state: PublicState
  readonly notes: ReadonlyArray<string>
}

/** What an import came to, key by key. */
export interface ImportReport {
  readonly imported: ReadonlyArray<ImportedKey>
  /** In this vault already. */
  readonly unchanged: ReadonlyArray<ImportedKey>
  /** Not at OpenRouter, in the account of this vault; not taken. */
  readonly gone: ReadonlyArray<{ readonly from: string; readonly hash: string }>
  readonly failed: ReadonlyArray<{ readonly from: string; readonly reason: string }>
  /** Whether the other vault held a management key; it is never carried over. */
  readonly hadManagementKey: boolean
}

/** A key on its way out. `value` is its secret, or as it is sealed; `null` where no secret is held. */
export interface ExportedKey extends Pick<KeyView, 'name' | 'state' | 'limits' | 'usage' | 'tags'> {
  readonly hash: string
  readonly value: Secret | SealedSecret | null
  /** What is recorded of this very key of when it is to be replaced; not there is nothing. */
  readonly schedule?: Pick<RotationView, 'rotateAfter' | 'rotate'>
}

/** What `exportVault` gives. */
export interface VaultExport {
  readonly keys: ReadonlyArray<ExportedKey>
  /** Names without a key that could be handed on, and why. */
  readonly skipped: ReadonlyArray<{ readonly name: string; readonly reason: string }>
  readonly withSecrets: boolean
}
