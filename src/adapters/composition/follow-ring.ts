import type * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../../application/errors.js'
import type { EventLog, LogUnavailable, SealedSecret, VersionConflict } from '../../application/ports/event-log.js'
import type { NoVaultKey, SealBroken, Sealer } from '../../application/ports/sealer.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import { type KeyRing, newestKey } from '../sealing/key-ring.js'
import { makeSealer } from '../sealing/sealer.js'
import { type Opening, unlock, type Unlocked } from './unlock.js'

/** A store and a sealer that stay usable when somebody else changes the vault key. */
export interface Followed {
  readonly store: VaultStore
  readonly sealer: Sealer
}

/** Somebody who changes the key again and again is not waited for. */
const mostReloads = 3

const isKeyChange = (error: LogUnavailable | VersionConflict): boolean => error._tag === 'LogUnavailable' && error.reason === 'newer-key'

const newKeyMissing = (why: string): LogUnavailable => ({
  _tag: 'LogUnavailable',
  reason: 'newer-key',
  wroteNothing: true,
  message: `The new one cannot be had: ${why}`,
})

/** Damage and waiting are what they are; everything else is a key that this process has no way to. */
const cannotFollow = (error: VaultError): LogUnavailable => {
  if (error._tag === 'PassphraseNeeded') return newKeyMissing('it is made of a passphrase now.')
  if (error._tag !== 'VaultUnavailable') return newKeyMissing(error._tag)
  const { reason, message } = error
  return reason === 'corrupt' || reason === 'locked' || reason === 'newer-format' ? { ...newKeyMissing(message), reason, message } : newKeyMissing(message)
}

/** A secret that waits for its commit while the key is changed is sealed by the new key, which who had the old one lacks. */
const sealedAnew = (ring: KeyRing, sealed: SealedSecret): TE.TaskEither<SealBroken | NoVaultKey, SealedSecret> => {
  const isOld = sealed.keyId !== newestKey(ring).keyId && ring.some(({ keyId }) => keyId === sealed.keyId)
  const sealer = makeSealer(ring)
  return isOld ? pipe(sealer.open(sealed), TE.flatMap((hidden) => sealer.seal(sealed.ref, hidden))) : TE.right(sealed)
}

/**
 * Over a vault that was unlocked: when its log says that the vault key was changed, the ring is opened anew from wherever the
 * key is now, and the work is done again. `newer-key` where that cannot be had; then nothing was written. Nobody is asked in
 * the middle of the work: the passphrase that opened the vault is tried again.
 */
export const followRing = (opening: Opening, unlocked: Unlocked): Followed => {
  const { log } = opening.store
  const again: Opening = { ...opening, options: { ...opening.options, passphrase: () => Promise.resolve(unlocked.passphrase ?? 'nobody') } }
  let ring = unlocked.ring
  let reloading: Promise<E.Either<LogUnavailable, void>> | null = null

  const unlockAgain = pipe(
    unlock(again),
    TE.bimap(cannotFollow, (anew) => {
      ring = anew.ring
    }),
  )
  // Several that find the key changed at once wait for one opening.
  const reload: TE.TaskEither<LogUnavailable, void> = () => (reloading ??= unlockAgain().finally(() => (reloading = null)))

  const following = <Refusal extends LogUnavailable | VersionConflict, A>(
    work: TE.TaskEither<Refusal | LogUnavailable, A>,
    reloads = mostReloads,
  ): TE.TaskEither<Refusal | LogUnavailable, A> =>
    pipe(
      work,
      TE.orElse((error) => {
        if (reloads === 0 || !isKeyChange(error)) return TE.left(error)
        return pipe(
          reload,
          TE.flatMap(() => following(work, reloads - 1)),
        )
      }),
    )

  const commit: EventLog['commit'] = (given) =>
    following(
      pipe(
        TE.fromIO<void, SealBroken | NoVaultKey>(() => undefined),
        TE.flatMap(() => TE.traverseSeqArray((one: SealedSecret) => sealedAnew(ring, one))(given.seal)),
        TE.mapLeft(({ message }): LogUnavailable | VersionConflict => newKeyMissing(message)),
        TE.flatMap((seal) => log.commit({ ...given, seal })),
      ),
    )

  const { readMany } = log
  return {
    store: {
      ...opening.store,
      log: {
        read: (stream, from) => following(log.read(stream, from)),
        ...(readMany === undefined ? {} : { readMany: (asked: Parameters<typeof readMany>[0]) => following(readMany(asked)) }),
        readAll: (after, limit) => following(log.readAll(after, limit)),
        streams: (prefix) => following(log.streams(prefix)),
        commit,
        sealed: (ref) => following(log.sealed(ref)),
        shred: (ref) => following(log.shred(ref)),
        close: log.close,
      },
    },
    sealer: { seal: (ref, hidden) => makeSealer(ring).seal(ref, hidden), open: (sealed) => makeSealer(ring).open(sealed) },
  }
}
