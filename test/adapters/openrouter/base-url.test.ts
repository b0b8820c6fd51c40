import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { parseBaseUrl } from '../../../src/adapters/openrouter/base-url.js'
import { no } from './fakes.js'

const tls = { port: 443, path: '/api/v1', isLoopback: false }
const local = { port: 80, path: '/api/v1', isLoopback: true }

describe('a base URL', () => {
  it.each([
    ['https://openrouter.ai/api/v1', { ...tls, origin: 'https://openrouter.ai', hostname: 'openrouter.ai' }],
    ['https://openrouter.ai/api/v1/', { ...tls, origin: 'https://openrouter.ai', hostname: 'openrouter.ai' }],
    ['https://openrouter.ai/api/v1//', { ...tls, origin: 'https://openrouter.ai', hostname: 'openrouter.ai' }],
    ['HTTPS://OpenRouter.AI:443/api/v1', { ...tls, origin: 'https://openrouter.ai', hostname: 'openrouter.ai' }],
    ['https://example.org', { ...tls, origin: 'https://example.org', hostname: 'example.org', path: '' }],
    ['https://example.org:8443/', { ...tls, origin: 'https://example.org:8443', hostname: 'example.org', port: 8443, path: '' }],
    ['https://[2001:db8::1]/x', { ...tls, origin: 'https://[2001:db8::1]', hostname: '2001:db8::1', path: '/x' }],
    ['https://127.0.0.1/x', { ...tls, origin: 'https://127.0.0.1', hostname: '127.0.0.1', path: '/x', isLoopback: true }],
    ['http://127.0.0.1:8080/api/v1', { ...local, origin: 'http://127.0.0.1:8080', hostname: '127.0.0.1', port: 8080 }],
    ['http://127.9.8.7/api/v1', { ...local, origin: 'http://127.9.8.7', hostname: '127.9.8.7' }],
    ['http://127.1/api/v1', { ...local, origin: 'http://127.0.0.1', hostname: '127.0.0.1' }],
    ['http://localhost:1/api/v1', { ...local, origin: 'http://localhost:1', hostname: 'localhost', port: 1 }],
    ['http://[::1]:1/api/v1', { ...local, origin: 'http://[::1]:1', hostname: '::1', port: 1 }],
  ])('%s is read', (text, expected) => {
    expect(parseBaseUrl(text)).toEqual(E.right(expected))
  })

  it.each([
    ['', /must be a URL/],
    ['openrouter.ai/api/v1', /must be a URL/],
    ['//openrouter.ai', /must be a URL/],
    ['https://', /must be a URL/],
    ['https://open\trouter.ai', /must be a URL/],
    ['https://openrouter.ai\n', /must be a URL/],
    [' https://openrouter.ai', /must be a URL/],
    ['https:\\\\openrouter.ai', /must be a URL/],
    ['ftp://openrouter.ai', /must begin with https/],
    ['file:///etc/passwd', /must begin with https/],
    ['http://openrouter.ai/api/v1', /plain http is for this machine only/],
    ['http://128.0.0.1/', /plain http/],
    ['http://localhost.example/', /plain http/],
    ['http://127.0.0.1.example/', /plain http/],
    ['http://0.0.0.0/', /plain http/],
    ['http://[::2]/', /plain http/],
    ['https://user:sk-or-v1-leak@openrouter.ai/', /user name or a password/],
    ['https://sk-or-v1-leak@openrouter.ai/', /user name or a password/],
    ['http://localhost@evil.example/', /user name or a password/],
    ['https://openrouter.ai/?key=sk-or-v1-leak', /query or a fragment/],
    ['https://openrouter.ai/?', /query or a fragment/],
    ['https://openrouter.ai/#sk-or-v1-leak', /query or a fragment/],
    ['https://openrouter.ai/#', /query or a fragment/],
  ])('%j is refused', (text, rule) => {
    const error = no(parseBaseUrl(text))
    expect(error).toMatchObject({ _tag: 'InvalidValue', field: 'base URL', rule: expect.stringMatching(rule) })
    expect(JSON.stringify(error)).not.toContain('leak')
  })
})
