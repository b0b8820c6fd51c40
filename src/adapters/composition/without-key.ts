import * as TE from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../../application/errors.js'
import type { NoVaultKey } from '../../application/ports/sealer.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import type { Followed } from './follow-ring.js'

/** The vault is damaged or busy, or somebody is there who can answer better: all that is told at once. */
const stops = (because: VaultError): boolean =>
  because._tag === 'PassphraseNeeded'
    ? because.brokenOff
    : because._tag === 'VaultUnavailable' && ['corrupt', 'locked', 'wrong-passphrase'].includes(because.reason)

/** A sealer for a vault whose key cannot be had: what needs no secret works all the same, and what needs one says why not. */
export const withoutKey =
  (store: VaultStore) =>
  (because: VaultError): TE.TaskEither<VaultError, Followed> => {
    if (stops(because)) return TE.left(because)
    const noKey: NoVaultKey = { _tag: 'NoVaultKey', because, message: 'the vault key could not be had' }
    return TE.right({ store, sealer: { seal: () => TE.left(noKey), open: () => TE.left(noKey) } })
  }
