import type { KeyObject } from 'node:crypto'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { VaultError } from '../../application/errors.js'
import { secret, type Secret } from '../../application/secret.js'
import type { Keychain } from '../keychain/keychain.js'
import type { Surroundings } from './load-settings.js'
import type { AskPassphrase, VaultOptions } from './options.js'
import { derivationProblem } from './vault-key-problem.js'

/** The system's keychain, or the one that was brought. Its code is loaded when a vault needs it. */
export const keychainOf = ({ overrides = {} }: VaultOptions): TE.TaskEither<VaultError, Keychain> =>
  overrides.keychain !== undefined
    ? // The one shape that `OwnKeychain` stands for.
      TE.right(overrides.keychain as unknown as Keychain)
    : TE.fromTask(async () => (await import('../keychain/keychain.js')).systemKeychain())

/** What a passphrase is for: the variable that gives it is named after that. */
type Purpose = 'vault' | 'backup'

const variables: Readonly<Record<Purpose, string>> = {
  vault: 'LEAN_VAULT_PASSPHRASE',
  backup: 'LEAN_VAULT_BACKUP_PASSPHRASE',
}

/** A passphrase from the environment, else from whoever can be asked. */
export const passphraseFor = (
  purpose: Purpose,
  { env }: Pick<Surroundings, 'env'>,
  ask: AskPassphrase | undefined,
): TE.TaskEither<VaultError, Secret> => {
  const given = env[variables[purpose]]
  if (given !== undefined && given !== '') return TE.right(secret(given))
  const needed = (brokenOff: boolean): VaultError => ({ _tag: 'PassphraseNeeded', of: purpose, brokenOff })
  if (ask === undefined) return TE.left(needed(false))
  return pipe(
    TE.fromTask<Awaited<ReturnType<AskPassphrase>>, VaultError>(ask),
    TE.flatMapEither((answer) => (typeof answer === 'string' ? E.left(needed(answer === 'broken-off')) : E.right(answer))),
  )
}

type Derivation = typeof import('../passphrase/passphrase-key.js')

/** The vault key of a passphrase. */
export const deriveKey = (passphrase: Secret, scrypt: Parameters<Derivation['keyFromPassphrase']>[1]): TE.TaskEither<VaultError, KeyObject> =>
  pipe(
    TE.fromTask<Derivation, VaultError>(() => import('../passphrase/passphrase-key.js')),
    TE.flatMap(({ keyFromPassphrase }) => TE.mapLeft(derivationProblem)(keyFromPassphrase(passphrase, scrypt))),
  )

/** The identity file to use, or null where none is set. */
export const identityFileOf = ({ env }: Pick<Surroundings, 'env'>, { identityFile }: VaultOptions): string | null => {
  const path = identityFile ?? env['LEAN_VAULT_IDENTITY_FILE']
  return path === undefined || path === '' ? null : path
}
