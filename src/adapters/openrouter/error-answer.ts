import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'

import type { HttpResponse } from '../../application/ports/http.js'
import type { OutcomeUnknown, RemoteError } from '../../application/ports/remote-error.js'
import { scrub } from '../../application/secret.js'
import { parseJson } from './json.js'
import { retryAfterIn } from './retry-after.js'

const errorBody = t.type({ error: t.type({ message: t.string, code: t.unknown }) })

/** Codes that leave the outcome open whatever the status line says: no code of a refusal, or a time-out. */
const openCode = (code: unknown): boolean => typeof code === 'number' && (code < 400 || code > 499 || code === 408)

/**
 * What OpenRouter itself said, if the body is in its error format, `{"error":{"code","message"}}`.
 * Edge pages and proxies answer 401, 403 and 404 too, with HTML or other JSON: such an answer is nobody's decision.
 * Source: https://openrouter.ai/docs/api-reference/errors
 */
const said = (body: string): { readonly message: string; readonly isOpen: boolean } | null =>
  pipe(
    parseJson(body),
    E.flatMap((json) => errorBody.decode(json)),
    E.match(
      () => null,
      ({ error }) => ({ message: scrub(error.message), isOpen: openCode(error.code) }),
    ),
  )

/** An answer that settles nothing: a read may be tried again, after a change one has to look. */
export const unknownOutcome = (response: HttpResponse, message: string): OutcomeUnknown => ({
  _tag: 'OutcomeUnknown',
  status: response.status,
  retryAfter: retryAfterIn(response.headers),
  message: scrub(message),
})

const isRedirect = (status: number): boolean => status >= 300 && status <= 399

const mayRefuse = (status: number): boolean => status >= 400 && status <= 499 && status !== 408

/**
 * The error that an answer outside 2xx is. Only a 4xx in OpenRouter's own format says no for certain;
 * a redirect is not followed, because the credential must go nowhere else.
 */
export const toRemoteError = (response: HttpResponse): RemoteError => {
  const { status } = response
  if (isRedirect(status)) {
    return unknownOutcome(response, `the answer ${status} is a redirect, which is not followed; check the base URL`)
  }
  const answer = said(response.body)
  if (answer === null) return unknownOutcome(response, `the answer ${status} is not in OpenRouter's format`)
  const { message, isOpen } = answer
  if (!mayRefuse(status) || isOpen) return unknownOutcome(response, `OpenRouter answered ${status}: ${message}`)
  if (status === 404) return { _tag: 'Absent', message }
  if (status === 429) return { _tag: 'RateLimited', retryAfter: retryAfterIn(response.headers), message }
  return { _tag: 'Refused', status, message }
}
