import type { VaultError } from './errors.js'
import type { NoVaultKey, SealBroken } from './ports/sealer.js'

/** Why the secret of `name` could not be opened. */
export const openError =
  (name: string) =>
  (error: SealBroken | NoVaultKey): VaultError =>
    error._tag === 'NoVaultKey' ? error.because : { _tag: 'SecretUnreadable', name, message: error.message }

/** Why a secret could not be sealed. */
export const sealError = (error: SealBroken | NoVaultKey): VaultError =>
  error._tag === 'NoVaultKey' ? error.because : { _tag: 'VaultUnavailable', reason: 'wrong-key', message: error.message }
