import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'

import { reveal } from '../../application/secret.js'
import type { Proxy } from './proxy.js'

/** Where a tunnel leads, `host:port`, and how long it may take to open. */
export interface TunnelWish {
  readonly target: string
  readonly timeout: number
  readonly ca: ReadonlyArray<string> | null
}

const failed = (code: string): Error => Object.assign(new Error(code), { code })

/**
 * Opens a tunnel through the proxy with one CONNECT. Rejects with an error that has a `code` and no text of the proxy's.
 * Own code and not undici's ProxyAgent, which asks again and again, until the time is up, when a proxy hangs up on CONNECT.
 */
export const openTunnel = (proxy: Proxy, { target, timeout, ca }: TunnelWish): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const ask = proxy.protocol === 'https:' ? httpsRequest : httpRequest
    const connect = ask({
      method: 'CONNECT',
      host: proxy.hostname,
      port: proxy.port,
      path: target,
      headers: {
        host: target,
        ...(proxy.authorization === null ? {} : { 'proxy-authorization': reveal(proxy.authorization) }),
      },
      agent: false,
      timeout,
      ...(ca === null ? {} : { ca: [...ca] }),
    })
    connect.once('connect', (response, socket) => {
      const status = response.statusCode ?? 0
      if (status >= 200 && status <= 299) {
        socket.setTimeout(0)
        return resolve(socket)
      }
      socket.destroy()
      reject(failed(`PROXY_ANSWERED_${status}`))
    })
    connect.once('response', (response) => {
      connect.destroy()
      reject(failed(`PROXY_ANSWERED_${response.statusCode ?? 0}`))
    })
    connect.once('timeout', () => connect.destroy(failed('PROXY_TIMEOUT')))
    connect.once('error', reject)
    connect.end()
  })
