import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { type Secret, secret } from '../application/secret.js'
import { type CliError, usage } from './cli-error.js'
import { mayAsk, note, type Session } from './session.js'

/** Long enough for a password manager to ask its own question at the other end of the pipe. */
const patience = 15_000

/** Which key is wanted, in words, and the environment variable that may hold it; null where none may. */
export interface WantedKey {
  readonly what: string
  readonly variable: string | null
}

const missing = ({ what, variable }: WantedKey): CliError => ({
  _tag: 'AnswerNeeded',
  what: `An ${what} is needed`,
  instead: `${variable === null ? 'Pipe' : `Set ${variable}, or pipe`} the key to standard input. Keys are never taken from arguments.`,
})

/** One line of printable characters, as any header can carry it. What does not fit is not shown. */
const parse = (wanted: WantedKey, text: string, source: string): TE.TaskEither<CliError, Secret> => {
  const key = text.trim()
  if (key === '') return TE.left(missing(wanted))
  return /^[\x21-\x7e]{8,512}$/.test(key)
    ? TE.right(secret(key))
    : TE.left(usage(`What ${source} holds is not an ${wanted.what}: it must be one word of 8 to 512 printable characters.`))
}

const fromTerminal = ({ deps }: Session, wanted: WantedKey): TE.TaskEither<CliError, Secret> =>
  pipe(
    TE.fromTask<string | false | null, CliError>(() => deps.ask.hidden(wanted.what)),
    TE.flatMap((answer) =>
      typeof answer === 'string'
        ? parse(wanted, answer, 'the answer')
        : TE.left<CliError>({ _tag: answer === null ? 'BrokenOff' : 'Declined' }),
    ),
  )

const fromPipe = (session: Session, wanted: WantedKey): TE.TaskEither<CliError, Secret> =>
  pipe(
    TE.fromTask<string | null, CliError>(() => {
      const otherwise = wanted.variable === null ? '' : ` (set ${wanted.variable} to give it otherwise)`
      if (session.io.stderr.isTerminal) note(session, `Reading the ${wanted.what} from standard input${otherwise}.`)
      return session.io.stdin.readAll(patience)
    }),
    TE.flatMap((text) => parse(wanted, text ?? '', 'standard input')),
  )

/** A key from the environment, from standard input where it is piped, or from the person at the terminal. */
export const readKey = (session: Session, wanted: WantedKey): TE.TaskEither<CliError, Secret> => {
  const given = wanted.variable === null ? undefined : session.io.env[wanted.variable]
  if (given !== undefined && given !== '') return parse(wanted, given, wanted.variable ?? '')
  if (!session.io.stdin.isTerminal) return fromPipe(session, wanted)
  return mayAsk(session) ? fromTerminal(session, wanted) : TE.left(missing(wanted))
}
