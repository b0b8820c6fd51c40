import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { Secret } from '../secret.js'

/** One request as data. `path` begins with a slash and is joined to the base URL; `bearer` is the credential to show. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly bearer: Secret
  readonly body: string | null
}

/** One answer as data: header names in lower case, the body as text (cut at a bound that only rubbish reaches). */
export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** `sent: false` only when the request certainly never left: every other failure leaves the outcome unknown. */
export interface TransportError {
  readonly _tag: 'TransportError'
  readonly sent: boolean
  readonly message: string
}

/** Sends one request once: no retry, no redirect followed, bounded in time. */
export type HttpTransport = (request: HttpRequest) => TaskEither<TransportError, HttpResponse>
