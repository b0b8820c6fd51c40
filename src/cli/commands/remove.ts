import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { ChangeReport, RemovalPlan, RemoveOptions, Vault } from '../../index.js'
import { type Answer, report } from '../answer.js'
import { changeAnswer } from '../change-text.js'
import { checkName } from '../check-name.js'
import { type CliError, usage } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { removalPlanText } from '../format/removal-plan.js'
import { mayAsk, type Session, withProgress, withVault } from '../session.js'

interface Flags extends RemoveOptions {
  readonly yes?: boolean
  readonly dryRun?: boolean
}

const planned = (plan: RemovalPlan): Answer => {
  const remote = plan.remote === 'live' || plan.remote === 'disabled' ? 'live' : plan.remote === 'already-gone' ? plan.remote : null
  const change: ChangeReport = {
    name: plan.name,
    outcome: 'planned',
    remote,
    proof: null,
    pending: [],
    events: 0,
    reason: null,
    notes: [],
  }
  return report({ ...change, plan }, `${removalPlanText(plan)}\nThis is a plan: nothing was recorded or changed.\n`)
}

/** What the library is asked for: its own options, without those of the command line. */
const optionsOf = ({ leaked, force, localOnly }: Flags): RemoveOptions => ({
  leaked: leaked ?? false,
  force: force ?? false,
  localOnly: localOnly ?? false,
})

/** Nobody can be asked: a name that is not there is still the better answer. */
const needsYes = (vault: Vault, name: string): TE.TaskEither<CliError, never> =>
  pipe(
    vault.show(name),
    TE.flatMap((key): TE.TaskEither<CliError, never> =>
      key.state === 'removed'
        ? TE.left({ _tag: 'KeyNotFound', name })
        : TE.left({
            _tag: 'AnswerNeeded',
            what: `Removing ${name} must be confirmed`,
            instead: 'Give --yes to confirm it, or --dry-run to see what would be done.',
          }),
    ),
  )

const ask = ({ io, deps }: Session, plan: RemovalPlan): TE.TaskEither<CliError, void> =>
  pipe(
    TE.fromTask(() => {
      io.stderr.write(`${removalPlanText(plan)}\n`)
      return deps.ask.yesOrNo(`Remove ${plan.name}? This cannot be undone.`)
    }),
    TE.flatMap((answer): TE.TaskEither<CliError, void> => {
      if (answer === null) return TE.left({ _tag: 'BrokenOff' })
      return answer ? TE.right(undefined) : TE.left({ _tag: 'Declined' })
    }),
  )

const confirmed = (session: Session, vault: Vault, name: string, flags: Flags): TE.TaskEither<CliError, void> => {
  if (flags.yes === true || flags.force === true) return TE.right(undefined)
  if (!mayAsk(session)) return needsYes(vault, name)
  return pipe(
    vault.planRemoval(name, optionsOf(flags)),
    TE.flatMap((plan) => ask(session, plan)),
  )
}

const remove = (session: Session, vault: Vault, name: string, flags: Flags): TE.TaskEither<CliError, Answer> => {
  if (flags.dryRun === true) return pipe(vault.planRemoval(name, optionsOf(flags)), TE.map(planned))
  return pipe(
    confirmed(session, vault, name, flags),
    TE.flatMap(() => withProgress(session, vault.remove(name, optionsOf(flags)))),
    TE.map((change) => changeAnswer(change, 'removed')),
  )
}

const check = ({ leaked, localOnly }: Flags): TE.TaskEither<CliError, void> =>
  leaked === true && localOnly === true
    ? TE.left(usage('--leaked and --local-only contradict each other.', 'A leaked key must not be left alive.'))
    : TE.right(undefined)

const body =
  (name: string, flags: Flags): Body =>
  (session) =>
    pipe(
      checkName(name),
      TE.flatMap(() => check(flags)),
      TE.flatMap(() => withVault(session, (vault) => remove(session, vault, name, flags))),
    )

const more = `The key is disabled and its limit set to 0, then deleted, then proven gone; then its secret is destroyed here.
If OpenRouter refuses for good before anything took effect, all is put back (exit 5). If it cannot be reached, the
removal stays recorded, and "reconcile" goes on with it (exit 7).

In scripts, use --yes. --force is only for a script that must end without the secret, whatever OpenRouter says: the
secret is destroyed and the remote key stays a debt until "reconcile" has paid it.`

/** `remove <name>` */
export const registerRemove: Register = (program, act) => {
  describe(program.command('remove <name>'), {
    summary: 'Contain a key, delete it at OpenRouter, prove it gone, destroy its secret',
    more,
    examples: ['remove my-key', 'remove my-key --yes', 'remove my-key --leaked --yes', 'remove my-key --dry-run --json'],
    exits: [0, 2, 3, 4, 5, 6, 7, 8],
  })
    .option('-y, --yes', 'do not ask; for scripts')
    .option('--force', 'do not ask, and destroy the secret even if OpenRouter refuses or is silent; prefer --yes')
    .option('--leaked', 'the secret is in wrong hands: never put the key back to work')
    .option('--dry-run', 'say what would be done; record and change nothing')
    .option('--local-only', 'never call OpenRouter: leave the remote key alive by choice')
    .action((name: string, flags: Flags) => act(body(name, flags)))
}
