import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { unavailable, type VaultError } from '../../application/errors.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import { readKeyFileNow } from '../key-file/read-key-file.js'
import { readLock } from '../sealing/lock.js'
import { loadDriver } from '../sqlite-log/load-driver.js'
import { compareSnapshots } from './compare-snapshots.js'
import { type Finding, ok, problem, unknown, warning } from './doctor-report.js'
import { examineLeftovers } from './examine-leftovers.js'
import type { Surroundings } from './load-settings.js'
import { closeStore, masterKeyFileOf, openStore } from './open-parts.js'
import type { AskPassphrase, VaultOptions } from './options.js'
import { openingOf, openRing } from './unlock.js'
import { unlockCopy } from './unlock-log.js'
import { lockProblem } from './vault-key-problem.js'

/** Nobody is asked for a passphrase: an examination must end by itself. */
export const nobody: AskPassphrase = () => Promise.resolve('nobody')

/** What an error says about itself in few words. */
export const textOf = (error: VaultError): string => ('message' in error ? error.message : error._tag)

export const examineInstallation: T.Task<ReadonlyArray<Finding>> = async () => {
  const driver = await loadDriver('auto')
  return [
    ok('node', `Node ${process.versions.node} on ${process.platform}-${process.arch}`),
    driver === null
      ? problem('driver', 'There is no SQLite here.', 'Use Node 22.13 or later, or install the package libsql.')
      : ok('driver', `SQLite by ${driver.name}`),
  ]
}

const leastFree = 64 * 1024 * 1024

const examineDisk = ({ settings }: Surroundings): Finding => {
  const free = E.tryCatch(
    () => {
      const { bavail, bsize } = statfsSync(settings.home.value)
      return bavail * bsize
    },
    () => null,
  )
  if (E.isLeft(free)) return unknown('disk', 'The room on the disk could not be read.')
  const megabytes = `${Math.floor(free.right / 1_048_576)} MiB are free.`
  return free.right < leastFree ? problem('disk', megabytes, 'Make room: a vault that cannot be written records nothing.') : ok('disk', megabytes)
}

const examineKeyFile = (around: Surroundings, keyFile: string): Finding => {
  const keys = readKeyFileNow(keyFile)
  if (E.isLeft(keys)) return problem('vault key', keys.left.message, 'Put it back from your copy, or set LEAN_VAULT_MASTER_KEY_FILE.')
  if (dirname(keyFile) === around.settings.home.value)
    return warning('vault key', 'It lies beside the data: whoever gets the folder has every secret.', 'lean-vault vault passphrase or vault keychain moves it.')
  return keys.right.length > 1
    ? warning('vault key', `The file ${keyFile} holds more than one key.`, 'lean-vault vault rotate-key leaves one in a file that serves this vault alone.')
    : ok('vault key', `It is in ${keyFile}.`)
}

/** Where the key is kept, as the lock says. */
const examineKeyPlace = (around: Surroundings, store: VaultStore): TE.TaskEither<VaultError, Finding> =>
  pipe(
    store.keyRing.read(),
    TE.mapLeft(unavailable),
    TE.flatMapEither(({ lock }) => E.mapLeft(lockProblem)(readLock(lock))),
    TE.map(({ source }) =>
      source.kind === 'key-file'
        ? examineKeyFile(around, masterKeyFileOf(around, store.info.vaultId))
        : ok('vault key', source.kind === 'passphrase' ? 'It is made of a passphrase.' : "It is in the system's keychain."),
    ),
  )

const examineKey = (around: Surroundings, options: VaultOptions, store: VaultStore): T.Task<ReadonlyArray<Finding>> =>
  pipe(
    examineKeyPlace(around, store),
    TE.bindTo('place'),
    TE.bind('opens', () => TE.fromTask(examineOpening(around, options, store))),
    TE.bind('snapshots', () => TE.fromTask(examineSnapshots(around, options, store))),
    TE.match((error): ReadonlyArray<Finding> => [problem('vault key', textOf(error), 'Restore a backup.')], ({ place, opens, snapshots }) => [place, opens, ...snapshots]),
  )

const examineOpening = (around: Surroundings, options: VaultOptions, store: VaultStore): T.Task<Finding> => {
  return pipe(
    openRing(openingOf(around, { ...options, passphrase: nobody }, store)),
    TE.match(
      (error) =>
        error._tag === 'PassphraseNeeded'
          ? unknown('key ring', 'The passphrase was not given.', 'Set LEAN_VAULT_PASSPHRASE to have this looked at too.')
          : problem('key ring', textOf(error), 'Put the right vault key back; a backup has one too.'),
      () => ok('key ring', 'The vault key opens it.'),
    ),
  )
}

/** Only where some are kept. Without the vault key nothing can be said of them. */
const examineSnapshots = (around: Surroundings, options: VaultOptions, store: VaultStore): T.Task<ReadonlyArray<Finding>> =>
  pipe(
    openRing(openingOf(around, { ...options, passphrase: nobody }, store)),
    TE.flatMap(({ ring }) => unlockCopy(store, ring)),
    TE.flatMap(() => compareSnapshots(store)),
    TE.match(
      () => [],
      ({ compared, wrong }) => {
        if (compared === 0) return []
        if (wrong.length === 0) return [ok('snapshots', 'The kept sums of long histories are what their records come to.')]
        return [problem('snapshots', wrong.map(({ stream, what }) => `${stream}: ${what}`).join('; '), 'lean-vault vault rotate-key throws them all away; they are made anew. Please report it.')]
      },
    ),
  )

interface Looked {
  /** False where there is no vault to look into. */
  readonly isThere: boolean
  readonly findings: ReadonlyArray<Finding>
}

/** The vault's files and its key. */
export const examineVaultPlace = (around: Surroundings, options: VaultOptions): T.Task<Looked> =>
  pipe(
    TE.bracket(
      openStore(around),
      (store) =>
        pipe(
          examineKey(around, options, store),
          T.map((found) => [...found, ...examineLeftovers(around.settings.home.value, masterKeyFileOf(around, store.info.vaultId), Date.now())]),
          TE.fromTask<ReadonlyArray<Finding>, VaultError>,
        ),
      closeStore,
    ),
    TE.match(
      (error): Looked => {
        const { value: home } = around.settings.home
        const left = examineLeftovers(home, around.settings.masterKeyFile.value, Date.now())
        if (error._tag === 'VaultMissing') return { isThere: false, findings: [unknown('vault', `There is no vault in ${home}.`, 'lean-vault init makes one.'), ...left] }
        return { isThere: false, findings: [problem('vault', textOf(error), 'Check who owns the folder and its files (0700 and 0600), and the disk.'), ...left] }
      },
      (findings) => ({ isThere: true, findings: [ok('vault', `It is in ${around.settings.home.value}, for its owner alone.`), examineDisk(around), ...findings] }),
    ),
  )
