import { readFile } from 'node:fs/promises'

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Document, LineCounter, Node, Pair } from 'yaml'

import { invalidInput, type VaultError } from '../../application/errors.js'
import { scrub } from '../../application/secret.js'
import { closestOf } from '../../application/closest.js'
import { fileCodecs, type FileKey, fileKeys, type FileSettings, type FileValue, isFileKey, noFileSettings } from './settings.js'

type Yaml = typeof import('yaml')

/** `config.yaml` with its text and syntax tree, for reading and for editing. */
export interface ConfigDocument {
  readonly path: string
  readonly document: Document.Parsed | Document
  readonly lines: LineCounter
  readonly yaml: Yaml
}

const wrong = (path: string, line: number, field: string, rule: string): E.Either<VaultError, never> =>
  E.left(invalidInput({ field: `${path}:${line}${field === '' ? '' : `: ${field}`}`, rule }))

const lineOf = ({ lines }: ConfigDocument, node: unknown): number => {
  const range = typeof node === 'object' && node !== null ? (node as Node).range : null
  return range ? lines.linePos(range[0]).line : 1
}

const unknownKey = (key: string): string => {
  const near = closestOf(key, fileKeys)
  return near === null ? `is not a setting; settings are ${fileKeys.join(', ')}` : `is not a setting; did you mean ${near}?`
}

type Entry = E.Either<VaultError, { readonly name: FileKey; readonly found: FileValue }>

const checkEntry = (config: ConfigDocument, { key, value }: Pair): Entry => {
  const { path, yaml } = config
  const line = lineOf(config, key)
  const name = yaml.isScalar(key) ? String(key.value) : ''
  if (!isFileKey(name)) return wrong(path, line, scrub(name, 60), unknownKey(name))
  const written: unknown = yaml.isScalar(value) ? value.value : value
  const codec = fileCodecs[name]
  return codec.is(written) ? E.right({ name, found: { value: written, line } }) : wrong(path, line, name, codec.name)
}

/** The values, each checked; the first problem is named by file, line and field, never by its value. */
export const checkConfig = (config: ConfigDocument): E.Either<VaultError, FileSettings> => {
  const { path, document, yaml } = config
  const [syntax] = document.errors
  if (syntax !== undefined) return wrong(path, syntax.linePos?.[0].line ?? 1, '', `is not valid YAML (${syntax.code})`)
  const { contents } = document
  if (contents === null || (yaml.isScalar(contents) && contents.value === null)) return E.right(noFileSettings(path))
  if (!yaml.isMap(contents)) return wrong(path, lineOf(config, contents), '', 'must be a list of "setting: value" lines')
  const pairs: ReadonlyArray<Pair> = contents.items
  return pipe(
    pairs,
    E.traverseArray((pair) => checkEntry(config, pair)),
    E.map((entries) => ({ path, values: Object.fromEntries(entries.map(({ name, found }) => [name, found])) })),
  )
}

export const parseConfig = (yaml: Yaml, path: string, text: string): ConfigDocument => {
  const lines = new yaml.LineCounter()
  return { path, document: yaml.parseDocument(text, { lineCounter: lines }), lines, yaml }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'

const unreadable = (path: string, code: string): VaultError => ({
  _tag: 'VaultUnavailable',
  reason: code === 'EACCES' || code === 'EPERM' ? 'permission' : 'io',
  message: `${path} cannot be read (${code})`,
})

/** The file's text; null where there is none. */
export const readText = (path: string): TE.TaskEither<VaultError, string | null> =>
  pipe(
    TE.tryCatch(() => readFile(path, 'utf8'), codeOf),
    TE.orElse((code) =>
      code === 'ENOENT' || code === 'ENOTDIR' ? TE.right<VaultError, string | null>(null) : TE.left(unreadable(path, code)),
    ),
  )

/** yaml is loaded only where there is something to parse. */
export const loadYaml = (): TE.TaskEither<VaultError, Yaml> => TE.fromTask(() => import('yaml'))

/** `config.yaml`, checked; empty where there is none. */
export const readConfig = (path: string): TE.TaskEither<VaultError, FileSettings> =>
  pipe(
    readText(path),
    TE.flatMap((text) =>
      text === null
        ? TE.right(noFileSettings(path))
        : pipe(
            loadYaml(),
            TE.flatMapEither((yaml) => checkConfig(parseConfig(yaml, path, text))),
          ),
    ),
  )
