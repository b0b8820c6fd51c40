import type { Socket } from 'node:net'
import { rootCertificates } from 'node:tls'

import { isLeft } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { DeliveryProblem } from '../../application/ports/alert-channel.js'
import type { Environment } from '../config/index.js'
import { proxySettings } from './proxy-settings.js'
import { readCertificates } from './read-certificates.js'

/** How channels reach their addresses: by the proxy and the certificates by which OpenRouter is reached. */
interface ChannelWay {
  readonly tunnel: (url: URL, timeout: number) => Promise<Socket | null>
  readonly ca: string | null
}

const coded = (code: string): Error => Object.assign(new Error(code), { code })

/** The proxy's code is loaded only where one is set. Its address may hold a password and is in no error. */
const tunnelBy =
  (env: Environment, ca: string | null): ChannelWay['tunnel'] =>
  async (url, timeout) => {
    if (proxySettings(env).httpsProxy === null || url.protocol !== 'https:') return null
    const { openTunnel, parseBaseUrl, proxyFor } = await import('../openrouter/index.js')
    const base = parseBaseUrl(url.origin)
    if (isLeft(base)) throw coded('BAD_ADDRESS')
    const proxy = proxyFor(base.right, proxySettings(env))
    if (isLeft(proxy)) throw coded('BAD_HTTPS_PROXY')
    const { hostname, port } = base.right
    const target = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
    return proxy.right === null ? null : openTunnel(proxy.right, { target, timeout, ca: ca === null ? null : [...rootCertificates, ca] })
  }

/** A file of certificates that cannot be read fails the delivery, and is named. */
export const channelWay = (env: Environment): TE.TaskEither<DeliveryProblem, ChannelWay> =>
  pipe(
    readCertificates(env['SSL_CERT_FILE']),
    TE.bimap(
      (): DeliveryProblem => ({ _tag: 'DeliveryProblem', hopeless: false, message: 'SSL_CERT_FILE must be a readable file of certificates in PEM', retryAfter: null }),
      (ca) => ({ ca, tunnel: tunnelBy(env, ca) }),
    ),
  )
