import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Node, Pair } from 'yaml'

import type { DeclaredKeys } from '../../application/declared-keys.js'
import { invalidInput, type VaultError } from '../../application/errors.js'
import { scrub } from '../../application/secret.js'
import { parseDeclaredKey } from '../../application/use-cases/parse-declared.js'
import { declaredKeysCodec } from './declared-codec.js'
import { readText } from './read-text.js'
import { keyText, parseYaml, type Yaml, type YamlText } from './yaml-text.js'

type Path = ReadonlyArray<string>

const rangeOf = (node: unknown): number | null => (typeof node === 'object' && node !== null ? ((node as Node).range?.[0] ?? null) : null)

/** Where in the file a field is: its name, or what has it where the field is not there. */
const placeOf = (text: YamlText, path: Path): number => {
  let found: unknown = text.document.contents
  let place = rangeOf(found) ?? 0
  for (const name of path) {
    if (!text.yaml.isMap(found)) return place
    const pair: Pair | undefined = found.items.find((each) => keyText(text, each.key) === name)
    if (pair === undefined) return place
    place = rangeOf(pair.key) ?? place
    found = pair.value
  }
  return place
}

const problemAt = (text: YamlText, offset: number, path: Path, rule: string): VaultError => {
  const { line, col } = text.lines.linePos(offset)
  const field = path.map((name) => scrub(name, 64)).join('.')
  return invalidInput({ field: `${text.path}:${String(line)}:${String(col)}${field === '' ? '' : `: ${field}`}`, rule })
}

/** What YAML allows and these files do without: whatever is not written where it holds is overlooked by whoever reads it. */
const oddity = (text: YamlText): VaultError | null => {
  let found: VaultError | null = null
  const tell = (node: unknown, rule: string): symbol => {
    found = problemAt(text, rangeOf(node) ?? 0, [], rule)
    return text.yaml.visit.BREAK
  }
  text.yaml.visit(text.document, {
    Alias: (_, node) => tell(node, 'is an alias; write out what it stands for'),
    Pair: (_, { key }) => (text.yaml.isScalar(key) && typeof key.value === 'string' ? undefined : tell(key, 'must be text; put it in quotes')),
  })
  return found
}

const failureOf = (text: YamlText, [error]: Extract<ReturnType<typeof declaredKeysCodec.decode>, { readonly _tag: 'Left' }>['left']): VaultError => {
  const path = (error?.context ?? []).map(({ key }) => key).filter((name) => name !== '')
  return problemAt(text, placeOf(text, path), path, error?.message ?? 'is not what can be declared')
}

/** Rules that a schema cannot say, such as that a day has no more than its month. */
const checkWhole = (text: YamlText, [name, key]: readonly [string, DeclaredKeys[string] | null]): E.Either<VaultError, readonly [string, DeclaredKeys[string]]> =>
  pipe(
    parseDeclaredKey(name, key ?? {}),
    E.map(() => [name, key ?? {}] as const),
    E.mapLeft((error) => {
      if (error._tag !== 'InvalidInput') return error
      const path = ['keys', name, error.field]
      return problemAt(text, placeOf(text, path), path, error.rule)
    }),
  )

/** Declared keys in YAML, https://yaml.org, or JSON, which is YAML too. */
export const parseDeclaredKeys = (yaml: Yaml, path: string, content: string): E.Either<VaultError, DeclaredKeys> => {
  const text = parseYaml(yaml, path, content)
  const [syntax] = text.document.errors
  if (syntax !== undefined) return E.left(problemAt(text, syntax.pos[0], [], `is not valid YAML (${syntax.code})`))
  const odd = oddity(text)
  if (odd !== null) return E.left(odd)
  return pipe(
    declaredKeysCodec.decode(text.document.toJS()),
    E.mapLeft((errors) => failureOf(text, errors)),
    E.flatMap(({ keys }) => E.traverseArray((entry: readonly [string, DeclaredKeys[string] | null]) => checkWhole(text, entry))(Object.entries(keys))),
    E.map((entries) => Object.fromEntries(entries)),
  )
}

/** Reads declared keys from a file. `InvalidInput` names the file, the line, the column and the field of the first mistake. */
export const readDeclaredKeys = (path: string): TE.TaskEither<VaultError, DeclaredKeys> =>
  pipe(
    TE.Do,
    TE.bind('content', () => readText(path)),
    TE.bind('yaml', () => TE.fromTask<Yaml, VaultError>(() => import('yaml'))),
    TE.flatMapEither(({ content, yaml }) => parseDeclaredKeys(yaml, path, content)),
  )
