import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'

import { invalidInput, type VaultError } from '../../application/errors.js'

const document = t.type({ secrets: t.record(t.string, t.unknown) })

/** What of the package `yaml` is used. */
export type Yaml = Pick<typeof import('yaml'), 'isMap' | 'parseDocument'>

/**
 * A warning would show the line that it is about, and so a secret. That the package looks for names that are there twice
 * takes the square of how many there are, hours for a document of the longest size: they are counted instead.
 */
const readDocument = (yaml: Yaml, text: string): unknown => {
  const parsed = yaml.parseDocument(text, { uniqueKeys: false, logLevel: 'error' })
  const entries: unknown = yaml.isMap(parsed.contents) ? parsed.contents.get('secrets', true) : null
  if (parsed.errors.length > 0 || !yaml.isMap(entries)) return null
  const found: unknown = parsed.toJS()
  return document.is(found) && Object.keys(found.secrets).length === entries.items.length ? found : null
}

/** The entries of a vault document of the Go tool, unsealed, by their names. `InvalidInput` names `path`. */
export const parseGoDocument = (yaml: Yaml, path: string, text: string): E.Either<VaultError, Readonly<Record<string, unknown>>> => {
  const refusal = invalidInput({ field: path, rule: 'opens, but what is inside is no vault' })
  return pipe(
    E.tryCatch(() => readDocument(yaml, text), () => refusal),
    E.flatMap((found) => (document.is(found) ? E.right(found.secrets) : E.left(refusal))),
  )
}
