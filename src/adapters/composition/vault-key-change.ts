import type { Secret } from '../../application/secret.js'
import type { VaultKeySource } from '../../domain/vault/event.js'

/** What to do with the key of a vault. Every one but `add-recipient` makes a new vault key. */
export type VaultKeyChange =
  /** A new key from the same kind of place. */
  | { readonly to: 'rotate' }
  /** `cost`: the logarithm of scrypt's N, 10 to 20; default 17. */
  | { readonly to: 'passphrase'; readonly passphrase: Secret; readonly cost?: number }
  | { readonly to: 'keychain' }
  | { readonly to: 'key-file' }
  /** Lets the holder of an age identity open the vault. `label` says who that is. */
  | { readonly to: 'add-recipient'; readonly recipient: string; readonly label?: string }
  | { readonly to: 'remove-recipient'; readonly recipient: string }

/** Where the key of a vault comes from. Nothing of it is a secret. */
export interface VaultKeyReport {
  readonly source: VaultKeySource
  /** The key file, where there is one. */
  readonly masterKeyFile: string | null
  /** Who else can open the vault: age recipients, and what they were called. */
  readonly recipients: ReadonlyArray<{ readonly recipient: string; readonly label: string | null }>
  /** The vault is wrapped by a new key: copies of the old one no longer open it. */
  readonly rotated: boolean
  /** Where an old key still lies that could not be taken away, or may serve another vault; it opens old copies of this one. */
  readonly left: ReadonlyArray<string>
}
