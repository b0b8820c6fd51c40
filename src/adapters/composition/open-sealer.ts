import type { KeyObject } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { unavailable, type VaultError } from '../../application/errors.js'
import type { Sealer } from '../../application/ports/sealer.js'
import { createKeyFile } from '../key-file/create-key-file.js'
import { readKeyFile } from '../key-file/read-key-file.js'
import { writeLock } from '../sealing/lock.js'
import { beginKeyRing } from '../sealing/open-key-ring.js'
import { makeSealer } from '../sealing/sealer.js'
import { type Followed, followRing } from './follow-ring.js'
import { makeVaultKey, type NewVaultKey } from './make-vault-key.js'
import type { NewKeySource } from './options.js'
import { type Opening, unlock } from './unlock.js'
import { keyFileProblem, keyProblem, ringProblem } from './vault-key-problem.js'

/** The store of a vault that is there, unlocked, and its sealer; both follow a change of the vault key. */
export const openSealer = (opening: Opening): TE.TaskEither<VaultError, Followed> =>
  pipe(
    unlock(opening),
    TE.map((unlocked) => followRing(opening, unlocked)),
  )

/** The sealer of a new vault. Of two that begin one at once, the second uses what the first began, if it can. */
export const beginSealer = (opening: Opening, source: NewKeySource): TE.TaskEither<VaultError, Sealer> => {
  const { store, options } = opening
  const passphrase = source.kind === 'passphrase' ? () => Promise.resolve(source.passphrase) : undefined
  const asked: Opening = { ...opening, options: passphrase === undefined ? options : { ...options, passphrase } }
  return pipe(
    store.keyRing.read(),
    TE.mapLeft(unavailable),
    TE.flatMap(({ keys }) => (keys.length > 0 ? TE.right(undefined) : begin(opening, source))),
    TE.flatMap(() => unlock(asked)),
    TE.flatMapEither(({ ring, lock }) => (lock.source.kind === source.kind ? E.right(makeSealer(ring)) : E.left(otherSource))),
  )
}

const otherSource = keyProblem(
  'wrong-key',
  'An interrupted init began this vault with another kind of vault key. Say the same again, or take its folder away.',
)

const begin = (opening: Opening, source: NewKeySource): TE.TaskEither<VaultError, void> => {
  const { vaultId } = opening.store.info
  const rest = { recipients: [], box: null }
  return pipe(
    newVaultKeyFor(opening, source),
    TE.flatMap((made) =>
      pipe(
        beginKeyRing(opening.store.keyRing, made.vaultKey, vaultId, writeLock({ source: made.source, ...rest })),
        TE.mapLeft(ringProblem(source.kind)),
        // Somebody else was first: what comes next opens theirs or says why not.
        TE.orElse((error) => (error._tag === 'VaultUnavailable' && error.reason === 'wrong-key' ? TE.right(undefined) : TE.left(error))),
        TE.map(() => undefined),
      ),
    ),
  )
}

const newVaultKeyFor = (opening: Opening, source: NewKeySource): TE.TaskEither<VaultError, NewVaultKey> =>
  source.kind === 'key-file'
    ? pipe(
        inKeyFile(opening.keyFile),
        TE.map((vaultKey) => ({ vaultKey, source })),
      )
    : makeVaultKey(opening, source)

/** A key file that is there already is used: a platform may have put it there. */
const inKeyFile = (path: string): TE.TaskEither<VaultError, KeyObject> =>
  pipe(
    createKeyFile(path),
    TE.orElse((error) =>
      error.reason !== 'exists'
        ? TE.left(error)
        : pipe(
            readKeyFile(path),
            TE.map(([first]) => first),
          ),
    ),
    TE.mapLeft(keyFileProblem),
  )
