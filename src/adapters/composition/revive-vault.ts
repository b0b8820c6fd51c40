import { createSecretKey, type KeyObject } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import { join, relative } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { DependencyContainer } from 'tsyringe'

import { unavailable, type VaultError } from '../../application/errors.js'
import { loadAllKeys } from '../../application/load-keys.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import { keySecretRef } from '../../application/secret-refs.js'
import { type LoadedVault, loadVault, openManagementKey, vaultStream } from '../../application/vault-store.js'
import { instant } from '../../domain/shared/instant.js'
import { vaultDecider } from '../../domain/vault/vault.js'
import type { Backup } from '../backup/container.js'
import { createKeyFile } from '../key-file/create-key-file.js'
import { readKeyFileNow } from '../key-file/read-key-file.js'
import { replaceKeyFile } from '../key-file/replace-key-file.js'
import { type KeyRing, unwrapRing } from '../sealing/key-ring.js'
import { type Lock, readLock } from '../sealing/lock.js'
import { makeSealer } from '../sealing/sealer.js'
import { unusable } from './backup-problem.js'
import { loadSettings, type Surroundings } from './load-settings.js'
import { closeStore, masterKeyFileOf, openStore } from './open-parts.js'
import { makeRegistry } from './registry.js'
import { type RestoreOptions, restoreOptionNames, type RestoreReport } from './restore-options.js'
import { tokens } from './tokens.js'
import { keychainProblem, keyFileProblem, lockProblem, ringProblem } from './vault-key-problem.js'
import { headFileOf, unlockCopy } from './unlock-log.js'
import { keychainOf } from './vault-key-source.js'

/** Where a vault is put together, where it is to be, and what it was made of. */
interface Places {
  readonly folder: string
  readonly home: string
  readonly file: string
}

interface Opened {
  readonly vaultKey: KeyObject
  readonly lock: Lock
  readonly ring: KeyRing
}

const openRing = (store: VaultStore, backup: Backup, file: string): TE.TaskEither<VaultError, Opened> => {
  const bytes = backup.parts.get('vault.key')
  if (bytes?.length !== 32 || store.info.vaultId !== backup.vault) return TE.left(unusable('damaged', file))
  const vaultKey = createSecretKey(bytes)
  return pipe(
    store.keyRing.read(),
    TE.mapLeft(unavailable),
    TE.flatMapEither((wrapped) =>
      pipe(
        readLock(wrapped.lock),
        E.mapLeft(lockProblem),
        E.bindTo('lock'),
        E.bind('ring', () => E.mapLeft(ringProblem('key-file'))(unwrapRing(vaultKey, store.info.vaultId, wrapped))),
        E.map(({ lock, ring }) => ({ vaultKey, lock, ring })),
      ),
    ),
  )
}

/** Every fact is read and every secret in force opened: what cannot be used is found now, and not when it is needed. */
const inspect = (registry: DependencyContainer, { log }: VaultStore, { ring }: Opened): TE.TaskEither<VaultError, LoadedVault> => {
  const sealer = makeSealer(ring)
  const openKey = (ref: ReturnType<typeof keySecretRef>): TE.TaskEither<VaultError, void> =>
    pipe(
      log.sealed(ref),
      TE.mapLeft(unavailable),
      TE.flatMap((sealed) =>
        sealed === null
          ? TE.right(undefined)
          : pipe(
              sealer.open(sealed),
              TE.bimap((broken): VaultError => ({ _tag: 'SecretUnreadable', name: ref.owner, message: broken.message }), () => undefined),
            ),
      ),
    )
  return pipe(
    loadVault({ log, vaultEvents: registry.resolve(tokens.vaultEvents) }),
    TE.bindTo('loaded'),
    TE.tap(({ loaded }) => openManagementKey({ log, sealer }, loaded)),
    TE.bind('states', () => loadAllKeys({ log, keyEvents: registry.resolve(tokens.keyEvents), protocol: registry.resolve(tokens.protocol) })),
    TE.tap(({ states }) =>
      TE.traverseSeqArray(openKey)(
        [...states].flatMap(([name, { stage }]) => (stage._tag === 'Held' ? [keySecretRef(name, stage.key.incarnation)] : [])),
      ),
    ),
    TE.map(({ loaded }) => loaded),
  )
}

/** The vault key goes where the vault looks for it. A file that is there keeps what it has: it may be a newer key. */
const placeKey = (options: RestoreOptions, keyFile: string, { vaultKey, lock }: Opened): TE.TaskEither<VaultError, void> => {
  const { source } = lock
  if (source.kind === 'passphrase') return TE.right(undefined)
  if (source.kind === 'keychain')
    return pipe(
      keychainOf(options),
      TE.flatMap((keychain) => TE.mapLeft(keychainProblem)(keychain.store(source.account, vaultKey))),
    )
  const there = readKeyFileNow(keyFile)
  if (E.isRight(there))
    return there.right.some((key) => key.equals(vaultKey))
      ? TE.right(undefined)
      : TE.fromEither(E.mapLeft(keyFileProblem)(replaceKeyFile(keyFile, [...there.right, vaultKey])))
  return there.left.reason === 'missing'
    ? pipe(
        createKeyFile(keyFile, vaultKey),
        TE.bimap(keyFileProblem, () => undefined),
      )
    : TE.left(keyFileProblem(there.left))
}

const record = (registry: DependencyContainer, { log }: VaultStore, { state, version }: LoadedVault, { madeAt }: Backup, file: string): TE.TaskEither<VaultError, number> => {
  const made = instant(Date.parse(madeAt))
  if (E.isLeft(made)) return TE.left(unusable('damaged', file))
  const decided = vaultDecider.decide({ _tag: 'Restore', backupAt: made.right, at: registry.resolve(tokens.clock).now() }, state)
  if (E.isLeft(decided)) return TE.left(unusable('damaged', file))
  return pipe(
    log.commit({
      appends: [{ stream: vaultStream, expectedVersion: version, records: RNEA.map(registry.resolve(tokens.vaultEvents).encode)(decided.right) }],
      seal: [],
    }),
    TE.bimap(
      (error): VaultError => (error._tag === 'LogUnavailable' ? unavailable(error) : unusable('unwritable', file)),
      () => state.epoch + 1,
    ),
  )
}

/**
 * What is remembered of the log's head is of a vault that is not there any more, and newer than the backup: it would keep the
 * restored one from opening. It is set aside, for whoever wants to know how far the lost vault had come.
 */
const forgetHead = (path: string): TE.TaskEither<VaultError, void> =>
  TE.fromEither(
    E.tryCatch(
      () => {
        if (existsSync(path)) renameSync(path, `${path}.before-restore`)
      },
      () => unusable('unwritable', path),
    ),
  )

/** A place in the folder that is put together is the same place in the folder that it becomes. */
const atItsPlace = ({ folder, home }: Places, path: string): string => {
  const inside = relative(folder, path)
  return inside.startsWith('..') ? path : join(home, inside)
}

const revive = (
  registry: DependencyContainer,
  around: Surroundings,
  options: RestoreOptions,
  backup: Backup,
  places: Places,
): TE.TaskEither<VaultError, RestoreReport> =>
  TE.bracket(
    openStore(around),
    (store) => {
      const keyFile = masterKeyFileOf(around, store.info.vaultId)
      const unlocked = pipe(
        openRing(store, backup, places.file),
        TE.tap(({ ring }) => unlockCopy(store, ring)),
      )
      return pipe(
        unlocked,
        TE.bindTo('opened'),
        TE.bind('loaded', ({ opened }) => inspect(registry, store, opened)),
        TE.tap(({ opened }) => placeKey(options, keyFile, opened)),
        TE.bind('epoch', ({ loaded }) => record(registry, store, loaded, backup, places.file)),
        TE.tap(() => forgetHead(headFileOf(around, store.info.vaultId, keyFile))),
        TE.map(({ epoch, opened }) => ({
          vault: store.info.vaultId,
          home: places.home,
          madeAt: backup.madeAt,
          epoch,
          masterKeyFile: opened.lock.source.kind === 'key-file' ? atItsPlace(places, keyFile) : null,
        })),
      )
    },
    closeStore,
  )

/** Opens what was unpacked, reads all of it, puts the vault key where it belongs, and records that the vault goes on from here. */
export const reviveVault = (options: RestoreOptions, backup: Backup, places: Places): TE.TaskEither<VaultError, RestoreReport> =>
  pipe(
    loadSettings({ ...options, home: places.folder }, restoreOptionNames),
    TE.bindTo('around'),
    TE.bind('registry', ({ around }) => TE.fromTask<DependencyContainer, VaultError>(() => makeRegistry(around, options))),
    TE.flatMap(({ around, registry }) => revive(registry, around, options, backup, places)),
  )
