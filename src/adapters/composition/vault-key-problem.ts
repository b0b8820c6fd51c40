import { unavailable, type VaultError } from '../../application/errors.js'
import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { IdentityFileError } from '../age/identity-file.js'
import { type KeyFileError, quoted } from '../key-file/key-file-error.js'
import type { KeychainError } from '../keychain/keychain.js'
import type { KeyRingBroken } from '../sealing/key-ring.js'
import type { LockBroken } from '../sealing/lock.js'

type Reason = Extract<VaultError, { _tag: 'VaultUnavailable' }>['reason']

export const keyProblem = (reason: Reason, message: string): VaultError => ({ _tag: 'VaultUnavailable', reason, message })

export const changedMeanwhile: VaultError = keyProblem('locked', 'Another process changed the vault. Try again.')

export const wrongPassphrase: VaultError = keyProblem('wrong-passphrase', 'It is another passphrase than this vault was locked with.')

/** `kind`: where the vault key came from that does not fit. */
export const ringProblem =
  (kind: string) =>
  (error: LogUnavailable | KeyRingBroken): VaultError => {
    if (error._tag === 'LogUnavailable') return unavailable(error)
    if (error.reason !== 'wrong-vault-key') return keyProblem('corrupt', error.message)
    return kind === 'passphrase'
      ? wrongPassphrase
      : keyProblem('wrong-key', error.message)
  }

export const lockProblem = ({ reason }: LockBroken): VaultError =>
  reason === 'newer-format'
    ? keyProblem('newer-format', 'The way in which its key is kept is not known here. Upgrade.')
    : keyProblem('corrupt', 'What says where the vault key comes from cannot be read.')

const keyFileReasons: Readonly<Record<KeyFileError['reason'], Reason>> = {
  missing: 'wrong-key',
  exists: 'wrong-key',
  damaged: 'wrong-key',
  permission: 'permission',
  'newer-format': 'newer-format',
  io: 'io',
}

export const keyFileProblem = ({ reason, message }: KeyFileError): VaultError => keyProblem(keyFileReasons[reason], message)

export const keychainProblem = ({ message }: KeychainError): VaultError => keyProblem('no-key', message)

export const derivationProblem = (): VaultError =>
  keyProblem('no-key', 'There is not enough memory to make the vault key of the passphrase.')

const identityTexts: Readonly<Record<IdentityFileError['reason'], string>> = {
  missing: 'There is no identity file at',
  permission: 'Others can read, or you may not, the identity file',
  empty: 'There is no age identity in',
  io: 'There is no reading of the identity file',
}

export const identityProblem = ({ reason, path }: IdentityFileError): VaultError =>
  keyProblem('no-key', `${identityTexts[reason]} ${quoted(path)}.`)
