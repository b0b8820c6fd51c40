import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'

import { parseName } from '../application/use-cases/input.js'
import type { KeyName } from '../domain/shared/identifiers.js'
import { type CliError, usage } from './cli-error.js'

/** Where a variable of the child gets its value: as it is, or from a key's secret. */
export type Binding =
  | { readonly _tag: 'Plain'; readonly variable: string; readonly value: string }
  | { readonly _tag: 'Key'; readonly variable: string; readonly name: KeyName }

const scheme = 'lv:'

/** Whether a value is meant as a reference to a key, well formed or not. */
export const looksLikeReference = (value: string): boolean => value.startsWith(scheme)

/** The key that `lv://name` names. `where` says, in an error, where it stands; the value is not shown. */
const parseReference = (value: string, where: string): E.Either<CliError, KeyName> => {
  const [, name] = /^lv:\/\/([^/]+)$/.exec(value) ?? []
  const wrong = usage(`${where} holds a reference that cannot be understood.`, 'A reference is lv:// and the name of a key, such as lv://my-key.')
  return name === undefined ? E.left(wrong) : pipe(parseName(name), E.mapLeft(() => wrong))
}

/** A variable and its value as a binding: a reference to a key, or the value itself. */
export const bindingOf = (variable: string, value: string, where: string): E.Either<CliError, Binding> =>
  looksLikeReference(value)
    ? pipe(
        parseReference(value, where),
        E.map((name): Binding => ({ _tag: 'Key', variable, name })),
      )
    : E.right({ _tag: 'Plain', variable, value })
