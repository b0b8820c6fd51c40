import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { PanicReport, PanicScope } from '../../index.js'
import { type Answer, incomplete, report } from '../answer.js'
import { type CliError, usage } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { mayAsk, note, type Session, withProgress, withVault } from '../session.js'
import { parseTag } from './add.js'

interface Flags {
  readonly all?: boolean
  readonly tag?: string
  readonly yes?: boolean
}

const scopeOf = ({ all, tag }: Flags): E.Either<CliError, PanicScope> => {
  if (all === true && tag !== undefined) return E.left(usage('--all and --tag contradict each other.'))
  if (all === true) return E.right('all')
  if (tag === undefined) return E.left(usage('Which keys? Give --all, or --tag key=value.'))
  return pipe(
    parseTag(tag),
    E.map(([key, value]) => ({ tag: { key, value } })),
  )
}

/** No plan is shown and nothing is read first: whoever panics is in a hurry. */
const confirm = (session: Session, { yes }: Flags): TE.TaskEither<CliError, void> => {
  if (yes === true) return TE.right(undefined)
  if (!mayAsk(session)) return TE.left({ _tag: 'AnswerNeeded', what: 'A panic contains keys that are in use', instead: 'Give --yes.' })
  return pipe(
    TE.fromTask<boolean | null, CliError>(() => session.deps.ask.yesOrNo('Contain these keys now?')),
    TE.flatMap((answer) => {
      if (answer === null) return TE.left<CliError>({ _tag: 'BrokenOff' })
      return answer ? TE.right<CliError, void>(undefined) : TE.left<CliError>({ _tag: 'Declined' })
    }),
  )
}

const lines = (title: string, names: ReadonlyArray<string>): string =>
  names.length === 0 ? '' : `${title}:\n${names.map((name) => `  ${name}\n`).join('')}`

const answer = (done: PanicReport): Answer => {
  const open = done.outstanding.map(({ name, reason }) => `${name}: ${reason}`)
  const text = [
    lines('Contained', done.contained),
    lines('Could not spend already', done.unchanged),
    lines('NOT contained, may still spend', open),
  ].join('')
  const said = text === '' ? 'No key matches; nothing was changed.\n' : text
  if (open.length > 0) return incomplete(done, said, 'Run the same panic again, or lean-vault reconcile.')
  return report(done, said, done.contained.length === 0 ? undefined : 'lean-vault resume <name> undoes it, key by key.')
}

const body =
  (flags: Flags): Body =>
  (session) =>
    pipe(
      TE.fromEither(scopeOf(flags)),
      TE.tap(() => confirm(session, flags)),
      TE.flatMap((scope) =>
        withVault(session, (vault) => {
          if (session.io.stderr.isTerminal) note(session, 'Containing ...')
          return withProgress(session, vault.panic(scope))
        }),
      ),
      TE.map(answer),
    )

/** `panic` */
export const registerPanic: Register = (program, act) => {
  describe(program.command('panic'), {
    summary: 'Make many keys unable to spend at once, until they are resumed',
    more: `Every wish is recorded before the first request goes out; then a few keys at a time are disabled, their limits set to 0,
and that is read back. A failure of one key stops no other. Exit 7 names each key that may still spend.`,
    examples: ['panic --all --yes', 'panic --tag team=web --yes --json'],
    exits: [0, 2, 5, 6, 7, 8],
  })
    .option('--all', 'every key of the vault')
    .option('--tag <key=value>', 'only keys with this tag')
    .option('-y, --yes', 'do not ask')
    .action((flags: Flags) => act(body(flags)))
}
