import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { BackupOptions, BackupReport } from '../../index.js'
import { report } from '../answer.js'
import type { CliError } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { newPassphrase } from '../new-passphrase.js'
import { loadLibrary, type Session, vaultOptions } from '../session.js'

interface Flags {
  readonly recipient?: ReadonlyArray<string>
  readonly overwrite?: boolean
}

const optionsOf = (session: Session, file: string, { recipient = [], overwrite = false }: Flags): TE.TaskEither<CliError, BackupOptions> => {
  const options = { ...vaultOptions(session), file, recipients: recipient, overwrite }
  if (recipient.length > 0) return TE.right(options)
  return pipe(
    newPassphrase(session, ['LEAN_VAULT_BACKUP_PASSPHRASE'], 'Passphrase for the backup'),
    TE.map((backupPassphrase) => ({ ...options, backupPassphrase })),
  )
}

const advice = 'Whoever opens it has every secret of the vault. Try it once: lean-vault restore with another --home.'

const body =
  (file: string, flags: Flags): Body =>
  (session) =>
    pipe(
      loadLibrary(session),
      TE.bindTo('library'),
      TE.bind('options', () => optionsOf(session, file, flags)),
      TE.flatMap(({ library, options }): TE.TaskEither<CliError, BackupReport> => library.backupVault(options)),
      TE.map((made) => report(made, `The backup is in ${made.file}, ${made.bytes} bytes.\n`, advice)),
    )

const more = `The vault as it is at one moment, also while others write to it, with its vault key and its settings: it opens on an
empty machine. It is sealed by a passphrase (LEAN_VAULT_BACKUP_PASSPHRASE, or asked for twice) or for age recipients, as an age
file. An old file is replaced only with --overwrite, and then in one step.`

const collect = (value: string, before: ReadonlyArray<string> | undefined): ReadonlyArray<string> => [...(before ?? []), value]

/** `backup` */
export const registerBackup: Register = (program, act) => {
  describe(program.command('backup <file>'), {
    summary: 'Write a sealed copy of the vault that opens on an empty machine',
    more,
    examples: [
      'backup vault-2026-02-01.age',
      'backup vault.age --overwrite --recipient "$(cat ann.pub)"',
    ],
    exits: [0, 2, 8],
  })
    .option('--recipient <age1...>', 'seal it for this age recipient instead of by a passphrase; may be repeated', collect)
    .option('--overwrite', 'replace a file that is there')
    .action((file: string, flags: Flags) => act(body(file, flags)))
}
