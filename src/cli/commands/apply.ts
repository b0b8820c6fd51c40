import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { ApplyReport, DeclaredKeys, KeyPlan, Vault } from '../../index.js'
import { type Answer, incomplete, report } from '../answer.js'
import type { CliError } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { applyText, errorDocument, planText } from '../format/plan-text.js'
import { readDeclared } from '../read-declared.js'
import { isJson, mayAsk, note, type Session, withProgress, withVault } from '../session.js'

interface Flags {
  readonly prune?: boolean
  readonly yes?: boolean
}

const removals = ({ steps }: KeyPlan): KeyPlan['steps'] => steps.filter(({ step }) => step === 'remove')

const confirm = (session: Session, plan: KeyPlan, { yes }: Flags): TE.TaskEither<CliError, void> => {
  const names = removals(plan).map(({ name }) => name)
  if (names.length === 0 || yes === true) return TE.right(undefined)
  if (!mayAsk(session))
    return TE.left({
      _tag: 'AnswerNeeded',
      what: `Removing ${names.join(', ')} must be confirmed`,
      instead: 'Give --yes to confirm it, or leave --prune out. lean-vault plan shows what would be done.',
    })
  return pipe(
    TE.fromTask<boolean | null, CliError>(() => session.deps.ask.yesOrNo(`Remove ${names.join(', ')}? This cannot be undone.`)),
    TE.flatMap((answer): TE.TaskEither<CliError, void> => {
      if (answer === null) return TE.left({ _tag: 'BrokenOff' })
      return answer ? TE.right(undefined) : TE.left({ _tag: 'Declined' })
    }),
  )
}

const again = 'Apply the same file again: what is done is left as it is, and what was begun is finished.'

/** Where nothing at all was done, the first failure is the answer, as it would be of the single command. */
const answer = (session: Session, done: ApplyReport): TE.TaskEither<CliError, Answer> => {
  const [first, ...others] = done.failed
  if (first !== undefined && done.done.length === 0 && done.incomplete.length === 0) {
    if (others.length > 0 && !isJson(session)) session.io.stderr.write(applyText(done))
    return TE.left(first.error)
  }
  const document = { ...done, failed: done.failed.map(({ error, ...rest }) => ({ ...rest, error: errorDocument(error) })) }
  const isWhole = done.failed.length + done.incomplete.length + done.notTried.length === 0
  return TE.right(isWhole ? report(document, applyText(done)) : incomplete(document, applyText(done), again))
}

/** What is agreed to is what was shown: a key that came meanwhile is not removed. */
const apply = (session: Session, vault: Vault, declared: DeclaredKeys, flags: Flags): TE.TaskEither<CliError, Answer> =>
  pipe(
    vault.planKeys(declared, { prune: flags.prune ?? false }),
    TE.tap((plan) => {
      if (plan.steps.length > 0) note(session, planText(plan).trimEnd())
      return confirm(session, plan, flags)
    }),
    TE.flatMap((plan) => {
      const agreed = removals(plan).flatMap(({ lineage }) => lineage ?? [])
      return withProgress(session, vault.applyKeys(declared, { prune: flags.prune === true ? agreed : false }))
    }),
    TE.flatMap((done) => answer(session, done)),
  )

const body =
  (file: string, flags: Flags): Body =>
  (session) =>
    pipe(
      readDeclared(session, file),
      TE.flatMap((declared) => withVault(session, (vault) => apply(session, vault, declared, flags))),
    )

const more = `Shows what is to be done, as "plan" does, and does it key by key: adds what is missing, changes limits, tags and schedules, and
finishes what an earlier run left. A key that fails stops no other. Safe to repeat and safe to kill: the next run finishes it,
and where all is as declared nothing is recorded and OpenRouter is not asked. Exit 7 when a part is not done; where nothing was
done, the exit code of the first failure.`

/** `apply <file>` */
export const registerApply: Register = (program, act) => {
  describe(program.command('apply <file>'), {
    summary: 'Make the keys what a file declares',
    more,
    examples: ['apply keys.yaml', 'apply keys.yaml --prune --yes', 'apply keys.yaml --json'],
    exits: [0, 2, 4, 5, 6, 7, 8],
  })
    .option('--prune', 'remove keys that are not declared')
    .option('-y, --yes', 'do not ask before keys are removed; for scripts')
    .action((file: string, flags: Flags) => act(body(file, flags)))
}
