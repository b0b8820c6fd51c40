import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import { isLeft } from 'fp-ts/lib/Either.js'

import type { Clock } from '../../application/ports/environment.js'
import type { HttpTransport } from '../../application/ports/http.js'
import { scrub } from '../../application/secret.js'

/** One request as it was sent: no credential, no body, no answer. */
export interface RequestTrace {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Null when no answer came. */
  readonly status: number | null
  /** Why no answer came, scrubbed. */
  readonly problem: string | null
  readonly milliseconds: number
  /** The answer's `Date` header: when the server says it is. */
  readonly serverDate: string | null
}

/** The transport, telling of each request after it ended. */
export const traced =
  (transport: HttpTransport, clock: Pick<Clock, 'monotonic'>, tell: (request: RequestTrace) => void): HttpTransport =>
  (request) =>
  () => {
    const begun = clock.monotonic()
    return pipe(
      transport(request),
      T.map((answer) => {
        tell({
          method: request.method,
          path: request.path,
          query: request.query,
          status: isLeft(answer) ? null : answer.right.status,
          problem: isLeft(answer) ? scrub(answer.left.message) : null,
          milliseconds: clock.monotonic() - begun,
          serverDate: isLeft(answer) ? null : (answer.right.headers['date'] ?? null),
        })
        return answer
      }),
    )()
  }
