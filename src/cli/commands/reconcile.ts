import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { keyHash } from '../../domain/shared/identifiers.js'
import type { ReconcileReport } from '../../index.js'
import { type Answer, incomplete, report } from '../answer.js'
import { type CliError, usage } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { reconcileText } from '../format/reconcile-text.js'
import { withProgress, withVault } from '../session.js'

interface Flags {
  readonly dryRun?: boolean
  readonly revoke?: string
  readonly adopt?: string
}

const check = ({ dryRun, revoke, adopt }: Flags): E.Either<CliError, void> => {
  if (revoke !== undefined && adopt !== undefined) return E.left(usage('--revoke and --adopt contradict each other.'))
  const hash = revoke ?? adopt
  if (hash === undefined) return E.right(undefined)
  const flag = revoke === undefined ? '--adopt' : '--revoke'
  if (E.isLeft(keyHash(hash))) return E.left(usage(`${flag} must be 64 lowercase hex digits.`))
  return dryRun === true ? E.left(usage(`${flag} and --dry-run contradict each other.`)) : E.right(undefined)
}

const answer = (done: ReconcileReport, planned: boolean): Answer => {
  const text = reconcileText(done, planned)
  if (done.outstanding.length === 0) return report(done, text)
  return incomplete(done, text, planned ? 'lean-vault reconcile does it.' : 'Run lean-vault reconcile again later.')
}

const body =
  (flags: Flags): Body =>
  (session) =>
    pipe(
      TE.fromEither(check(flags)),
      TE.flatMap(() => withVault(session, (vault) => withProgress(session, vault.reconcile(flags)))),
      TE.map((done) => answer(done, flags.dryRun === true)),
    )

const more = `Whatever was interrupted goes on or is undone; keys that were created without our learning of it are revoked; keys
that others loosened at OpenRouter are put back, and tightened ones stay so until resume. Safe to run at any time, by anybody, twice: a good cron job.

Exit 7 while something is outstanding, with --dry-run too. Keys that bear this tool's mark but belong to no attempt of
this vault are only reported; --revoke destroys one of them. --adopt takes a key of the account into the vault without its
secret, under the name that it bears at OpenRouter.`

/** `reconcile` */
export const registerReconcile: Register = (program, act) => {
  describe(program.command('reconcile'), {
    summary: 'Finish or undo everything that is half done, and compare with OpenRouter',
    more,
    examples: ['reconcile', 'reconcile --dry-run --json', 'reconcile --revoke <hash>'],
    exits: [0, 2, 4, 5, 6, 7, 8],
  })
    .option('--dry-run', 'say what would be done; record and change nothing')
    .option('--revoke <hash>', 'destroy this unheld key too')
    .option('--adopt <hash>', 'look after this key too, whose secret is not here: limits, suspension, removal')
    .action((flags: Flags) => act(body(flags)))
}
