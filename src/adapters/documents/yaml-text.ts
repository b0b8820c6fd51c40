import * as E from 'fp-ts/lib/Either.js'
import type { Document, LineCounter, Node, Pair, YAMLMap } from 'yaml'

import { invalidInput, type VaultError } from '../../application/errors.js'

export type Yaml = typeof import('yaml')

/** A YAML file as its syntax tree, so that each problem has a line, and no alias is ever followed. */
export interface YamlText {
  readonly path: string
  readonly document: Document.Parsed
  readonly lines: LineCounter
  readonly yaml: Yaml
}

export const parseYaml = (yaml: Yaml, path: string, text: string): YamlText => {
  const lines = new yaml.LineCounter()
  return { path, document: yaml.parseDocument(text, { lineCounter: lines }), lines, yaml }
}

export const lineOf = ({ lines }: YamlText, node: unknown): number => {
  const range = typeof node === 'object' && node !== null ? (node as Node).range : null
  return range ? lines.linePos(range[0]).line : 1
}

/** A problem by its file, line and field. The rule never repeats what was written. */
const problemAt = ({ path }: YamlText, line: number, field: string, rule: string): VaultError =>
  invalidInput({ field: `${path}:${String(line)}${field === '' ? '' : `: ${field}`}`, rule })

/** The pairs at the top of a file; none in an empty one. */
export const topPairs = (text: YamlText, what: string): E.Either<VaultError, ReadonlyArray<Pair>> => {
  const { document, yaml } = text
  const [syntax] = document.errors
  if (syntax !== undefined) return E.left(problemAt(text, syntax.linePos?.[0].line ?? 1, '', `is not valid YAML (${syntax.code})`))
  const { contents } = document
  if (contents === null || (yaml.isScalar(contents) && contents.value === null)) return E.right([])
  return yaml.isMap(contents) ? E.right(contents.items) : E.left(problemAt(text, lineOf(text, contents), '', `must be ${what}`))
}

/** A key of a map as it is written, so that `1e3` and `true` stay what they look like. */
export const keyText = ({ yaml }: YamlText, key: unknown): string =>
  yaml.isScalar(key) ? (typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))) : ''

/** What a map has under a name; undefined where it has nothing. */
export const under = (text: YamlText, map: YAMLMap, name: string): unknown =>
  map.items.find((pair) => keyText(text, pair.key) === name)?.value ?? undefined
