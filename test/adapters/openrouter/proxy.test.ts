import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { parseBaseUrl } from '../../../src/adapters/openrouter/base-url.js'
import { proxyFor } from '../../../src/adapters/openrouter/proxy.js'
import { reveal } from '../../../src/application/secret.js'
import { no, ok } from './fakes.js'

const base = ok(parseBaseUrl('https://openrouter.ai/api/v1'))
const viaProxy = (httpsProxy: string | null, noProxy: string | null = null, url = base) => proxyFor(url, { httpsProxy, noProxy })

describe('which proxy to go through', () => {
  it.each([
    ['http://proxy.example:3128', { protocol: 'http:', hostname: 'proxy.example', port: 3128 }],
    ['http://proxy.example', { protocol: 'http:', hostname: 'proxy.example', port: 80 }],
    ['https://proxy.example/', { protocol: 'https:', hostname: 'proxy.example', port: 443 }],
    ['proxy.example:3128', { protocol: 'http:', hostname: 'proxy.example', port: 3128 }],
    [' http://[::1]:3128 ', { protocol: 'http:', hostname: '::1', port: 3128 }],
  ])('%s', (text, expected) => {
    expect(viaProxy(text)).toEqual(E.right({ ...expected, authorization: null }))
  })

  it('shows the proxy its own user and password, hidden until they are sent', () => {
    const proxy = ok(viaProxy('http://us%40er:p%3Ass@proxy.example:3128'))
    expect(JSON.stringify(proxy)).not.toMatch(/p:ss|p%3Ass/)
    expect(proxy?.authorization && reveal(proxy.authorization)).toBe(`Basic ${Buffer.from('us@er:p:ss').toString('base64')}`)
  })

  it.each([null, '', '  '])('none when the setting is %j', (text) => {
    expect(viaProxy(text)).toEqual(E.right(null))
  })

  it.each(['socks5://user:leak@proxy.example:1080', 'http://', 'http://user:leak@', 'http://a b:leak@c'])('refuses %s without showing it', (text) => {
    const error = no(viaProxy(text))
    expect(error).toMatchObject({ _tag: 'InvalidValue', field: 'HTTPS_PROXY' })
    expect(JSON.stringify(error)).not.toContain('leak')
  })

  it.each(['*', 'openrouter.ai', 'OpenRouter.AI', '.openrouter.ai', '*.openrouter.ai', 'a.example, openrouter.ai', 'ai', 'openrouter.ai:443', 'x openrouter.ai'])(
    'none when NO_PROXY is %s',
    (noProxy) => {
      expect(viaProxy('http://proxy.example:3128', noProxy)).toEqual(E.right(null))
    },
  )

  it.each([null, '', ',', 'router.ai', 'openrouter.ai.example', 'openrouter.ai:8443', 'www.openrouter.ai'])('one all the same when NO_PROXY is %j', (noProxy) => {
    expect(ok(viaProxy('http://proxy.example:3128', noProxy))).not.toBeNull()
  })

  it.each(['http://127.0.0.1:8080/api/v1', 'https://localhost:8080', 'http://[::1]:1'])('never one to reach this machine: %s', (text) => {
    expect(viaProxy('http://proxy.example:3128', null, ok(parseBaseUrl(text)))).toEqual(E.right(null))
  })

  it('exempts an IPv6 address with and without brackets', () => {
    const six = ok(parseBaseUrl('https://[2001:db8::1]/x'))
    expect(viaProxy('http://proxy.example:3128', '2001:db8::1', six)).toEqual(E.right(null))
    expect(viaProxy('http://proxy.example:3128', '[2001:db8::1]', six)).toEqual(E.right(null))
  })
})
