import type { VaultError } from '../application/errors.js'
import { backupProblem } from './backup-problem.js'
import { sentence } from './format/sentence.js'
import type { RenderedError } from './rendered-error.js'

type ErrorOf<Tag extends VaultError['_tag']> = Extract<VaultError, { readonly _tag: Tag }>
type RemoteProblem = ErrorOf<'RemoteRefused' | 'RemoteUnavailable' | 'NotManagementKey' | 'WrongAccount' | 'HostNotPinned'>
type OpeningProblem = ErrorOf<'VaultExists' | 'KeysHeld' | 'VaultMissing' | 'VaultUnavailable' | 'SecretUnreadable' | 'PassphraseNeeded' | 'BackupUnusable'>
type Said = Omit<RenderedError, 'tag' | 'details'>

const managementKeys = 'Management keys are made on the site of OpenRouter, under Settings, Management Keys.'

const say = (exit: RenderedError['exit'], message: string, hint: string | null, retryable = false): Said => ({
  exit,
  message,
  hint,
  retryable,
})

const refused = ({ status, message, blame }: ErrorOf<'RemoteRefused'>): Said => {
  const code = status === null ? '' : ` (${status})`
  return blame === 'management-key'
    ? say(5, `OpenRouter does not accept the management key${code}: ${sentence(message)} Everything is as before.`, credentialHint)
    : say(5, `OpenRouter refused${code}: ${sentence(message)} Everything is as before.`, status === 403 ? forbiddenHint : null)
}

const credentialHint = `${managementKeys} lean-vault credentials set replaces the one in a vault.`

const forbiddenHint =
  'The management key is accepted, but not for this. See on the site of OpenRouter what it and its maker may do, or give the vault another one with lean-vault credentials set.'

/** What OpenRouter said, or that it said nothing. */
export const remoteProblem = (error: RemoteProblem): Said => {
  switch (error._tag) {
    case 'RemoteRefused':
      return refused(error)
    case 'RemoteUnavailable':
      return say(
        6,
        `OpenRouter could not be reached or kept failing: ${sentence(error.message)} Everything is as before.`,
        'Try again. LEAN_VAULT_RETRY_BUDGET_MS says how long a command goes on repeating.',
        true,
      )
    case 'NotManagementKey':
      return say(5, 'This is an OpenRouter key, but not a management key.', managementKeys)
    case 'WrongAccount':
      return say(
        5,
        'The management key belongs to another OpenRouter account than this vault. Nothing was changed.',
        'Use a management key of the account that the vault was made for, or another --home. If all its workspaces were replaced, lean-vault credentials set takes the same key again, once it has shown a key of this vault.',
      )
    case 'HostNotPinned':
      return say(
        2,
        `This vault belongs to ${error.pinned} and is not used with ${error.given}.`,
        'Take OPENROUTER_BASE_URL or baseUrl back, or use another --home.',
      )
  }
}

const unavailable: Readonly<Record<ErrorOf<'VaultUnavailable'>['reason'], { readonly what: string; readonly hint: string }>> = {
  missing: { what: 'The vault is not there', hint: 'Check --home and LEAN_VAULT_HOME, or make a vault with lean-vault init.' },
  locked: { what: 'Another process holds the vault', hint: 'Try again when it is done.' },
  full: { what: 'The disk is full', hint: 'Make room and try again; nothing was sent.' },
  'read-only': { what: 'The vault cannot be written', hint: 'It lies on a read-only file system.' },
  permission: { what: 'The vault may not be opened', hint: 'Check who owns its folder and files (0700 and 0600).' },
  'newer-format': { what: 'The vault was written by a newer Lean Vault', hint: 'Upgrade, then try again.' },
  corrupt: { what: 'The vault is damaged', hint: 'Do not write to it; put its folder aside and restore a backup.' },
  io: { what: 'The vault cannot be read or written', hint: 'Check the disk and the folder.' },
  network: {
    what: 'The vault may not be kept there',
    hint: 'Keep it on a disk of this machine (--home), and put backups on the network: lean-vault backup.',
  },
  'wrong-key': {
    what: 'The vault key does not open this vault',
    hint: 'Check LEAN_VAULT_MASTER_KEY_FILE and masterKeyFile: each vault has a key of its own. If it is lost, restore a backup, or give the vault up with lean-vault init --force-new --leave-keys-alive.',
  },
  'wrong-passphrase': { what: 'The passphrase does not open this vault', hint: 'Try again; LEAN_VAULT_PASSPHRASE wins over the question.' },
  'no-key': {
    what: 'The vault key cannot be had',
    hint: 'lean-vault vault recipients list shows who else can open it. If nobody can, restore a backup, or give the vault up with lean-vault init --force-new --leave-keys-alive.',
  },
  'newer-key': {
    what: 'The vault key was changed meanwhile',
    hint: 'Start this program again with what opens the vault now: its key file, passphrase, keychain or identity.',
  },
}

const passphraseVariables = { vault: 'LEAN_VAULT_PASSPHRASE', backup: 'LEAN_VAULT_BACKUP_PASSPHRASE' } as const

/** Why a vault cannot be opened or made. */
export const openingProblem = (error: OpeningProblem): Said => {
  switch (error._tag) {
    case 'VaultExists':
      return say(4, `There is a vault in ${error.place} already.`, 'lean-vault init --force-new sets it aside, if it holds no key.')
    case 'KeysHeld':
      return say(
        4,
        `The vault still holds or owes ${error.count === 1 ? 'a key' : `${error.count} keys`}, so it is not set aside.`,
        'Remove them first; lean-vault list shows them. If the vault key is lost, add --leave-keys-alive: it names their hashes, to be revoked at OpenRouter.',
      )
    case 'VaultMissing':
      return say(8, `There is no vault in ${error.place}.`, 'lean-vault init makes one; --home and LEAN_VAULT_HOME say where.')
    case 'VaultUnavailable': {
      const { what, hint } = unavailable[error.reason]
      return say(8, `${what}: ${sentence(error.message)}`, hint, error.reason === 'locked')
    }
    case 'PassphraseNeeded':
      return error.brokenOff
        ? { exit: 130, message: 'Broken off. Nothing was changed.', hint: null, retryable: false }
        : say(2, `The passphrase of the ${error.of} is needed, and nobody can be asked here.`, `Set ${passphraseVariables[error.of]}.`)
    case 'BackupUnusable':
      return backupProblem(error)
    case 'SecretUnreadable':
      return say(
        8,
        `The secret of ${error.name} cannot be opened: ${sentence(error.message)}`,
        'The vault is damaged, or this is the key of another vault. Restore a backup, or check LEAN_VAULT_MASTER_KEY_FILE.',
      )
  }
}
