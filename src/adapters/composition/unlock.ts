import { createSecretKey, type KeyObject } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { unavailable, type VaultError } from '../../application/errors.js'
import type { WrappedRing } from '../../application/ports/key-ring-store.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import type { Secret } from '../../application/secret.js'
import { readIdentityFile } from '../age/identity-file.js'
import type { KeysInFile } from '../key-file/key-file-format.js'
import { readKeyFile } from '../key-file/read-key-file.js'
import { type KeyRing, unwrapRing, wrappedBy } from '../sealing/key-ring.js'
import { type Lock, readLock } from '../sealing/lock.js'
import { vaultKeyId } from '../sealing/vault-key.js'
import type { Surroundings } from './load-settings.js'
import { masterKeyFileOf } from './open-parts.js'
import type { VaultOptions } from './options.js'
import { unlockLog } from './unlock-log.js'
import { identityProblem, keychainProblem, keyFileProblem, keyProblem, lockProblem, ringProblem } from './vault-key-problem.js'
import { deriveKey, identityFileOf, keychainOf, passphraseFor } from './vault-key-source.js'

/** A vault's key ring, opened, with all that was needed for it. */
export interface Unlocked {
  readonly vaultKey: KeyObject
  readonly wrapped: WrappedRing
  readonly ring: KeyRing
  readonly lock: Lock
  /** The passphrase that opened it, if one did. */
  readonly passphrase: Secret | null
}

/** What a source gave. */
interface Got {
  readonly vaultKey: KeyObject
  readonly passphrase: Secret | null
}

const withKey = (vaultKey: KeyObject): Got => ({ vaultKey, passphrase: null })

/** Where a vault is and how it may be opened. */
export interface Opening {
  readonly around: Surroundings
  readonly options: VaultOptions
  readonly store: VaultStore
  /** Where its vault key lies, if that is in a file. */
  readonly keyFile: string
}

/** How a vault of these surroundings may be opened. */
export const openingOf = (around: Surroundings, options: VaultOptions, store: VaultStore): Opening => ({
  around,
  options,
  store,
  keyFile: masterKeyFileOf(around, store.info.vaultId),
})

/** Of the keys in a file the one that the ring was wrapped by; the first where none is, so that the ring says what is wrong. */
const fitting = (keys: KeysInFile, ring: WrappedRing, { store }: Opening): KeyObject => {
  const by = ring.keys[0] === undefined ? null : wrappedBy(ring.keys[0])
  return keys.find((key) => by !== null && Buffer.compare(vaultKeyId(key, store.info.vaultId), by) === 0) ?? keys[0]
}

const fromSource = (opening: Opening, lock: Lock, ring: WrappedRing): TE.TaskEither<VaultError, Got> => {
  const { around, options, keyFile } = opening
  const { source } = lock
  switch (source.kind) {
    case 'key-file':
      return pipe(
        readKeyFile(keyFile),
        TE.bimap(keyFileProblem, (keys) => withKey(fitting(keys, ring, opening))),
      )
    case 'passphrase':
      return pipe(
        passphraseFor('vault', around, options.passphrase),
        TE.flatMap((passphrase) =>
          pipe(
            deriveKey(passphrase, source.scrypt),
            TE.map((vaultKey) => ({ vaultKey, passphrase })),
          ),
        ),
      )
    case 'keychain':
      return pipe(
        keychainOf(options),
        TE.flatMap((keychain) => TE.mapLeft(keychainProblem)(keychain.lookup(source.account))),
        TE.map(withKey),
      )
  }
}

const fromIdentity = (path: string, box: string): TE.TaskEither<VaultError, Got> =>
  pipe(
    TE.fromEither(readIdentityFile(path)),
    TE.mapLeft(identityProblem),
    TE.flatMap((identities) =>
      TE.tryCatch(
        async () => (await import('../age/age.js')).openAge(Buffer.from(box, 'base64'), { _tag: 'Identities', identities })(),
        () => keyProblem('no-key', 'The code for age could not be loaded.'),
      ),
    ),
    TE.flatMapEither((opened) =>
      E.isRight(opened) && opened.right.length === 32
        ? E.right(withKey(createSecretKey(opened.right)))
        : E.left(keyProblem('wrong-key', 'No identity in the identity file is that of a recipient of this vault.')),
    ),
  )

/** An identity that was set comes first; who has one and the source of the key as well may use either. */
const getVaultKey = (opening: Opening, lock: Lock, ring: WrappedRing): TE.TaskEither<VaultError, Got> => {
  const path = identityFileOf(opening.around, opening.options)
  if (path === null || lock.box === null) return fromSource(opening, lock, ring)
  return pipe(
    fromIdentity(path, lock.box),
    TE.orElse((error) =>
      pipe(
        fromSource(opening, lock, ring),
        TE.mapLeft(() => error),
      ),
    ),
  )
}

/** Opens the key ring of a vault, and leaves its log as it is. Nobody is asked for a passphrase unless the vault has one. */
export const openRing = (opening: Opening): TE.TaskEither<VaultError, Unlocked> =>
  pipe(
    opening.store.keyRing.read(),
    TE.mapLeft(unavailable),
    TE.bindTo('wrapped'),
    TE.bind('lock', ({ wrapped }) => TE.mapLeft(lockProblem)(TE.fromEither(readLock(wrapped.lock)))),
    TE.bind('got', ({ wrapped, lock }) => getVaultKey(opening, lock, wrapped)),
    TE.flatMapEither(({ wrapped, lock, got }) =>
      pipe(
        unwrapRing(got.vaultKey, opening.store.info.vaultId, wrapped),
        E.bimap(ringProblem(lock.source.kind), (ring) => ({ ...got, wrapped, ring, lock })),
      ),
    ),
  )

/** Opens the key ring of a vault, and unlocks its log with it. */
export const unlock = (opening: Opening): TE.TaskEither<VaultError, Unlocked> =>
  pipe(
    openRing(opening),
    TE.tap(({ ring }) => unlockLog(opening.around, opening.store, opening.keyFile, ring)),
  )
