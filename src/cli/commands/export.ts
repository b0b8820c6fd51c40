import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { ExportFormat, VaultExport } from '../../index.js'
import type { Answer } from '../answer.js'
import { type CliError, usage } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { isJson, loadLibrary, mayAsk, note, type Session, warn, withVault } from '../session.js'

interface Flags {
  readonly yaml?: boolean
  readonly dotenv?: boolean
  readonly withSecrets?: boolean
  readonly yes?: boolean
}

const formatOf = (session: Session, { yaml, dotenv }: Flags): E.Either<CliError, ExportFormat> => {
  const given = [...(yaml === true ? ['yaml' as const] : []), ...(dotenv === true ? ['dotenv' as const] : []), ...(isJson(session) ? ['json' as const] : [])]
  const [format, other] = given
  if (format === undefined) return E.left(usage('Export as what? Give one of --yaml, --dotenv, --json.'))
  return other === undefined ? E.right(format) : E.left(usage(`--${format} and --${other} contradict each other.`))
}

/** Secrets leave the vault here: a person is asked, a script says that it means it. */
const confirmed = (session: Session, { withSecrets, yes }: Flags): TE.TaskEither<CliError, void> => {
  if (withSecrets !== true || yes === true) return TE.right(undefined)
  if (!mayAsk(session))
    return TE.left({ _tag: 'AnswerNeeded', what: 'Exporting secrets must be confirmed', instead: 'Give --yes to confirm it.' })
  return pipe(
    TE.fromTask<boolean | null, CliError>(() => session.deps.ask.yesOrNo('Write the secrets of all keys, readable, to standard output?')),
    TE.flatMap((answer): TE.TaskEither<CliError, void> => {
      if (answer === null) return TE.left({ _tag: 'BrokenOff' })
      return answer ? TE.right(undefined) : TE.left({ _tag: 'Declined' })
    }),
  )
}

const warnShown = (session: Session, { withSecrets }: Flags): void => {
  if (withSecrets === true && session.io.stdout.isTerminal)
    warn(session, 'the secrets are shown on this terminal; a file is better: lean-vault export ... > keys.yaml')
}

const tellSkipped = (session: Session, { skipped, withSecrets }: VaultExport): void => {
  for (const { name, reason } of skipped) warn(session, `${name} is not in the export: ${reason}`)
  if (withSecrets) note(session, 'The export holds secrets. Anybody who reads it can spend.')
}

const body =
  (flags: Flags): Body =>
  (session) =>
    pipe(
      TE.fromEither(formatOf(session, flags)),
      TE.bindTo('format'),
      TE.tap(() => confirmed(session, flags)),
      TE.bind('library', () => loadLibrary(session)),
      TE.bind('exported', () => withVault(session, (vault) => vault.exportVault({ withSecrets: flags.withSecrets === true }))),
      TE.flatMap(({ format, library, exported }): TE.TaskEither<CliError, Answer> => {
        warnShown(session, flags)
        tellSkipped(session, exported)
        return pipe(
          library.formatExport(exported, format),
          TE.map((text): Answer => ({ _tag: 'Raw', text })),
        )
      }),
    )

const more = `Writes every held key with its hash, limits, usage, tags and declared rotation to standard output, for "import" or for people.
OpenRouter is not asked. Without --with-secrets each value is as it is sealed in the vault: only this vault can open it, and "import" knows it again.

With --with-secrets the values are the keys themselves. That is asked for; a script gives --yes. Names whose key is being made,
removed or owed are named on standard error and left out.`

/** `export` */
export const registerExport: Register = (program, act) => {
  describe(program.command('export'), {
    summary: 'Write the keys of the vault as a document',
    more,
    examples: ['export --yaml > keys.yaml', 'export --dotenv --with-secrets --yes > .env', 'export --json'],
    exits: [0, 2, 8],
  })
    .option('--yaml', 'the vault document, which "import --yaml" reads')
    .option('--dotenv', 'variables for programs, which "import --dotenv" reads')
    .option('--with-secrets', 'the secrets themselves instead of their sealed form')
    .option('-y, --yes', 'do not ask; for scripts')
    .action((flags: Flags) => act(body(flags)))
}
