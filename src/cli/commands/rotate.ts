import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { RotateOptions, RotationPlan, Vault } from '../../index.js'
import { type Answer, report } from '../answer.js'
import { changeAnswer } from '../change-text.js'
import { checkName } from '../check-name.js'
import { type CliError, usage } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { limit } from '../format/money.js'
import { facts } from '../format/facts.js'
import { dueBody } from './rotate-due.js'
import { mayAsk, type Session, withProgress, withVault } from '../session.js'

interface Flags extends RotateOptions {
  readonly due?: boolean
  readonly yes?: boolean
  readonly dryRun?: boolean
}

const optionsOf = ({ grace, leaked }: Flags): RotateOptions => ({ ...(grace === undefined ? {} : { grace }), leaked: leaked ?? false })

const planText = (plan: RotationPlan): string => {
  const about = facts([
    ['Name', plan.name],
    ['State', plan.state],
    ['Label', plan.label ?? 'none'],
    ['Monthly limit', limit(plan.limits.monthlySpend)],
  ])
  return `${about}\nRotating it will:\n${plan.steps.map((step, at) => `  ${at + 1}. ${step}\n`).join('')}`
}

const planned = (plan: RotationPlan): Answer => {
  const change = { name: plan.name, outcome: 'planned', remote: null, proof: null, pending: [], events: 0, reason: null, notes: [] }
  return report({ ...change, plan }, `${planText(plan)}\nThis is a plan: nothing was recorded or changed.\n`)
}

const ask = ({ io, deps }: Session, plan: RotationPlan): TE.TaskEither<CliError, void> =>
  pipe(
    TE.fromTask(() => {
      io.stderr.write(`${planText(plan)}\n`)
      return deps.ask.yesOrNo(`Rotate ${plan.name}? Programs must fetch the new key.`)
    }),
    TE.flatMap((answer): TE.TaskEither<CliError, void> => {
      if (answer === null) return TE.left({ _tag: 'BrokenOff' })
      return answer ? TE.right(undefined) : TE.left({ _tag: 'Declined' })
    }),
  )

/** A plan is made in any case: where nobody can be asked, a name that is not there is still the better answer. */
const confirmed = (session: Session, vault: Vault, name: string, flags: Flags): TE.TaskEither<CliError, void> => {
  if (flags.yes === true) return TE.right(undefined)
  return pipe(
    vault.planRotation(name, optionsOf(flags)),
    TE.flatMap((plan) =>
      mayAsk(session)
        ? ask(session, plan)
        : TE.left<CliError>({
            _tag: 'AnswerNeeded',
            what: `Rotating ${name} must be confirmed`,
            instead: 'Give --yes to confirm it, or --dry-run to see what would be done.',
          }),
    ),
  )
}

const rotate = (session: Session, vault: Vault, name: string, flags: Flags): TE.TaskEither<CliError, Answer> => {
  if (flags.dryRun === true) return pipe(vault.planRotation(name, optionsOf(flags)), TE.map(planned))
  return pipe(
    confirmed(session, vault, name, flags),
    TE.flatMap(() => withProgress(session, vault.rotate(name, optionsOf(flags)))),
    TE.map((change) => changeAnswer(change, 'rotated', `lean-vault get ${name} hands out the new key.`)),
  )
}

const bodyOf =
  (name: string, flags: Flags): Body =>
  (session) =>
    pipe(
      checkName(name),
      TE.flatMap(() => withVault(session, (vault) => rotate(session, vault, name, flags))),
    )

const body = (name: string | undefined, flags: Flags): Body => {
  const { due, leaked } = flags
  if (due === true) return name === undefined && leaked !== true ? dueBody(flags) : () => TE.left(usage('--due goes with neither a name nor --leaked.', 'It rotates every key whose schedule says so.'))
  return name === undefined ? () => TE.left(usage('Which key? Give its name, or --due for every key whose schedule says so.')) : bodyOf(name, flags)
}

const more = `A successor is made that may spend nothing, and its secret is tried. What is left of the limit is shared: the old key is
lowered first, then the new one raised. From then on the new key is handed out. With --grace both work for that long,
and "get --previous" gives the old one; then, or at once, the old key is contained, deleted and proven gone. Under a
limit this waits a minute and a half for the last usage of the old key; where less is left than usage may lag behind,
there is no overlap, and the new key can spend only then. It has what is left until the month or day turns. Asked
again, a rotation that was cut short goes on; "reconcile" finishes it too.

With --due every key is rotated that is older than its rotateAfter, or that expires within two days and has rotate on (see
"alerts rules set"), a few at a time, each with an overlap of a day unless --grace says otherwise. Keys that are contained
or not finished are left and named. A failure of one key stops no other; exit 7 names each.`

/** `rotate <name>` */
export const registerRotate: Register = (program, act) => {
  describe(program.command('rotate [name]'), {
    summary: 'Replace a key by a new one, without a gap and without a second budget',
    more,
    examples: ['rotate my-key', 'rotate my-key --grace 24h --yes', 'rotate my-key --leaked --yes', 'rotate my-key --dry-run', 'rotate --due --dry-run', 'rotate --due --yes --json'],
    exits: [0, 2, 3, 4, 5, 6, 7, 8],
  })
    .option('--grace <span>', 'how long both keys work, such as 24h, 30m or 7d; default: not at all; with --due a day')
    .option('--due', 'every key whose schedule says so, instead of one')
    .option('--leaked', 'the old secret is in wrong hands: contain the old key at once, whatever comes')
    .option('-y, --yes', 'do not ask; for scripts')
    .option('--dry-run', 'say what would be done; record and change nothing')
    .action((name: string | undefined, flags: Flags) => act(body(name, flags)))
}
