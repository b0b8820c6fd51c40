import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { DependencyContainer } from 'tsyringe'

import { unavailable, type VaultError } from '../../application/errors.js'
import type { LogUnavailable, StreamAppend, VersionConflict } from '../../application/ports/event-log.js'
import type { RingChange, WrappedRing } from '../../application/ports/key-ring-store.js'
import { type LoadedVault, loadVault, vaultStream } from '../../application/vault-store.js'
import { vaultDecider } from '../../domain/vault/vault.js'
import { type KeyRing, newDataKey, wrapRing } from '../sealing/key-ring.js'
import { type Lock, readLock, writeLock } from '../sealing/lock.js'
import { loadSettings } from './load-settings.js'
import { closeStore, openStore } from './open-parts.js'
import type { VaultOptions } from './options.js'
import { type KeyPlan, planVaultKey } from './plan-vault-key.js'
import { makeRegistry } from './registry.js'
import { forgetFileNow, forgetOldEntry, stageInFile } from './swap-vault-key.js'
import { tokens } from './tokens.js'
import { type Opening, openingOf, unlock, type Unlocked } from './unlock.js'
import type { VaultKeyChange, VaultKeyReport } from './vault-key-change.js'
import { changedMeanwhile, lockProblem } from './vault-key-problem.js'

const reportOf = ({ keyFile }: Opening, { source, recipients }: Lock, rotated: boolean, left: ReadonlyArray<string>): VaultKeyReport => ({
  source: source.kind,
  masterKeyFile: source.kind === 'key-file' ? keyFile : null,
  recipients,
  rotated,
  left,
})

const isSame = (a: WrappedRing, b: WrappedRing): boolean =>
  a.lock === b.lock && a.keys.length === b.keys.length && a.keys.every(({ bytes }, n) => Buffer.compare(bytes, b.keys[n]?.bytes ?? bytes.subarray(1)) === 0)

/** A new data key comes with every new vault key: who had the old one must not open what is sealed from now on. */
const ringAfter = ({ ring }: Unlocked, { rotated }: KeyPlan): KeyRing => (rotated ? [ring[0], ...ring.slice(1), newDataKey()] : ring)

const appendsOf = (registry: DependencyContainer, loaded: LoadedVault, { command }: KeyPlan): E.Either<VaultError, ReadonlyArray<StreamAppend>> =>
  pipe(
    vaultDecider.decide(command, loaded.state),
    E.bimap(
      () => changedMeanwhile,
      (events) => [
        { stream: vaultStream, expectedVersion: loaded.version, records: RNEA.map(registry.resolve(tokens.vaultEvents).encode)(events) },
      ],
    ),
  )

const commit = (
  opening: Opening,
  unlocked: Unlocked,
  plan: KeyPlan,
  appends: ReadonlyArray<StreamAppend>,
): TE.TaskEither<VaultError, WrappedRing> => {
  const { vaultId } = opening.store.info
  const ring = wrapRing(plan.made.vaultKey, vaultId, ringAfter(unlocked, plan), writeLock(plan.lock))
  const work = (now: WrappedRing): E.Either<VaultError, RingChange | null> =>
    isSame(now, unlocked.wrapped)
      ? pipe(
          plan.rotated ? stageInFile(opening, plan.made) : E.right(undefined),
          E.map(() => ({ ring, appends })),
        )
      : E.left(changedMeanwhile)
  return pipe(
    opening.store.keyRing.change(work),
    TE.bimap(
      (error: VaultError | VersionConflict | LogUnavailable) => {
        if (error._tag === 'LogUnavailable') return unavailable(error)
        return error._tag === 'VersionConflict' ? changedMeanwhile : error
      },
      () => ring,
    ),
  )
}

/** The new key is in force; the old one is taken away where that is ours to do. Failing at it changes nothing but the report. */
const tidy = (opening: Opening, { lock }: Unlocked, { made, rotated }: KeyPlan, written: WrappedRing): TE.TaskEither<VaultError, ReadonlyArray<string>> => {
  if (!rotated) return TE.right([])
  const left: Array<string> = []
  const work = (now: WrappedRing): E.Either<never, null> => {
    // Somebody who rotates right after needs what is in the file now.
    if (isSame(now, written)) left.push(...forgetFileNow(opening, lock.source, made))
    return E.right(null)
  }
  return pipe(
    opening.store.keyRing.change(work),
    TE.orElse(() => TE.right<VaultError, void>(undefined)),
    TE.flatMap(() => forgetOldEntry(opening, lock.source)),
    TE.map((entries) => [...left, ...entries]),
  )
}

/** A new entry of the keychain that came to nothing is taken away, unless the commit may yet turn out to be made. */
const abandon = (opening: Opening, { made, rotated }: KeyPlan, error: VaultError): TE.TaskEither<VaultError, WrappedRing> => {
  const mayCount = !rotated || (error._tag === 'VaultUnavailable' && error.reason !== 'locked')
  return pipe(
    mayCount ? TE.right([]) : forgetOldEntry(opening, made.source),
    TE.flatMap(() => TE.left<VaultError, WrappedRing>(error)),
  )
}

const changeIn = (registry: DependencyContainer, opening: Opening, change: VaultKeyChange): TE.TaskEither<VaultError, VaultKeyReport> => {
  const { log } = opening.store
  return pipe(
    loadVault({ log, vaultEvents: registry.resolve(tokens.vaultEvents) }),
    TE.bindTo('loaded'),
    TE.bind('unlocked', () => unlock(opening)),
    TE.bind('plan', ({ unlocked }) => planVaultKey(opening, unlocked, change, registry.resolve(tokens.clock).now())),
    TE.flatMap(({ loaded, unlocked, plan }) =>
      pipe(
        TE.fromEither(appendsOf(registry, loaded, plan)),
        TE.flatMap((appends) => commit(opening, unlocked, plan, appends)),
        TE.orElse((error) => abandon(opening, plan, error)),
        TE.flatMap((written) => tidy(opening, unlocked, plan, written)),
        TE.map((left) => reportOf(opening, plan.lock, plan.rotated, left)),
      ),
    ),
  )
}

const withOpening = <A>(
  options: VaultOptions,
  use: (registry: DependencyContainer, opening: Opening) => TE.TaskEither<VaultError, A>,
): TE.TaskEither<VaultError, A> =>
  pipe(
    loadSettings(options),
    TE.bindTo('around'),
    TE.bind('registry', ({ around }) => TE.fromTask<DependencyContainer, VaultError>(() => makeRegistry(around, options))),
    TE.flatMap(({ around, registry }) =>
      TE.bracket(openStore(around), (store) => use(registry, openingOf(around, options, store)), closeStore),
    ),
  )

const mostTries = 16

/** Somebody else changed the key since it was read; nothing of this try was committed. */
const isOvertaken = (error: VaultError): boolean => error === changedMeanwhile || (error._tag === 'VaultUnavailable' && error.reason === 'newer-key')

/** What somebody else made of the vault is opened anew, and the change made upon it. */
const changing = (options: VaultOptions, change: VaultKeyChange, tries: number): TE.TaskEither<VaultError, VaultKeyReport> =>
  pipe(
    withOpening(options, (registry, opening) => changeIn(registry, opening, change)),
    TE.orElse((error) => (isOvertaken(error) && tries > 1 ? changing(options, change, tries - 1) : TE.left(error))),
  )

/**
 * Changes the key of a vault, or who can open it. Killed at any moment, the old key or the new one opens the vault: a new
 * key is in its place before the one commit that wraps the ring by it, and the old one stays there until after.
 */
export const changeVaultKey = (options: VaultOptions, change: VaultKeyChange): TE.TaskEither<VaultError, VaultKeyReport> =>
  changing(options, change, mostTries)

/** Where the key of a vault comes from, and who else can open it. Nothing is opened for it. */
export const describeVaultKey = (options: VaultOptions): TE.TaskEither<VaultError, VaultKeyReport> =>
  withOpening(options, (_, opening) =>
    pipe(
      opening.store.keyRing.read(),
      TE.mapLeft(unavailable),
      TE.flatMapEither(({ lock }) => E.mapLeft(lockProblem)(readLock(lock))),
      TE.map((lock) => reportOf(opening, lock, false, [])),
    ),
  )
