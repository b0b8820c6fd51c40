import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { HttpResponse, HttpTransport, TransportError } from '../../application/ports/http.js'
import type { RemoteError } from '../../application/ports/remote-error.js'
import { reveal, type Secret, scrub } from '../../application/secret.js'
import type { Operation } from './operation.js'
import { toRequest } from './request.js'
import type { Read } from './response.js'

/** Sends one operation with a credential and reads its answer. */
export type Send = <A>(operation: Operation, bearer: Secret, read: Read<A>) => TE.TaskEither<RemoteError, A>

const fromTransport = ({ sent, message }: TransportError): RemoteError =>
  sent
    ? { _tag: 'OutcomeUnknown', status: null, retryAfter: null, message: scrub(message) }
    : { _tag: 'NotSent', message: scrub(message) }

// A mistyped credential need not look like a key, and an error message may echo it.
const withoutCredential =
  (bearer: Secret) =>
  (response: HttpResponse): HttpResponse => {
    const text = reveal(bearer)
    if (text.length < 8) return response
    const body = response.body.replaceAll(text, '<redacted>').replaceAll(JSON.stringify(text).slice(1, -1), '<redacted>')
    return { ...response, body }
  }

/** Sends each operation exactly once. */
export const makeSend =
  (transport: HttpTransport): Send =>
  (operation, bearer, read) =>
    pipe(
      transport(toRequest(operation, bearer)),
      TE.mapError(fromTransport),
      TE.map(withoutCredential(bearer)),
      TE.flatMapEither(read),
    )
