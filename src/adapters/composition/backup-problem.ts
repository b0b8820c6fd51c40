import type { VaultError } from '../../application/errors.js'
import type { BackupBroken } from '../backup/container.js'
import type { BackupFileError } from '../backup/place-file.js'

type Unusable = Extract<VaultError, { readonly _tag: 'BackupUnusable' }>

/** `file` is what the user gave, and no temporary name. */
export const unusable = (reason: Unusable['reason'], file: string): VaultError => ({ _tag: 'BackupUnusable', reason, file })

const reasons: Readonly<Record<BackupFileError['reason'], Unusable['reason']>> = {
  exists: 'exists',
  missing: 'missing',
  permission: 'unwritable',
  full: 'unwritable',
  'read-only': 'unwritable',
  io: 'unwritable',
}

export const fileProblem =
  (file: string) =>
  ({ reason }: BackupFileError): VaultError =>
    unusable(reasons[reason], file)

export const containerProblem =
  (file: string) =>
  ({ reason }: BackupBroken): VaultError =>
    unusable(reason, file)
