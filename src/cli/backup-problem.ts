import type { VaultError } from '../application/errors.js'
import type { RenderedError } from './rendered-error.js'

type Unusable = Extract<VaultError, { readonly _tag: 'BackupUnusable' }>

const say = (exit: 2 | 8, message: string, hint: string | null): Omit<RenderedError, 'tag' | 'details'> => ({
  exit,
  message,
  hint,
  retryable: false,
})

/** Why a backup cannot be made or used. No vault was touched. */
export const backupProblem = ({ reason, file }: Unusable): Omit<RenderedError, 'tag' | 'details'> => {
  switch (reason) {
    case 'exists':
      return say(2, `There is something at ${file} already. Nothing was changed.`, 'Choose another name, or say --overwrite.')
    case 'missing':
      return say(2, `There is no ${file}, or no folder for it.`, null)
    case 'unwritable':
      return say(8, `The backup ${file} cannot be read or written.`, 'Check who owns it, and the room on the disk.')
    case 'does-not-open':
      return say(
        8,
        `The backup ${file} does not open: the passphrase or identity is another one, or the file was changed or cut. Nothing was written.`,
        'Set LEAN_VAULT_BACKUP_PASSPHRASE, or LEAN_VAULT_IDENTITY_FILE for a backup that was sealed for a recipient.',
      )
    case 'damaged':
      return say(8, `The file ${file} is no backup of a vault, or a damaged one. Nothing was written.`, 'Use another backup.')
    case 'newer-format':
      return say(8, `The backup ${file} was written by a newer Lean Vault. Nothing was written.`, 'Upgrade, then try again.')
  }
}
