import * as E from 'fp-ts/lib/Either.js'

/** Parses JSON text. The `Left` says nothing about the text: a parser's message would quote it. */
export const parseJson = (text: string): E.Either<undefined, unknown> =>
  E.tryCatch(
    () => JSON.parse(text) as unknown,
    () => undefined,
  )
