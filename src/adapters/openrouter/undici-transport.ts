import { rootCertificates } from 'node:tls'

import * as E from 'fp-ts/lib/Either.js'
import type { Task } from 'fp-ts/lib/Task.js'
import type { buildConnector, Dispatcher } from 'undici'

import type { HttpRequest, HttpResponse, HttpTransport, TransportError } from '../../application/ports/http.js'
import { reveal } from '../../application/secret.js'
import type { Millis } from '../../domain/shared/instant.js'
import type { BaseUrl } from './base-url.js'
import { type Connections, makeConnections } from './connections.js'
import { exchange } from './exchange.js'
import { loadUndici, type Undici } from './load-undici.js'
import type { Proxy } from './proxy.js'
import { openTunnel } from './proxy-tunnel.js'

export interface UndiciTransportOptions {
  readonly baseUrl: BaseUrl
  /** The whole time of one request, from connecting to the last byte of the answer. */
  readonly timeout: Millis
  /** From `proxyFor`. */
  readonly proxy: Proxy | null
  /** Certificates in PEM to trust besides Node's own, for a proxy that opens encrypted connections. */
  readonly ca: string | null
  readonly userAgent: string
  /** Where an answer is cut, in bytes; 20 MB by default. */
  readonly mostBytes?: number
}

/** A transport and its end. `close` drops every connection; requests under way fail, later ones are not sent. */
export interface ClosableTransport {
  readonly transport: HttpTransport
  readonly close: Task<void>
}

type Connector = ReturnType<typeof buildConnector>

const megabyte = 1024 * 1024
// What setTimeout can wait; given more it does not wait at all.
const longestTimer = 2 ** 31 - 1
const sendable = /^[\x21-\x7e]+$/

const notSent = (message: string): E.Either<TransportError, never> =>
  E.left({ _tag: 'TransportError', sent: false, message })

const authority = ({ hostname, port }: BaseUrl): string => `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`

const connectorFor = ({ buildConnector }: Undici, options: UndiciTransportOptions): Connector => {
  const { proxy, baseUrl } = options
  const timeout = Math.min(options.timeout, longestTimer)
  const ca = options.ca === null ? null : [...rootCertificates, options.ca]
  const direct = buildConnector({ timeout, ...(ca === null ? {} : { ca }) })
  if (proxy === null) return direct
  return (target, done) => {
    openTunnel(proxy, { target: authority(baseUrl), timeout, ca }).then(
      (socket) => direct({ ...target, httpSocket: socket }, done),
      (error: unknown) => done(error instanceof Error ? error : new Error('no tunnel'), null),
    )
  }
}

const pathOf = ({ path }: BaseUrl, request: HttpRequest): string => {
  const query = new URLSearchParams(request.query).toString()
  return `${path}${request.path}${query === '' ? '' : `?${query}`}`
}

const optionsOf = ({ baseUrl, userAgent }: UndiciTransportOptions, request: HttpRequest): Dispatcher.DispatchOptions => ({
  origin: baseUrl.origin,
  method: request.method,
  path: pathOf(baseUrl, request),
  body: request.body,
  headers: {
    accept: 'application/json',
    authorization: `Bearer ${reveal(request.bearer)}`,
    'user-agent': userAgent,
    ...(request.body === null ? {} : { 'content-type': 'application/json' }),
  },
  // The exchange has one bound for the whole of it.
  headersTimeout: 0,
  bodyTimeout: 0,
})

const connect = async (options: UndiciTransportOptions): Promise<Connections> => {
  const undici = await loadUndici()
  const connector = connectorFor(undici, options)
  return makeConnections(
    (kept) => new undici.Client(options.baseUrl.origin, { connect: connector, pipelining: kept ? 1 : 0 }),
  )
}

/** HTTPS by undici, which is loaded at the first request. Nothing is pipelined, repeated or redirected. */
export const makeUndiciTransport = (options: UndiciTransportOptions): ClosableTransport => {
  const { mostBytes = 20 * megabyte } = options
  const timeout = Math.min(options.timeout, longestTimer)
  let isClosed = false
  let connecting: Promise<Connections | null> | null = null

  const send = async (request: HttpRequest): Promise<E.Either<TransportError, HttpResponse>> => {
    if (!sendable.test(reveal(request.bearer))) return notSent('the credential has characters that no header can carry')
    const connections = await (connecting ??= connect(options).catch(() => null))
    if (connections === null) return notSent('the HTTP library could not be loaded')
    if (isClosed) return notSent('the transport is closed')
    const once = request.method !== 'GET'
    const { dispatcher, release } = once ? connections.forChange() : connections.forRead()
    const result = await exchange(dispatcher, optionsOf(options, request), { timeout, mostBytes, once })
    release()
    return result
  }

  return {
    transport: (request) => () => send(request),
    close: async () => {
      isClosed = true
      await (await connecting)?.destroy()
    },
  }
}
