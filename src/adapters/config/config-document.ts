import * as E from 'fp-ts/lib/Either.js'
import type { Document, LineCounter, Node } from 'yaml'

import { invalidInput, type VaultError } from '../../application/errors.js'

export type Yaml = typeof import('yaml')

/** `config.yaml` with its text and syntax tree, for reading and for editing. */
export interface ConfigDocument {
  readonly path: string
  readonly document: Document.Parsed | Document
  readonly lines: LineCounter
  readonly yaml: Yaml
}

/** Something that must not stand there, by file, line and field, never by its value. */
export const wrong = (path: string, line: number, field: string, rule: string): E.Either<VaultError, never> =>
  E.left(invalidInput({ field: `${path}:${line}${field === '' ? '' : `: ${field}`}`, rule }))

/** The line of a node, from 1. */
export const lineOf = ({ lines }: ConfigDocument, node: unknown): number => {
  const range = typeof node === 'object' && node !== null ? (node as Node).range : null
  return range ? lines.linePos(range[0]).line : 1
}
