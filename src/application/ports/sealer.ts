import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../errors.js'
import type { Secret } from '../secret.js'
import type { SealedSecret, SecretRef } from './event-log.js'

/** The seal does not open: wrong key, wrong place, or changed bytes. It says which, as far as can be told, and no more. */
export interface SealBroken {
  readonly _tag: 'SealBroken'
  readonly reason: 'unknown-key' | 'does-not-open'
  readonly message: string
}

/** The vault key could not be had, so nothing can be sealed or opened. `because` is why. */
export interface NoVaultKey {
  readonly _tag: 'NoVaultKey'
  readonly because: VaultError
  readonly message: string
}

/**
 * Seals secrets with authenticated encryption, bound to where they belong: a sealed secret moved to another
 * stream, lineage or generation does not open.
 */
export interface Sealer {
  readonly seal: (ref: SecretRef, secret: Secret) => TaskEither<SealBroken | NoVaultKey, SealedSecret>
  readonly open: (sealed: SealedSecret) => TaskEither<SealBroken | NoVaultKey, Secret>
}
