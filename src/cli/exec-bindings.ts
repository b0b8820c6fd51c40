import { resolve } from 'node:path'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { parseName } from '../application/use-cases/input.js'
import { type CliError, usage } from './cli-error.js'
import { type EnvEntry, parseEnvFile } from './env-file.js'
import { noName } from './exec-words.js'
import { type Binding, bindingOf, looksLikeReference } from './key-reference.js'

/** What of `exec` says which key goes into which variable. */
export interface ExecFlags {
  readonly env?: ReadonlyArray<string>
  readonly envFile?: ReadonlyArray<string>
}

const usual = 'OPENROUTER_API_KEY'

const isVariable = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && !text.startsWith('LEAN_VAULT_')

const notVariable = usage(
  '--env must be the name of an environment variable, and none of Lean Vault itself.',
  'For example --env OPENAI_API_KEY, or --env OPENAI_API_KEY=lv://other-key.',
)

interface Word {
  readonly variable: string
  /** Null: the secret of the named key. */
  readonly reference: string | null
}

const parseWord = (text: string): E.Either<CliError, Word> => {
  const at = text.indexOf('=')
  const variable = at < 0 ? text : text.slice(0, at)
  if (!isVariable(variable)) return E.left(notVariable)
  if (at < 0) return E.right({ variable, reference: null })
  const reference = text.slice(at + 1)
  // A value in an argument would be seen by every process of the machine.
  return looksLikeReference(reference)
    ? E.right({ variable, reference })
    : E.left(usage(`--env ${variable}=... takes a reference to a key, not a value.`, `For example --env ${variable}=lv://my-key.`))
}

const ofName = (name: string, words: ReadonlyArray<Word>): E.Either<CliError, ReadonlyArray<Binding>> => {
  const own = words.filter(({ reference }) => reference === null).map(({ variable }) => variable)
  if (name === noName)
    return own.length === 0 ? E.right([]) : E.left(usage(`--env ${own.join(' and ')} needs the name of a key.`, 'lean-vault exec <name> --env VARIABLE -- <command...>, or --env VARIABLE=lv://name.'))
  const variables = own.length === 0 ? [usual] : own
  return pipe(
    parseName(name),
    E.map((key) => variables.map((variable): Binding => ({ _tag: 'Key', variable, name: key }))),
  )
}

const fromFile = (file: string, entries: ReadonlyArray<EnvEntry>): E.Either<CliError, ReadonlyArray<Binding>> =>
  E.traverseArray(({ variable, value }: EnvEntry) => bindingOf(variable, value, `${variable} in ${file}`))(entries)

const unreadable = (file: string, error: unknown): CliError => {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
  return usage(code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read (${code}).`, 'Check --env-file.')
}

const readEnvFile = (folder: string) => (file: string): TE.TaskEither<CliError, ReadonlyArray<Binding>> =>
  pipe(
    TE.tryCatch(
      async () => {
        const { readFile } = await import('node:fs/promises')
        return await readFile(resolve(folder, file), 'utf8')
      },
      (error) => unreadable(file, error),
    ),
    TE.flatMapEither((text) =>
      pipe(
        parseEnvFile(text),
        E.mapLeft((line) => usage(`Line ${line} of ${file} is no NAME=value.`, 'Values of several lines and $ expansions are not understood.')),
      ),
    ),
    TE.flatMapEither((entries) => fromFile(file, entries)),
  )

const references = (words: ReadonlyArray<Word>): E.Either<CliError, ReadonlyArray<Binding>> =>
  E.traverseArray(({ variable, reference }: Word) => bindingOf(variable, reference ?? '', `--env ${variable}`))(
    words.filter(({ reference }) => reference !== null),
  )

/** At least one key must be meant: a mistyped reference would otherwise start the command without its key. */
const withKey = (bindings: ReadonlyArray<Binding>): E.Either<CliError, ReadonlyArray<Binding>> =>
  bindings.some(({ _tag }) => _tag === 'Key')
    ? E.right(bindings)
    : E.left(usage('No key is named.', 'Give a name before the --, or a reference such as OPENROUTER_API_KEY=lv://my-key in the file.'))

/**
 * What the child's environment gets, later ones winning: the files in their order, then the named key, then `--env`. `name`
 * is `noName` where none was given; `folder` is what files are relative to. Fails with a mistake in flags, names or files.
 */
export const execBindings = (
  name: string,
  { env = [], envFile = [] }: ExecFlags,
  folder: string,
): TE.TaskEither<CliError, ReadonlyArray<Binding>> =>
  pipe(
    TE.Do,
    TE.bind('words', () => TE.fromEither(E.traverseArray(parseWord)(env))),
    TE.bind('named', ({ words }) => TE.fromEither(ofName(name, words))),
    TE.bind('given', ({ words }) => TE.fromEither(references(words))),
    TE.bind('files', () => TE.traverseSeqArray(readEnvFile(folder))(envFile)),
    TE.flatMapEither(({ named, given, files }) => withKey([...files.flat(), ...named, ...given])),
  )
