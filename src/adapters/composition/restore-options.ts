import type { Names } from '../../application/known-options.js'
import type { Secret } from '../../application/secret.js'
import type { AskPassphrase, VaultOptions } from './options.js'
import { vaultOptionNames } from './option-names.js'

/** Which backup is to be restored, and how it opens. */
export interface RestoreOptions extends VaultOptions {
  readonly file: string
  /** Default: `LEAN_VAULT_BACKUP_PASSPHRASE` in `env`. One for recipients opens by the identity file instead. */
  readonly backupPassphrase?: Secret
  /** Asked for it where nothing gives it. */
  readonly askBackupPassphrase?: AskPassphrase
}

/** The names of what `restoreVault` takes. */
export const restoreOptionNames: Names<RestoreOptions> = {
  ...vaultOptionNames,
  file: true,
  backupPassphrase: true,
  askBackupPassphrase: true,
}

/** A vault that goes on from a backup. */
export interface RestoreReport {
  readonly vault: string
  readonly home: string
  readonly madeAt: string
  /** How often this vault was restored, and one. */
  readonly epoch: number
  readonly masterKeyFile: string | null
}
