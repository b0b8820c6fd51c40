import { request as httpRequest } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import type { Socket } from 'node:net'
import { connect, rootCertificates } from 'node:tls'

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
  readonly way: Way
}

/** How an address is reached: as requests to OpenRouter are. */
export interface Way {
  /** A tunnel to the address through the proxy that is set; null: directly. */
  readonly tunnel: (url: URL, timeout: number) => Promise<Socket | null>
  /** Certificates in PEM to trust besides Node's own; null for none. */
  readonly ca: string | null
}

interface Answer {
  readonly status: number
  readonly retryAfter: string | null
}

/** Answers are not read for what they say; so much of one is drained before the connection is dropped. */
const mostBytes = 65_536

/** Trust, and the tunnel that was opened: what is said in it is encrypted to the receiver itself. */
const connectionOf = (url: URL, ca: string | null, socket: Socket | null): RequestOptions => {
  const trust = ca === null ? {} : { ca: [...rootCertificates, ca] }
  // No agent: a kept connection that the other side has closed would fail for no reason of the receiver's.
  return socket === null ? { ...trust, agent: false } : { createConnection: () => connect({ ...trust, socket, servername: url.hostname }) }
}

const exchange = ({ url, headers, body, timeout, way }: Post, socket: Socket | null): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const options = { method: 'POST', headers: { ...headers, host: url.host, 'content-length': String(Buffer.byteLength(body)) } }
    const request = send(url, { ...options, ...connectionOf(url, way.ca, socket) })
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
    async () => exchange(what, await what.way.tunnel(what.url, what.timeout)),
    (error) => problem(`it could not be reached (${codeOf(error)})`),
  )
  return TE.flatMap(judge)(sent)
}
