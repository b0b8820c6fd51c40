import type { IncomingMessage } from 'node:http'

import { afterEach, describe, expect, it } from 'vitest'

import { parseBaseUrl } from '../../../src/adapters/openrouter/base-url.js'
import { loadParts, loadWhole } from '../../../src/adapters/openrouter/load-undici.js'
import { makeUndiciTransport, type UndiciTransportOptions } from '../../../src/adapters/openrouter/undici-transport.js'
import type { HttpRequest } from '../../../src/application/ports/http.js'
import { secret } from '../../../src/application/secret.js'
import { managementKey, managementText, no, ok } from './fakes.js'
import { bodyOf, closedPort, type Handler, httpServer, type Listening, tcpServer } from './servers.js'

const ending: Array<() => Promise<void>> = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

const opened = async <A extends Listening>(server: Promise<A>): Promise<A> => {
  const open = await server
  ending.push(open.close)
  return open
}

const to = (port: number, options: Partial<UndiciTransportOptions> & { readonly ms?: number } = {}) => {
  const { ms = 2000, ...more } = options
  const { transport, close } = makeUndiciTransport({
    baseUrl: ok(parseBaseUrl(`http://127.0.0.1:${port}/api/v1`)),
    timeout: ms as UndiciTransportOptions['timeout'],
    proxy: null,
    ca: null,
    userAgent: 'lean-vault/test',
    ...more,
  })
  ending.push(close)
  return { transport, close }
}

const server = (handler: Handler) => opened(httpServer(handler))

const get: HttpRequest = { method: 'GET', path: '/keys', query: { offset: '0', workspace_id: 'a b&c' }, bearer: managementKey, body: null }
const post: HttpRequest = { method: 'POST', path: '/keys', query: {}, bearer: managementKey, body: '{"name":"ü","limit":0}' }
const both = [['GET', get], ['POST', post]] as const

const lost = { _tag: 'TransportError', sent: true }
const unsent = { _tag: 'TransportError', sent: false }

describe('a request over HTTP', () => {
  it('carries method, path, query, credential and body, and brings back the whole answer', async () => {
    const seen: Array<readonly [IncomingMessage, string]> = []
    const { port } = await server(async (request, response) => {
      seen.push([request, await bodyOf(request)])
      response.writeHead(201, { 'X-Some': 'one', 'set-cookie': ['a=1', 'b=2'] })
      response.write('{"ü":')
      setTimeout(() => response.end('1}'), 10)
    })
    const { transport } = to(port)
    const answer = ok(await transport(post)())
    ok(await transport(get)())
    expect(answer).toMatchObject({ status: 201, body: '{"ü":1}', headers: { 'x-some': 'one', 'set-cookie': 'a=1, b=2' } })
    const [[first, body], [second]] = seen as unknown as [readonly [IncomingMessage, string], readonly [IncomingMessage, string]]
    expect([first.method, first.url, body]).toEqual(['POST', '/api/v1/keys', post.body])
    expect(first.headers).toMatchObject({
      authorization: `Bearer ${managementText}`,
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': 'lean-vault/test',
      connection: 'close',
    })
    expect([second.method, second.url]).toEqual(['GET', '/api/v1/keys?offset=0&workspace_id=a+b%26c'])
    expect(second.headers).not.toHaveProperty('content-type')
  })

  it('follows no redirect and shows the credential nowhere else', async () => {
    let elsewhere = 0
    const other = await server((_, response) => {
      elsewhere += 1
      response.end('{}')
    })
    const { port } = await server((_, response) => response.writeHead(307, { location: `http://127.0.0.1:${other.port}/` }).end())
    for (const [, request] of both) expect(ok(await to(port).transport(request)())).toMatchObject({ status: 307, body: '' })
    expect(elsewhere).toBe(0)
  })

  it('takes a time-out longer than any timer', async () => {
    const { port } = await server((_, response) => response.end('{}'))
    expect(ok(await to(port, { ms: 1e12 }).transport(get)()).status).toBe(200)
  })

  it('is not sent with a credential that a header cannot carry', async () => {
    const { port } = await server((_, response) => response.end())
    for (const text of ['', 'a b', 'a\r\nx: y', 'ä']) {
      expect(no(await to(port).transport({ ...get, bearer: secret(text) })())).toMatchObject(unsent)
    }
  })
})

describe.each(both)('a %s without an answer', (_, request) => {
  it('was not sent when nobody listens', async () => {
    const error = no(await to(await closedPort()).transport(request)())
    expect(error).toEqual({ ...unsent, message: 'could not connect (ECONNREFUSED)' })
  })

  it('was not sent when the name is unknown', async () => {
    const baseUrl = ok(parseBaseUrl('https://does-not-exist.invalid/api/v1'))
    expect(no(await to(1, { baseUrl }).transport(request)())).toMatchObject(unsent)
  })

  it('was not sent when the other side does not speak TLS', async () => {
    const { port } = await opened(tcpServer((socket) => socket.end('no\r\n')))
    const baseUrl = ok(parseBaseUrl(`https://127.0.0.1:${port}/api/v1`))
    expect(no(await to(1, { baseUrl }).transport(request)())).toMatchObject(unsent)
  })

  it('was not sent when the time ran out while TLS was made', async () => {
    const { port } = await opened(tcpServer(() => undefined))
    const baseUrl = ok(parseBaseUrl(`https://127.0.0.1:${port}/api/v1`))
    const error = no(await to(1, { baseUrl, ms: 80 }).transport(request)())
    expect(error).toEqual({ ...unsent, message: 'no whole answer within 80 ms' })
  })

  it('may have arrived when the time ran out before the answer', async () => {
    const { port } = await server(() => undefined)
    const started = performance.now()
    expect(no(await to(port, { ms: 80 }).transport(request)())).toEqual({ ...lost, message: 'no whole answer within 80 ms' })
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('may have arrived when the time ran out within the answer, however lively it drips', async () => {
    const { port } = await server((_, response) => {
      const drip = setInterval(() => response.write(' '), 10)
      response.on('close', () => clearInterval(drip))
    })
    expect(no(await to(port, { ms: 120 }).transport(request)())).toMatchObject(lost)
  })

  it('may have arrived when the connection is reset', async () => {
    let arrived = 0
    const { port } = await server((incoming) => {
      arrived += 1
      incoming.socket.resetAndDestroy()
    })
    expect(no(await to(port).transport(request)())).toMatchObject(lost)
    expect(arrived).toBe(1)
  })

  it('may have arrived when the answer breaks off', async () => {
    const { port } = await server((_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"data":')
      setTimeout(() => response.destroy(), 10)
    })
    expect(no(await to(port).transport(request)())).toMatchObject(lost)
  })

  it('may have arrived when the answer is no HTTP', async () => {
    const { port } = await opened(tcpServer((socket) => socket.once('data', () => socket.end('what?\r\n\r\n'))))
    expect(no(await to(port).transport(request)())).toMatchObject(lost)
  })

  it('is cut when the answer is longer than any answer', async () => {
    const { port } = await server((_, response) => response.end('x'.repeat(100_000)))
    const answer = ok(await to(port, { mostBytes: 10_000 }).transport(request)())
    expect(answer.status).toBe(200)
    expect(answer.body.length).toBeLessThanOrEqual(10_000)
  })

  it('says no more than a code about what went wrong', async () => {
    const { port } = await opened(tcpServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 sk-or-v1-leak\r\n\r\n'))))
    expect(no(await to(port).transport(request)()).message).toMatch(/^the connection was lost before the answer was whole( \([A-Z_]+\))?$/)
  })
})

describe('connections', () => {
  it('are kept for reads, and opened for every change', async () => {
    const ports: Array<number | undefined> = []
    const { port } = await server((request, response) => {
      ports.push(request.socket.remotePort)
      response.end('{}')
    })
    const { transport } = to(port)
    for (const request of [get, get, post, post, get]) ok(await transport(request)())
    const [a, b, c, d, e] = ports
    expect([b, e]).toEqual([a, a])
    expect(new Set([a, c, d]).size).toBe(3)
  })

  it('that went stale lose reads but never a change, and nothing is sent twice', async () => {
    const arrived: Array<string | undefined> = []
    const used = new WeakSet<object>()
    const { port } = await server((request, response) => {
      arrived.push(request.method)
      // The other side was about to hang up on the kept connection when the next request came in on it.
      if (used.has(request.socket)) request.socket.destroy()
      else response.end('{}')
      used.add(request.socket)
    })
    const { transport } = to(port)
    ok(await transport(get)())
    for (const change of [post, post, { ...post, method: 'PATCH' as const }, { ...post, method: 'DELETE' as const, body: null }]) {
      expect(ok(await transport(change)()).status).toBe(200)
    }
    expect(no(await transport(get)())).toMatchObject(lost)
    expect(arrived).toEqual(['GET', 'POST', 'POST', 'PATCH', 'DELETE', 'GET'])
  })

  it('that were closed in silence are noticed: nothing is lost, and nothing sent twice', async () => {
    const arrived: Array<string | undefined> = []
    const { port } = await server((request, response) => {
      arrived.push(request.method)
      response.end('{}', () => setTimeout(() => request.socket.destroy(), 1))
    })
    const { transport } = to(port)
    const wait = () => new Promise((resolve) => setTimeout(resolve, 15))
    for (const request of [get, post, get, get, post]) {
      ok(await transport(request)())
      await wait()
    }
    expect(arrived).toEqual(['GET', 'POST', 'GET', 'GET', 'POST'])
  })

  it('are made for many requests at once', async () => {
    const { port } = await server((_, response) => setTimeout(() => response.end('{}'), 5))
    const { transport } = to(port)
    const all = await Promise.all(Array.from({ length: 40 }, (_, n) => transport(n % 2 === 0 ? get : post)()))
    expect(all.map(({ _tag }) => _tag)).toEqual(all.map(() => 'Right'))
  })

  it('end with the transport: what is under way is lost, what comes later is not sent', async () => {
    let arrived: () => void = () => undefined
    const underWay = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const { port } = await server(() => arrived())
    const { transport, close } = to(port)
    const pending = transport(post)()
    await underWay
    await close()
    expect(no(await pending)).toMatchObject(lost)
    expect(no(await transport(post)())).toEqual({ ...unsent, message: 'the transport is closed' })
  })
})

describe('the parts of undici', () => {
  it('are the same by both doors', async () => {
    const [parts, whole] = await Promise.all([loadParts(), loadWhole()])
    expect(parts.Client).toBe(whole.Client)
    expect(parts.buildConnector).toBe(whole.buildConnector)
  })
})
