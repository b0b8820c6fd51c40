import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { ForeignVault, ImportedKey, ImportReport } from '../../index.js'
import { type Answer, incomplete, report } from '../answer.js'
import { changeAnswer } from '../change-text.js'
import { checkName } from '../check-name.js'
import { type CliError, usage } from '../cli-error.js'
import { type Body, describe, type Register } from '../command.js'
import { readKey } from '../read-key.js'
import { type Library, loadLibrary, type Session, withProgress, withVault } from '../session.js'

interface Flags {
  readonly leanVaultGo?: string
  readonly keyStdin?: string
  readonly yaml?: string
  readonly dotenv?: string
}

type Source =
  | { readonly _tag: 'Vault'; readonly read: (library: Library) => TE.TaskEither<CliError, ForeignVault>; readonly what: string }
  | { readonly _tag: 'Key'; readonly name: string }

const choices = '--lean-vault-go <folder>, --key-stdin <name>, --yaml <file> or --dotenv <file>'

const sourceOf = ({ leanVaultGo, keyStdin, yaml, dotenv }: Flags): E.Either<CliError, Source> => {
  if ([leanVaultGo, keyStdin, yaml, dotenv].filter((each) => each !== undefined).length > 1)
    return E.left(usage(`Import one thing at a time: ${choices}.`))
  if (leanVaultGo !== undefined) return E.right({ _tag: 'Vault', read: (library) => library.readGoVault(leanVaultGo), what: 'old vault' })
  if (yaml !== undefined) return E.right({ _tag: 'Vault', read: (library) => library.readVaultDocument(yaml), what: 'file' })
  if (dotenv !== undefined) return E.right({ _tag: 'Vault', read: (library) => library.readDotenv(dotenv), what: 'file' })
  if (keyStdin !== undefined) return E.right({ _tag: 'Key', name: keyStdin })
  return E.left(usage(`Import what? Give ${choices}.`))
}

const lines = (title: string, entries: ReadonlyArray<string>): string =>
  entries.length === 0 ? '' : `${title}:\n${entries.map((entry) => `  ${entry}\n`).join('')}`

const keyLine = ({ name, from, state, notes }: ImportedKey): string =>
  `${name}${from === name ? '' : ` (was "${from}")`}: ${[state, ...notes].join('; ')}`

const answer = (done: ImportReport, what: string): Answer => {
  const text = [
    lines('Imported', done.imported.map(keyLine)),
    lines('Here already', done.unchanged.map(keyLine)),
    lines(
      'Not at OpenRouter any more, so not imported',
      done.gone.map(({ from, hash }) => `${from} (${hash})`),
    ),
    lines(
      'NOT imported',
      done.failed.map(({ from, reason }) => `${from}: ${reason}`),
    ),
    `${done.hadManagementKey ? 'Its management key was not carried over. ' : ''}The ${what} was not changed.\n`,
  ].join('')
  return done.failed.length > 0 ? incomplete(done, text, 'Run the same import again: what is here already is left as it is.') : report(done, text)
}

const importWhole = (session: Session, { read, what }: Extract<Source, { readonly _tag: 'Vault' }>): TE.TaskEither<CliError, Answer> =>
  pipe(
    loadLibrary(session),
    TE.flatMap(read),
    TE.flatMap((foreign) => withVault(session, (vault) => withProgress(session, vault.importVault(foreign)))),
    TE.map((done) => answer(done, what)),
  )

const importKey = (session: Session, name: string): TE.TaskEither<CliError, Answer> =>
  pipe(
    checkName(name),
    TE.flatMap(() => readKey(session, { what: 'OpenRouter key', variable: null })),
    TE.flatMap((key) => withVault(session, (vault) => withProgress(session, vault.importKey(name, key)))),
    TE.map((change) => changeAnswer(change, 'there')),
  )

const body =
  (flags: Flags): Body =>
  (session) =>
    pipe(
      TE.fromEither(sourceOf(flags)),
      TE.flatMap((source) => (source._tag === 'Vault' ? importWhole(session, source) : importKey(session, source.name))),
    )

const more = `A key that was made elsewhere is found at OpenRouter by its hash, and taken in with the limit and state that it has there. It
must belong to the account of this vault. The secret comes from standard input or a question, never from an argument.

--lean-vault-go reads a vault of the older Go tool (.secret_vault.key and secrets.vault in one folder) and changes nothing in it.
Names that are not valid here are mapped to the nearest valid one. Safe to repeat.

--yaml reads what "export --yaml" or "export --json" writes; --dotenv reads the OpenRouter keys among the variables of a .env file,
named by a comment "# key: <name>" before them or by their variable. A value that this vault sealed is opened. Limits in a
document are compared with those in force and never applied.`

/** `import` */
export const registerImport: Register = (program, act) => {
  describe(program.command('import'), {
    summary: 'Take keys into the vault that were made elsewhere',
    more,
    examples: ['import --key-stdin ci-bot < key.txt', 'import --lean-vault-go ~/.lean_vault_old --json', 'import --yaml keys.yaml', 'import --dotenv .env'],
    exits: [0, 2, 3, 4, 5, 6, 7, 8],
  })
    .option('--key-stdin <name>', 'take one key, read from standard input, under this name')
    .option('--lean-vault-go <folder>', 'take all keys of a vault of the Go tool')
    .option('--yaml <file>', 'take the keys of a vault document, YAML or JSON')
    .option('--dotenv <file>', 'take the OpenRouter keys of a dotenv file')
    .action((flags: Flags) => act(body(flags)))
}
