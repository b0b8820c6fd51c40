import { afterEach, describe, expect, it } from 'vitest'

import { parseBaseUrl } from '../../../src/adapters/openrouter/base-url.js'
import { proxyFor } from '../../../src/adapters/openrouter/proxy.js'
import { makeUndiciTransport } from '../../../src/adapters/openrouter/undici-transport.js'
import type { HttpRequest } from '../../../src/application/ports/http.js'
import type { Millis } from '../../../src/domain/shared/instant.js'
import { managementKey, managementText, no, ok } from './fakes.js'
import { bodyOf, certificate, closedPort, connectProxy, httpsServer, type Listening, tcpServer } from './servers.js'

const ending: Array<() => Promise<void>> = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

const opened = async <A extends Listening>(server: Promise<A>): Promise<A> => {
  const open = await server
  ending.push(open.close)
  return open
}

const base = ok(parseBaseUrl('https://openrouter.test/api/v1'))

/** A transport to the host `openrouter.test`, which exists only behind the proxy. */
const through = (proxy: string, ca: string | null = certificate, timeout = 2000) => {
  const { transport, close } = makeUndiciTransport({
    baseUrl: base,
    timeout: timeout as Millis,
    proxy: ok(proxyFor(base, { httpsProxy: proxy, noProxy: null })),
    ca,
    userAgent: 'lean-vault/test',
  })
  ending.push(close)
  return transport
}

const get: HttpRequest = { method: 'GET', path: '/key', query: {}, bearer: managementKey, body: null }
const post: HttpRequest = { ...get, method: 'POST', path: '/keys', body: '{"limit":0}' }
const unsent = { _tag: 'TransportError', sent: false }

const target = async () => {
  const seen: Array<string> = []
  const open = await opened(
    httpsServer(async (request, response) => {
      seen.push(`${request.method} ${request.headers.host} ${request.url} ${request.headers.authorization} ${await bodyOf(request)}`)
      response.end('{}')
    }),
  )
  return { ...open, seen }
}

describe('a direct request', () => {
  it('is not sent to a server that the certificate does not name', async () => {
    const { port, seen } = await target()
    const baseUrl = ok(parseBaseUrl(`https://127.0.0.1:${port}/api/v1`))
    const options = { proxy: null, ca: certificate, userAgent: 'lean-vault/test' }
    for (const request of [get, post]) {
      const { transport, close } = makeUndiciTransport({ ...options, baseUrl, timeout: 2000 as Millis })
      ending.push(close)
      expect(no(await transport(request)())).toEqual({ ...unsent, message: 'could not connect (ERR_TLS_CERT_ALTNAME_INVALID)' })
    }
    expect(seen).toEqual([])
  })
})

describe('requests through a proxy', () => {
  it('go by CONNECT, encrypted to the end, and show the proxy nothing but host and port', async () => {
    const { port, seen } = await target()
    const proxy = await opened(connectProxy(port))
    const transport = through(`http://user:pass@127.0.0.1:${proxy.port}`)
    expect(ok(await transport(post)()).status).toBe(200)
    expect(ok(await transport(get)()).status).toBe(200)
    expect(seen).toEqual([
      `POST openrouter.test /api/v1/keys Bearer ${managementText} {"limit":0}`,
      `GET openrouter.test /api/v1/key Bearer ${managementText} `,
    ])
    expect(proxy.asked.map(({ url }) => url)).toEqual(['openrouter.test:443', 'openrouter.test:443'])
    for (const { headers } of proxy.asked) {
      expect(headers).toEqual({
        host: 'openrouter.test:443',
        'proxy-authorization': `Basic ${Buffer.from('user:pass').toString('base64')}`,
        connection: expect.any(String),
      })
    }
  })

  it('keep a tunnel for reads', async () => {
    const { port } = await target()
    const proxy = await opened(connectProxy(port))
    const transport = through(`http://127.0.0.1:${proxy.port}`)
    for (const request of [get, get, get]) ok(await transport(request)())
    expect(proxy.asked).toHaveLength(1)
  })

  it('are not sent when the certificate is not trusted', async () => {
    const { port, seen } = await target()
    const proxy = await opened(connectProxy(port))
    const error = no(await through(`http://127.0.0.1:${proxy.port}`, null)(post)())
    expect(error).toEqual({ ...unsent, message: 'could not connect (DEPTH_ZERO_SELF_SIGNED_CERT)' })
    expect(seen).toEqual([])
  })

  it.each([407, 403, 502])('are not sent when the proxy answers %i', async (status) => {
    const proxy = await opened(connectProxy(1, () => `HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`))
    for (const request of [get, post]) {
      const error = no(await through(`http://127.0.0.1:${proxy.port}`)(request)())
      expect(error).toEqual({ ...unsent, message: `could not connect (PROXY_ANSWERED_${status})` })
    }
    expect(proxy.asked).toHaveLength(2)
  })

  it('are not sent, and the proxy asked once, when it hangs up', async () => {
    let connections = 0
    const proxy = await opened(
      tcpServer((socket) => {
        connections += 1
        socket.once('data', () => socket.destroy())
      }),
    )
    expect(no(await through(`http://127.0.0.1:${proxy.port}`)(post)())).toMatchObject(unsent)
    expect(no(await through(`http://127.0.0.1:${proxy.port}`)(get)())).toMatchObject(unsent)
    expect(connections).toBe(2)
  })

  it('are not sent when the proxy says nothing, or is not there', async () => {
    const proxy = await opened(tcpServer(() => undefined))
    const silent = no(await through(`http://127.0.0.1:${proxy.port}`, certificate, 80)(post)())
    expect(silent).toMatchObject(unsent)
    const nobody = no(await through(`http://127.0.0.1:${await closedPort()}`)(post)())
    expect(nobody).toEqual({ ...unsent, message: 'could not connect (ECONNREFUSED)' })
  })

  it('are not sent when the tunnel ends before it is encrypted', async () => {
    const dead = await opened(tcpServer((socket) => socket.destroy()))
    const proxy = await opened(connectProxy(dead.port))
    expect(no(await through(`http://127.0.0.1:${proxy.port}`)(post)())).toMatchObject(unsent)
  })
})
