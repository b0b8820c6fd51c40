import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { isRight } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { OpenedVault } from '../../application/opened-vault.js'
import type { WatchReport } from '../../application/watch/watch-report.js'
import { type Measured, prometheusText } from './prometheus-text.js'

/** Metrics that are being served. `saw` tells them of a pass. */
export interface MetricsServer {
  readonly url: string
  readonly saw: (report: WatchReport) => void
  readonly close: () => Promise<void>
}

/** Nothing can be served at that port: it is taken, or not for this user. */
export interface MetricsError {
  readonly _tag: 'PortUnavailable'
  readonly port: number
  readonly message: string
}

type Pass = NonNullable<Measured['pass']>

const counted = (before: Pass | null, { at, state, credit }: WatchReport): Pass => ({
  at,
  state,
  passes: (before?.passes ?? 0) + 1,
  failures: (before?.failures ?? 0) + (state === 'failed' ? 1 : 0),
  credit: credit ?? before?.credit ?? null,
})

const measure = (vault: Pick<OpenedVault, 'list' | 'usage'>, pass: Pass | null): TE.TaskEither<unknown, string> =>
  pipe(
    TE.Do,
    TE.bind('keys', () => vault.list()),
    TE.bind('usage', () => vault.usage({ cached: true })),
    TE.map(({ keys, usage }) => prometheusText({ keys, usage, pass })),
  )

/** What the watcher says of its own health: 200 while the last pass did not fail. */
const healthOf = (pass: Pass | null): { readonly status: number; readonly body: string } => {
  if (pass === null) return { status: 503, body: 'no pass yet\n' }
  return pass.state === 'failed' ? { status: 503, body: 'the last pass failed\n' } : { status: 200, body: 'ok\n' }
}

/**
 * Serves `/metrics` for Prometheus and `/healthz`, on 127.0.0.1 only: what a key may spend is not for everybody on the network. Each request
 * reads what the vault knows; OpenRouter is not asked.
 */
export const serveMetrics = (
  vault: Pick<OpenedVault, 'list' | 'usage'>,
  port: number,
): TE.TaskEither<MetricsError, MetricsServer> =>
  TE.tryCatch(
    () =>
      new Promise<MetricsServer>((resolve, reject) => {
        const seen: { pass: Pass | null } = { pass: null }
        const server = createServer((request, response) => {
          const answer = (status: number, type: string, body: string): void => {
            response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(body)
          }
          if (request.method !== 'GET') return answer(405, 'text/plain', 'only GET\n')
          if (request.url === '/healthz') {
            const { status, body } = healthOf(seen.pass)
            return answer(status, 'text/plain', body)
          }
          if (request.url !== '/metrics') return answer(404, 'text/plain', 'only /metrics and /healthz\n')
          void measure(vault, seen.pass)().then((text) => {
            if (isRight(text)) answer(200, 'text/plain; version=0.0.4', text.right)
            else answer(503, 'text/plain', 'the vault could not be read\n')
          })
        })
        server.once('error', reject)
        server.listen(port, '127.0.0.1', () => {
          // A server that listens on a port has an address with one.
          const { port: taken } = server.address() as AddressInfo
          resolve({
            url: `http://127.0.0.1:${String(taken)}`,
            saw: (report) => void (seen.pass = counted(seen.pass, report)),
            close: () =>
              new Promise((closed) => {
                server.close(() => closed())
                server.closeAllConnections()
              }),
          })
        })
      }),
    (error): MetricsError => ({ _tag: 'PortUnavailable', port, message: error instanceof Error ? error.message : 'it cannot be listened on' }),
  )
