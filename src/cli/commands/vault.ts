import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { VaultKeyChange, VaultKeyReport } from '../../index.js'
import { type Answer, report } from '../answer.js'
import type { CliError } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { table } from '../format/table.js'
import { newPassphrase } from '../new-passphrase.js'
import { loadLibrary, type Session, vaultOptions, warn } from '../session.js'

const sources: Readonly<Record<VaultKeyReport['source'], string>> = {
  'key-file': 'in a key file',
  passphrase: 'made of the passphrase',
  keychain: "in the system's keychain",
}

const placeOf = ({ source, masterKeyFile }: VaultKeyReport): string => masterKeyFile ?? sources[source]

const advice =
  'Backups and copies of the folder made before still open with the old key. Make a new backup: lean-vault backup.'

const changed = (session: Session, done: VaultKeyReport, text: string): Answer => {
  for (const place of done.left) warn(session, `an old key was left in ${place}: take it away there unless another vault uses it.`)
  return done.rotated ? report(done, text, advice) : report(done, text)
}

const change = (session: Session, wanted: VaultKeyChange): TE.TaskEither<CliError, VaultKeyReport> =>
  pipe(
    loadLibrary(session),
    TE.flatMap((library): TE.TaskEither<CliError, VaultKeyReport> => library.changeVaultKey(vaultOptions(session), wanted)),
  )

const changing =
  (wanted: VaultKeyChange, text: (done: VaultKeyReport) => string): Body =>
  (session) =>
    pipe(
      change(session, wanted),
      TE.map((done) => changed(session, done, text(done))),
    )

const describing = (session: Session): TE.TaskEither<CliError, VaultKeyReport> =>
  pipe(
    loadLibrary(session),
    TE.flatMap((library): TE.TaskEither<CliError, VaultKeyReport> => library.describeVaultKey(vaultOptions(session))),
  )

/** Where the old passphrase opens the vault, the usual variable holds that one. */
const settingPassphrase: Body = (session) =>
  pipe(
    describing(session),
    TE.flatMap(({ source }) =>
      newPassphrase(
        session,
        source === 'passphrase' ? ['LEAN_VAULT_NEW_PASSPHRASE'] : ['LEAN_VAULT_NEW_PASSPHRASE', 'LEAN_VAULT_PASSPHRASE'],
        'New passphrase of the vault',
      ),
    ),
    TE.flatMap((passphrase) => change(session, { to: 'passphrase', passphrase })),
    TE.map((done) => changed(session, done, 'The vault opens with the new passphrase, and no longer as before.\n')),
  )

const moved = (done: VaultKeyReport): string => `The vault has a new key, ${placeOf(done)}.\n`

const columns = [{ title: 'RECIPIENT' }, { title: 'LABEL', mayShrink: true }]

const listing: Body = (session) =>
  pipe(
    describing(session),
    TE.map(({ recipients }) =>
      report(
        recipients,
        recipients.length === 0
          ? 'Nobody but the holder of the vault key can open this vault.\n'
          : table(
              columns,
              recipients.map(({ recipient, label }) => [recipient, label ?? '']),
              session.io.stdout.columns,
            ),
      ),
    ),
  )

const removedText = `The recipient is out, and the vault has a new key. That does not undo what they have seen: the secrets and the
management key that were in the vault, and every copy of it that they made. Where they must not go on using them, remove
the keys and add new ones, and replace the management key: lean-vault credentials set.
`

const exits = [0, 2, 4, 8]

/** `vault` and what is below it */
export const registerVault: Register = (program, act) => {
  const vault = describe(program.command('vault').helpCommand(false), {
    summary: 'Change the key of the vault, and who can open it',
    more: `Each of these makes a new vault key and wraps the key ring by it, in one step: killed at any moment, the old key or
the new one opens the vault. The secrets themselves stay as they are.`,
    examples: ['vault rotate-key', 'vault passphrase', 'vault recipients list'],
    exits,
  })
  describe(vault.command('rotate-key'), {
    summary: 'Make a new vault key, kept as the old one was',
    examples: ['vault rotate-key'],
    exits,
  }).action(() => act(changing({ to: 'rotate' }, moved)))
  describe(vault.command('passphrase'), {
    summary: 'Make the vault key of a passphrase, or change the passphrase',
    more: `The new passphrase is taken from LEAN_VAULT_NEW_PASSPHRASE or asked for twice; the old one, if there is one, from
LEAN_VAULT_PASSPHRASE or asked for.`,
    examples: ['vault passphrase'],
    exits,
  }).action(() => act(settingPassphrase))
  describe(vault.command('keychain'), {
    summary: "Keep the vault key in the system's keychain",
    more: `Secret Service on Linux (by secret-tool, package libsecret-tools), Keychain on macOS. A vault that is copied to
another machine does not open there; a backup does.`,
    examples: ['vault keychain'],
    exits,
  }).action(() => act(changing({ to: 'keychain' }, moved)))
  describe(vault.command('key-file'), {
    summary: 'Keep the vault key in a file, as init does',
    examples: ['vault key-file'],
    exits,
  }).action(() => act(changing({ to: 'key-file' }, moved)))
  const recipients = describe(vault.command('recipients').helpCommand(false), {
    summary: 'Let others open the vault by their age identities',
    more: `A recipient is a public age key (age1...), as age-keygen makes one. Its holder opens the vault with
LEAN_VAULT_IDENTITY_FILE=<file>, beside whoever holds the vault key.`,
    examples: ['vault recipients add "$(cat ann.pub)" --label Ann', 'vault recipients list'],
    exits,
  })
  describe(recipients.command('list'), {
    summary: 'Show who can open the vault besides the holder of its key',
    examples: ['vault recipients list --json'],
    exits: [0, 8],
  }).action(() => act(listing))
  describe(recipients.command('add <recipient>'), {
    summary: 'Let the holder of an age identity open the vault',
    examples: ['vault recipients add "$(cat ann.pub)" --label Ann'],
    exits,
  })
    .option('--label <text>', 'who that is')
    .action((recipient: string, { label }: { readonly label?: string }) =>
      act(changing({ to: 'add-recipient', recipient, ...(label === undefined ? {} : { label }) }, () => 'The recipient can open the vault.\n')),
    )
  describe(recipients.command('remove <recipient>'), {
    summary: 'Keep a recipient out, by a new vault key',
    more: 'It does not undo what they have seen: the secrets and the management key that were in the vault, and every copy that they made.',
    examples: ['vault recipients remove "$(cat ann.pub)"'],
    exits,
  }).action((recipient: string) => act(changing({ to: 'remove-recipient', recipient }, () => removedText)))
}
