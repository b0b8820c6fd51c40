import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { type Secret, secret } from '../application/secret.js'
import type { CliError } from './cli-error.js'
import { mayAsk, type Session } from './session.js'

const variable = 'LEAN_VAULT_CHANNEL_SECRET'

const patience = 15_000

/** The credential of a channel from the environment, from standard input where it is piped, or from the person at the terminal. */
export const readChannelSecret = (session: Session, question: string): TE.TaskEither<CliError, Secret> => {
  const { io, deps } = session
  const given = io.env[variable]
  if (given !== undefined && given !== '') return TE.right(secret(given.trim()))
  const missing: CliError = {
    _tag: 'AnswerNeeded',
    what: `Something is needed: ${question}`,
    instead: `Set ${variable}, or pipe it to standard input. Secrets are never taken from arguments.`,
  }
  if (!io.stdin.isTerminal)
    return pipe(
      TE.fromTask<string | null, CliError>(() => io.stdin.readAll(patience)),
      TE.flatMap((text) => (text === null ? TE.left(missing) : TE.right(secret(text.trim())))),
    )
  if (!mayAsk(session)) return TE.left(missing)
  return pipe(
    TE.fromTask<string | false | null, CliError>(() => deps.ask.hidden(question)),
    TE.flatMap((answer) => {
      if (answer === false) return TE.left(missing)
      return answer === null ? TE.left<CliError>({ _tag: 'BrokenOff' }) : TE.right(secret(answer.trim()))
    }),
  )
}
