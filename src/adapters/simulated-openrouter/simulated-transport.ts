import * as TE from 'fp-ts/lib/TaskEither.js'

import type { HttpRequest, HttpResponse, HttpTransport, TransportError } from '../../application/ports/http.js'
import { reveal } from '../../application/secret.js'
import type { Fault, Outcome } from './fault.js'
import type { WireRequest } from './wire.js'
import { arrive, type World } from './world.js'

/** Which world is asked, at what time, and what goes wrong with the next request. */
export interface TransportOptions {
  readonly world: World
  /** The service's clock, epoch milliseconds. */
  readonly now: () => number
  /** Waits in the caller's time, virtual or real. */
  readonly delay: (milliseconds: number) => Promise<void>
  /** The fault of the request with this number (from 0), or null. Called once for each request, in order. */
  readonly nextFault?: (request: WireRequest, callIndex: number) => Fault | null
  /** How long the client waits for an answer before it gives up; default 30,000. */
  readonly timeout?: number
  /** Time from the call until the request arrives; default 0. */
  readonly latency?: number
}

const failed = (sent: boolean, message: string): TE.TaskEither<TransportError, never> =>
  TE.left({ _tag: 'TransportError', sent, message })

const onWire = (request: HttpRequest): WireRequest => ({
  method: request.method,
  path: request.path,
  query: request.query,
  bearer: reveal(request.bearer),
  body: request.body,
})

const seen = (outcome: Outcome): TE.TaskEither<TransportError, HttpResponse> => {
  switch (outcome._tag) {
    case 'Answered':
      return TE.right(outcome.response)
    case 'ConnectionLost':
      return outcome.sent ? failed(true, 'connection lost') : failed(false, 'connection refused')
    case 'TimedOut':
      return failed(true, 'timed out')
  }
}

/** An `HttpTransport` into the world, without a network. A request that takes longer than `timeout` fails as `sent`. */
export const simulatedTransport = (options: TransportOptions): HttpTransport => {
  const { world, now, delay, timeout = 30_000, latency = 0 } = options
  // A counter in a closure: the number of a request is the transport's own state and nobody else's.
  let calls = 0
  return (request) => async () => {
    if (latency > 0) await delay(latency)
    const wire = onWire(request)
    const fault = options.nextFault?.(wire, calls++) ?? null
    const outcome = arrive(world, wire, fault, now())
    const wait = outcome._tag === 'TimedOut' ? timeout : outcome._tag === 'Answered' ? Math.min(outcome.after, timeout) : 0
    if (wait > 0) await delay(wait)
    const late = outcome._tag === 'Answered' && outcome.after >= timeout
    return await seen(late ? { _tag: 'TimedOut' } : outcome)()
  }
}
