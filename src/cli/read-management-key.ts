import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { type Secret, secret } from '../application/secret.js'
import { type CliError, usage } from './cli-error.js'
import { mayAsk, note, type Session } from './session.js'

const variable = 'LEAN_VAULT_MANAGEMENT_KEY'

/** Long enough for a password manager to ask its own question at the other end of the pipe. */
const patience = 15_000

const missing: CliError = {
  _tag: 'AnswerNeeded',
  what: 'An OpenRouter management key is needed',
  instead: `Set ${variable}, or pipe the key to standard input. Keys are never taken from arguments.`,
}

/** One line of printable characters, as any header can carry it. What does not fit is not shown. */
const parse = (text: string, source: string): TE.TaskEither<CliError, Secret> => {
  const key = text.trim()
  if (key === '') return TE.left(missing)
  return /^[\x21-\x7e]{8,512}$/.test(key)
    ? TE.right(secret(key))
    : TE.left(usage(`What ${source} holds is not a management key: it must be one word of 8 to 512 printable characters.`))
}

const fromTerminal = ({ deps }: Session): TE.TaskEither<CliError, Secret> =>
  pipe(
    TE.fromTask<string | false | null, CliError>(() => deps.ask.hidden('OpenRouter management key')),
    TE.flatMap((answer) =>
      typeof answer === 'string' ? parse(answer, 'the answer') : TE.left<CliError>({ _tag: answer === null ? 'BrokenOff' : 'Declined' }),
    ),
  )

const fromPipe = (session: Session): TE.TaskEither<CliError, Secret> =>
  pipe(
    TE.fromTask<string | null, CliError>(() => {
      if (session.io.stderr.isTerminal) note(session, `Reading the management key from standard input (set ${variable} to give it otherwise).`)
      return session.io.stdin.readAll(patience)
    }),
    TE.flatMap((text) => parse(text ?? '', 'standard input')),
  )

/** The management key from the environment, from standard input where it is piped, or from the person at the terminal. */
export const readManagementKey = (session: Session): TE.TaskEither<CliError, Secret> => {
  const given = session.io.env[variable]
  if (given !== undefined && given !== '') return parse(given, variable)
  if (!session.io.stdin.isTerminal) return fromPipe(session)
  return mayAsk(session) ? fromTerminal(session) : TE.left(missing)
}
