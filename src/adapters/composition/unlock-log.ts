import { dirname, join } from 'node:path'

import * as TE from 'fp-ts/lib/TaskEither.js'

import { unavailable, type VaultError } from '../../application/errors.js'
import type { HeadKeeper, LogAuthenticator } from '../../application/ports/log-proof.js'
import type { VaultStore } from '../../application/ports/vault-store.js'
import type { VaultId } from '../../domain/shared/identifiers.js'
import { makeHeadFile } from '../head-file/head-file.js'
import type { KeyRing } from '../sealing/key-ring.js'
import { makeLogAuthenticator } from '../sealing/log-authenticator.js'
import type { Surroundings } from './load-settings.js'

/** Where the head of the log is remembered: where a setting says, else beside the vault key's file, under the vault's own name. */
export const headFileOf = ({ settings }: Surroundings, vault: VaultId, masterKeyFile: string): string =>
  settings.headFile.value ?? join(dirname(masterKeyFile), `${vault}.head`)

/** What a log of this vault is proven with, and where its head is remembered. */
export const proofsOf = (
  around: Surroundings,
  { info: { vaultId } }: VaultStore,
  masterKeyFile: string,
  ring: KeyRing,
): { readonly by: LogAuthenticator; readonly keeper: HeadKeeper } => {
  const by = makeLogAuthenticator(ring, vaultId)
  return { by, keeper: makeHeadFile(headFileOf(around, vaultId, masterKeyFile), by) }
}

/**
 * Unlocks the log of a copy with the ring that was opened. A copy is older than what is remembered of the vault, and what is
 * written into it is nobody's head yet.
 */
export const unlockCopy = ({ info, authenticate }: VaultStore, ring: KeyRing): TE.TaskEither<VaultError, void> =>
  TE.mapLeft(unavailable)(authenticate(makeLogAuthenticator(ring, info.vaultId), null))

/** Unlocks the log of a store with the ring that was opened. */
export const unlockLog = (
  around: Surroundings,
  store: VaultStore,
  masterKeyFile: string,
  ring: KeyRing,
): TE.TaskEither<VaultError, void> => {
  const { by, keeper } = proofsOf(around, store, masterKeyFile, ring)
  return TE.mapLeft(unavailable)(store.authenticate(by, keeper))
}
