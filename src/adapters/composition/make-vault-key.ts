import type { KeyObject } from 'node:crypto'

import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../../application/errors.js'
import type { VaultId } from '../../domain/shared/identifiers.js'
import { newVaultKey } from '../key-file/create-key-file.js'
import type { KeySource } from '../sealing/lock.js'
import { vaultKeyId } from '../sealing/vault-key.js'
import type { NewKeySource } from './options.js'
import type { Opening } from './unlock.js'
import { keychainProblem } from './vault-key-problem.js'
import { deriveKey, keychainOf } from './vault-key-source.js'

/** A vault key that nothing is wrapped by yet, and where it is to be found. */
export interface NewVaultKey {
  readonly vaultKey: KeyObject
  readonly source: KeySource
}

/** An account of its own for each key, so that the old entry stays until it is of no use. */
const accountOf = (vaultKey: KeyObject, vaultId: VaultId): string =>
  `${vaultId}-${Buffer.from(vaultKeyId(vaultKey, vaultId)).toString('hex')}`

const inKeychain = ({ options, store }: Opening): TE.TaskEither<VaultError, NewVaultKey> => {
  const vaultKey = newVaultKey()
  const account = accountOf(vaultKey, store.info.vaultId)
  return pipe(
    keychainOf(options),
    TE.flatMap((keychain) => TE.mapLeft(keychainProblem)(keychain.store(account, vaultKey))),
    TE.map(() => ({ vaultKey, source: { kind: 'keychain', account } })),
  )
}

type PassphraseCode = typeof import('../passphrase/passphrase-key.js')

/** The same passphrase with a new salt is another key. */
const ofPassphrase = ({ passphrase, cost }: Extract<NewKeySource, { readonly kind: 'passphrase' }>): TE.TaskEither<VaultError, NewVaultKey> =>
  pipe(
    TE.fromTask<PassphraseCode, VaultError>(() => import('../passphrase/passphrase-key.js')),
    TE.map(({ newScryptParameters }) => newScryptParameters(cost)),
    TE.bindTo('scrypt'),
    TE.bind('vaultKey', ({ scrypt }) => deriveKey(passphrase, scrypt)),
    TE.map(({ vaultKey, scrypt }) => ({ vaultKey, source: { kind: 'passphrase', scrypt } })),
  )

/**
 * A new vault key. In a keychain it is there before the `Right`, beside the old one. One for a key file is not written yet:
 * that must be done while nobody else can write to the vault.
 */
export const makeVaultKey = (opening: Opening, source: NewKeySource): TE.TaskEither<VaultError, NewVaultKey> => {
  switch (source.kind) {
    case 'key-file':
      return TE.right({ vaultKey: newVaultKey(), source })
    case 'passphrase':
      return ofPassphrase(source)
    case 'keychain':
      return inKeychain(opening)
  }
}
