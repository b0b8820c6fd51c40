import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

import * as TE from 'fp-ts/lib/TaskEither.js'

import type { DeliveryProblem } from '../../application/ports/alert-channel.js'
import type { Millis } from '../../domain/shared/instant.js'
import { codeOf, problem } from './problem.js'

/** One message on its way to an address that was checked. */
export interface Post {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The whole time, from connecting to the last byte of the answer. */
  readonly timeout: number
}

interface Answer {
  readonly status: number
  readonly retryAfter: string | null
}

/** Answers are not read for what they say; so much of one is drained before the connection is dropped. */
const mostBytes = 65_536

const exchange = ({ url, headers, body, timeout }: Post): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    // No agent: a kept connection that the other side has closed would fail for no reason of the receiver's.
    const request = send(url, { method: 'POST', agent: false, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) } })
    const timer = setTimeout(() => request.destroy(Object.assign(new Error('timeout'), { code: 'TIMEOUT' })), timeout)
    const end = (then: () => void): void => {
      clearTimeout(timer)
      then()
    }
    request.once('error', (error) => end(() => reject(error)))
    request.once('response', (response) => {
      let read = 0
      const answer = { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] ?? null }
      response.on('data', (chunk: Buffer) => {
        read += chunk.length
        if (read > mostBytes) response.destroy()
      })
      response.once('error', (error) => end(() => reject(error)))
      response.once('close', () => end(() => resolve(answer)))
    })
    request.end(body)
  })

const waitOf = (text: string | null): Millis | null => {
  const seconds = text !== null && /^\d{1,5}$/.test(text) ? Number(text) : null
  // A receiver may ask for an hour's patience, not for a day's.
  return seconds === null ? null : (Math.min(seconds, 3600) * 1000 as Millis)
}

/** Refusals that may pass: too slow, too early, too many. */
const passing: ReadonlySet<number> = new Set([408, 425, 429])

const judge = ({ status, retryAfter }: Answer): TE.TaskEither<DeliveryProblem, void> => {
  if (status >= 200 && status <= 299) return TE.right(undefined)
  if (status >= 300 && status <= 399) return TE.left(problem(`it answered ${status}: redirects are not followed`))
  const hopeless = status >= 400 && status <= 499 && !passing.has(status)
  return TE.left(problem(`it answered ${status}`, hopeless, waitOf(retryAfter)))
}

/** Posts once. Only a 2xx counts as taken; no redirect is followed, so that no token goes where it does not belong. */
export const post = (what: Post): TE.TaskEither<DeliveryProblem, void> => {
  const sent: TE.TaskEither<DeliveryProblem, Answer> = TE.tryCatch(
    () => exchange(what),
    (error) => problem(`it could not be reached (${codeOf(error)})`),
  )
  return TE.flatMap(judge)(sent)
}
