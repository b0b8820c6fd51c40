import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'

import { invalidInput, type VaultError } from '../../application/errors.js'

const document = t.type({ secrets: t.record(t.string, t.unknown) })

/** What of the package `yaml` is used. */
export interface Yaml {
  readonly parse: (text: string, options: { readonly logLevel: 'error' }) => unknown
}

/** The entries of a vault document of the Go tool, unsealed, by their names. `InvalidInput` names `path`. */
export const parseGoDocument = (yaml: Yaml, path: string, text: string): E.Either<VaultError, Readonly<Record<string, unknown>>> => {
  const refusal = invalidInput({ field: path, rule: 'opens, but what is inside is no vault' })
  return pipe(
    // A warning would show the line that it is about, and so a secret.
    E.tryCatch(() => yaml.parse(text, { logLevel: 'error' }), () => refusal),
    E.flatMap((found) => (document.is(found) ? E.right(found.secrets) : E.left(refusal))),
  )
}
