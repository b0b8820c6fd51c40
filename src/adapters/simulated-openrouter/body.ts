import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type * as t from 'io-ts'

import { badRequest } from './errors.js'
import type { WireRequest, WireResponse } from './wire.js'

const fieldOf = (errors: t.Errors): string =>
  (errors[0]?.context ?? [])
    .map((entry) => entry.key)
    .filter((key) => key !== '' && !/^\d+$/.test(key))
    .join('.')

/** The body decoded, or the 400 that names the first wrong field. Unknown fields are tolerated, as OpenRouter does. */
export const decodeBody = <A>(codec: t.Decoder<unknown, A>, request: WireRequest): E.Either<WireResponse, A> =>
  pipe(
    E.tryCatch(
      (): unknown => JSON.parse(request.body ?? ''),
      () => badRequest('Invalid JSON in request body'),
    ),
    E.flatMap((value) =>
      pipe(
        codec.decode(value),
        E.mapLeft((errors) => badRequest(`Invalid request parameters: ${fieldOf(errors)}`)),
      ),
    ),
  )
