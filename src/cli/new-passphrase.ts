import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { type Secret, secret } from '../application/secret.js'
import { type CliError, usage } from './cli-error.js'
import { mayAsk, type Session } from './session.js'

const ask = ({ deps }: Session, question: string): TE.TaskEither<CliError, string> =>
  pipe(
    TE.fromTask<string | false | null, CliError>(() => deps.ask.hidden(question)),
    TE.flatMap((answer) => {
      if (answer === null) return TE.left<CliError>({ _tag: 'BrokenOff' })
      return answer === false ? TE.left<CliError>({ _tag: 'Declined' }) : TE.right(answer)
    }),
  )

/** Asked twice: nobody sees what is typed, and a slip would lock everybody out. */
const askTwice = (session: Session, question: string): TE.TaskEither<CliError, Secret> =>
  pipe(
    ask(session, question),
    TE.bindTo('first'),
    TE.bind('second', () => ask(session, 'The same once more')),
    TE.flatMap(({ first, second }) =>
      first === second ? TE.right(secret(first)) : TE.left(usage('The two passphrases differ. Nothing was changed.')),
    ),
  )

/** A passphrase to be set, from the first of the variables that is set, or from the person at the terminal. */
export const newPassphrase = (
  session: Session,
  variables: ReadonlyArray<string>,
  question: string,
): TE.TaskEither<CliError, Secret> => {
  const given = variables.map((name) => session.io.env[name]).find((value) => value !== undefined && value !== '')
  if (given !== undefined) return TE.right(secret(given))
  if (mayAsk(session)) return askTwice(session, question)
  return TE.left({
    _tag: 'AnswerNeeded',
    what: 'A new passphrase is needed',
    instead: `Set ${variables[0] ?? ''}. Passphrases are never taken from arguments.`,
  })
}
