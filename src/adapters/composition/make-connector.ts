import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { invalidInput, type VaultError } from '../../application/errors.js'
import type { Clock, Process, Random } from '../../application/ports/environment.js'
import type { HttpTransport } from '../../application/ports/http.js'
import type { OpenRouterClient } from '../../application/ports/open-router-client.js'
import type { Secret } from '../../application/secret.js'
import type { Timing } from '../../application/settings.js'
import type { Environment } from '../config/index.js'
import type { ClosableTransport } from '../openrouter/index.js'
import type { Connector } from './connector.js'
import { proxySettings } from './proxy-settings.js'
import { readCertificates } from './read-certificates.js'
import { type RequestTrace, traced } from './trace.js'

/** What the usual connector is made of. */
export interface ConnectorParts {
  readonly clock: Clock
  readonly random: Random
  readonly process: Process
  readonly timing: Timing
  readonly env: Environment
  readonly trace: ((request: RequestTrace) => void) | null
  /** Instead of undici. */
  readonly transport: HttpTransport | null
}

type OpenRouter = typeof import('../openrouter/index.js')

const openTransport = (
  parts: ConnectorParts,
  { makeUndiciTransport, parseBaseUrl, proxyFor }: OpenRouter,
  baseUrl: string,
): TE.TaskEither<VaultError, ClosableTransport> =>
  pipe(
    parseBaseUrl(baseUrl),
    E.bindTo('base'),
    E.bind('proxy', ({ base }) => proxyFor(base, proxySettings(parts.env))),
    E.mapLeft(invalidInput),
    TE.fromEither,
    TE.bind('ca', () => readCertificates(parts.env['SSL_CERT_FILE'])),
    TE.map(({ base, proxy, ca }) =>
      makeUndiciTransport({ baseUrl: base, timeout: parts.timing.request, proxy, ca, userAgent: 'lean-vault' }),
    ),
  )

/** Clients over one transport for each base. The HTTP code is loaded with the first client: most commands need none. */
export const makeConnector = (parts: ConnectorParts): Connector => {
  const { clock, random, process, timing } = parts
  // One transport for each base URL, kept so that connections are, and so that `close` finds them.
  const open = new Map<string, ClosableTransport>()

  const transportFor = (openRouter: OpenRouter, baseUrl: string): TE.TaskEither<VaultError, HttpTransport> => {
    if (parts.transport !== null) return TE.right(parts.transport)
    const kept = open.get(baseUrl)
    if (kept !== undefined) return TE.right(kept.transport)
    return pipe(
      openTransport(parts, openRouter, baseUrl),
      TE.map((made) => {
        open.set(baseUrl, made)
        return made.transport
      }),
    )
  }

  const assemble = (openRouter: OpenRouter, transport: HttpTransport, managementKey: Secret): OpenRouterClient =>
    openRouter.makeOpenRouterClient({
      transport: parts.trace === null ? transport : traced(transport, clock, parts.trace),
      managementKey,
      around: openRouter.withRetries({
        clock,
        random,
        deadline: openRouter.forAllRequests(clock, timing.retryBudget),
        stopping: process.stopping,
      }),
    })

  return {
    clientFor: (managementKey, baseUrl) =>
      pipe(
        TE.fromTask<OpenRouter, VaultError>(() => import('../openrouter/index.js')),
        TE.bindTo('openRouter'),
        TE.bind('transport', ({ openRouter }) => transportFor(openRouter, baseUrl)),
        TE.map(({ openRouter, transport }) => assemble(openRouter, transport, managementKey)),
      ),
    close: async () => {
      await Promise.all([...open.values()].map(({ close }) => close()))
      open.clear()
    },
  }
}
