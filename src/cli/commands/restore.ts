import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { ReconcileReport, RestoreReport } from '../../index.js'
import { type Answer, incomplete, report } from '../answer.js'
import type { CliError } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { facts } from '../format/facts.js'
import { reconcileText } from '../format/reconcile-text.js'
import { renderError } from '../render-error.js'
import { askPassphrase, loadLibrary, type Session, vaultOptions, withProgress, withVault } from '../session.js'

/** What OpenRouter holds, compared with what the backup knows; or why that could not be compared. */
type Compared = E.Either<CliError, ReconcileReport>

const compare = (session: Session): TE.TaskEither<CliError, Compared> =>
  TE.fromTask(withVault(session, (vault) => withProgress(session, vault.reconcile({ dryRun: true }))))

const answer = (made: RestoreReport, compared: Compared): Answer => {
  const text = `The vault is restored.\n${facts([
    ['Vault', made.home],
    ...(made.masterKeyFile === null ? [] : [['Vault key', made.masterKeyFile] as const]),
    ['Made at', made.madeAt],
  ])}`
  if (E.isLeft(compared)) {
    const problem = renderError(compared.left).message
    const document = { ...made, compared: false, problem, unheld: [], drift: [], outstanding: [] }
    return incomplete(document, `${text}It could not be compared with OpenRouter: ${problem}\n`, 'Run lean-vault reconcile when OpenRouter can be reached.')
  }
  const { unheld, drift, outstanding } = compared.right
  const document = { ...made, compared: true, problem: null, unheld, drift, outstanding }
  const found = `${text}${reconcileText(compared.right, true)}`
  return outstanding.length === 0
    ? report(document, found)
    : incomplete(document, found, 'lean-vault reconcile settles what is owed; --revoke <hash> destroys a key that the vault does not hold.')
}

const body =
  (file: string): Body =>
  (session) =>
    pipe(
      loadLibrary(session),
      TE.flatMap((library): TE.TaskEither<CliError, RestoreReport> =>
        library.restoreVault({
          ...vaultOptions(session),
          file,
          askBackupPassphrase: askPassphrase(session, 'Passphrase of the backup'),
        }),
      ),
      TE.bindTo('made'),
      TE.bind('compared', () => compare(session)),
      TE.map(({ made, compared }) => answer(made, compared)),
    )

const more = `The backup is opened and read whole before anything is written; a vault that is there is never touched. It opens by its
passphrase (LEAN_VAULT_BACKUP_PASSPHRASE, or asked for) or by LEAN_VAULT_IDENTITY_FILE. Its vault key goes where the settings say.

A restored vault begins a new epoch. What was made after the backup lives at OpenRouter and is not in it; what was removed
after it should be dead. That is listed, and reconcile exits 7 until each is settled.`

/** `restore` */
export const registerRestore: Register = (program, act) => {
  describe(program.command('restore <file>'), {
    summary: 'Make a vault of a backup, where there is none',
    more,
    examples: ['restore vault-2026-02-01.age', 'restore vault.age --home ./restored'],
    exits: [0, 2, 4, 7, 8],
  }).action((file: string) => act(body(file)))
}
