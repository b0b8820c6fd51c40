import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { reveal } from '../../application/secret.js'
import type { HandedOut } from '../../index.js'
import { type Answer, report } from '../answer.js'
import { type CliError, usage } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { checkName } from '../check-name.js'
import type { Copied } from '../desktop/clipboard.js'
import { isJson, type Session, warn, withVault } from '../session.js'

interface Flags {
  readonly clip?: boolean
  readonly clearAfter: string
  readonly previous?: boolean
}

const advice = (program: string, clears: boolean, seconds: number): string =>
  clears
    ? `It is cleared in ${seconds === 1 ? 'a second' : `${seconds} seconds`}, if it is still there. A clipboard manager may keep a copy of its own.`
    : `It stays there until something else is copied: ${program} cannot tell what the clipboard holds.`

const copy = (session: Session, { name, secret, warning }: HandedOut, seconds: number): TE.TaskEither<CliError, Answer> => {
  if (warning !== null) warn(session, warning)
  return pipe(
    TE.fromTask<Copied, CliError>(async () => await (await session.deps.clipboard()).copy(secret, seconds)),
    TE.flatMap((copied): TE.TaskEither<CliError, Answer> => {
      if (copied._tag !== 'Copied') return TE.left(copied)
      const { program, clears } = copied
      const document = { name, copied: true, program, clearedAfterSeconds: clears ? seconds : null }
      return TE.right(report(document, `Copied the secret of ${name}. ${advice(program, clears, seconds)}\n`))
    }),
  )
}

const parseSeconds = (text: string): E.Either<CliError, number> =>
  /^[1-9]\d{0,3}$/.test(text) ? E.right(Number(text)) : E.left(usage('--clear-after must be a whole number of seconds from 1 to 9999.'))

/** The one place where a secret goes to stdout. */
const handOver = (session: Session, { name, secret, warning }: HandedOut): Answer => {
  if (warning !== null) warn(session, warning)
  return isJson(session) ? report({ name, secret: reveal(secret) }, '') : { _tag: 'Raw', text: reveal(secret) }
}

const body =
  (name: string, flags: Flags): Body =>
  (session) =>
    pipe(
      checkName(name),
      TE.flatMapEither(() => parseSeconds(flags.clearAfter)),
      TE.bindTo('seconds'),
      TE.bind('handed', () => withVault(session, (vault) => (flags.previous === true ? vault.getPrevious(name) : vault.get(name)))),
      TE.flatMap(({ seconds, handed }) => (flags.clip === true ? copy(session, handed, seconds) : TE.right(handOver(session, handed)))),
    )

/** `get <name>` */
export const registerGet: Register = (program, act) => {
  describe(program.command('get <name>'), {
    summary: "Print a key's secret, and nothing else",
    more: 'The secret goes to stdout without a newline. This needs neither OpenRouter nor the network. For running a program, "exec" keeps the secret out of files and shell history.',
    examples: ['get my-key', 'get my-key --clip', 'get my-key --json', 'get my-key | my-secret-store write openrouter'],
    exits: [0, 2, 3, 4, 8],
  })
    .option('--previous', 'the key that was replaced, while "rotate --grace" lets it work')
    .option('--clip', 'put the secret on the clipboard instead, and clear it again')
    .option('--clear-after <seconds>', 'how long --clip leaves it there', '45')
    .action((name: string, flags: Flags) => act(body(name, flags)))
}
