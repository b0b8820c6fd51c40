import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import { afterEach, describe, expect, it } from 'vitest'

import { channelOpener, registerChannel } from '../../../src/adapters/alert-channels/index.js'
import { channelWay } from '../../../src/adapters/composition/channel-way.js'
import { secret } from '../../../src/application/secret.js'
import type { Channel } from '../../../src/domain/alerts/channels.js'
import type { ChannelName } from '../../../src/domain/shared/identifiers.js'
import type { Instant } from '../../../src/domain/shared/instant.js'
import { messageOf } from '../../../src/testing/alert-channel-suite.js'
import { bodyOf, certificate, connectProxy, httpsServer, type Listening } from '../openrouter/servers.js'

const folder = mkdtempSync(join(tmpdir(), 'lean-vault-way-'))
const file = join(folder, 'ca.pem')
writeFileSync(file, certificate)

const ending: Array<() => Promise<void>> = []
afterEach(async () => {
  await Promise.all(ending.splice(0).map((end) => end()))
})
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const opened = async <L extends Listening>(making: Promise<L>): Promise<L> => {
  const open = await making
  ending.push(open.close)
  return open
}

/** What a Slack channel at an https address says of one message in these surroundings. */
const send = async (env: Readonly<Record<string, string>>, port = 443): Promise<string> => {
  const registered = registerChannel({ kind: 'slack', credential: secret(`https://openrouter.test:${String(port)}/services/T0KEN`) })
  if (isLeft(registered)) throw new Error('not registered')
  const { kind, address, credential } = registered.right
  const shown: Channel = { name: 'c' as ChannelName, kind, address, since: 0 as Instant, credential: 1 }
  const way = await channelWay(env)()
  if (isLeft(way)) return way.left.message
  const channel = await channelOpener({ env, platform: 'linux', timeout: 2_000, way: way.right })(shown, credential)()
  if (isLeft(channel)) return channel.left.message
  const done = await channel.right.deliver(messageOf(1))()
  return isRight(done) ? 'taken' : done.left.message
}

describe('a channel behind a proxy', () => {
  it('goes by CONNECT, encrypted to the end, and shows the proxy nothing but host and port', async () => {
    const seen: Array<string> = []
    const { port } = await opened(
      httpsServer(async (request, response) => {
        seen.push(`${request.method ?? ''} ${request.headers.host ?? ''} ${request.url ?? ''} ${String((await bodyOf(request)).length > 20)}`)
        response.end('ok')
      }),
    )
    const proxy = await opened(connectProxy(port))
    const env = { HTTPS_PROXY: `http://user:p%40ss@127.0.0.1:${String(proxy.port)}`, SSL_CERT_FILE: file }
    expect(await send(env)).toBe('taken')
    expect(seen).toEqual(['POST openrouter.test /services/T0KEN true'])
    expect(proxy.asked.map(({ url }) => url)).toEqual(['openrouter.test:443'])
    expect(proxy.asked[0]?.headers['proxy-authorization']).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`)
    expect(JSON.stringify(proxy.asked.map(({ headers }) => headers))).not.toContain('T0KEN')
  })

  it('is not delivered to a receiver whose certificate nobody vouches for', async () => {
    const { port } = await opened(httpsServer((_request, response) => response.end('ok')))
    const proxy = await opened(connectProxy(port))
    expect(await send({ HTTPS_PROXY: `http://127.0.0.1:${String(proxy.port)}` })).toBe('it could not be reached (DEPTH_ZERO_SELF_SIGNED_CERT)')
  })

  it('says what the proxy answered, and nothing of a password in its address', async () => {
    const proxy = await opened(connectProxy(1, () => 'HTTP/1.1 407 who are you, S3CRET\r\n\r\n'))
    expect(await send({ HTTPS_PROXY: `http://u:S3CRET@127.0.0.1:${String(proxy.port)}` })).toBe('it could not be reached (PROXY_ANSWERED_407)')
    expect(await send({ HTTPS_PROXY: 'ftp://u:S3CRET@127.0.0.1:1' })).toBe('it could not be reached (BAD_HTTPS_PROXY)')
  })

  it('goes directly where NO_PROXY names its host', async () => {
    const proxy = await opened(connectProxy(1))
    expect(await send({ HTTPS_PROXY: `http://127.0.0.1:${String(proxy.port)}`, NO_PROXY: '.test' })).toMatch(/could not be reached \((ENOTFOUND|EAI_AGAIN|TIMEOUT)\)/)
    expect(proxy.asked).toEqual([])
  })

  it('names a file of certificates that cannot be read', async () => {
    expect(await send({ SSL_CERT_FILE: join(folder, 'none') })).toBe('SSL_CERT_FILE must be a readable file of certificates in PEM')
  })
})
