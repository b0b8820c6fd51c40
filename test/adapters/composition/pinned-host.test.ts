import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { allowedBase } from '../../../src/adapters/composition/pinned-host.js'
import type { BaseUrl } from '../../../src/adapters/config/index.js'

const wanted = (value: string, origin: 'environment' | 'default' = 'environment') => ({ value: value as BaseUrl, origin, source: null })
const pinned = 'https://openrouter.ai/api/v1'

describe('the pinned host', () => {
  it.each([
    [pinned, 'https://openrouter.ai/api/v1'],
    [pinned, 'https://OpenRouter.ai:443/gateway/api/v1'],
    ['http://127.0.0.1:1234/api/v1', 'http://127.0.0.1:5678/api/v1'],
    ['http://127.0.0.1:1234/api/v1', 'http://localhost:5678/api/v1'],
    ['http://[::1]:1234/api/v1', 'http://127.9.9.9/api/v1'],
    ['https://gateway.test:8443/api/v1', 'https://gateway.test:8443/other/api/v1'],
  ])('%s allows %s', (pin, given) => expect(allowedBase(pin, wanted(given))).toEqual(E.right(given)))

  it.each([
    [pinned, 'https://openrouter.ai.evil.test/api/v1'],
    [pinned, 'https://openrouter.ai:8443/api/v1'],
    [pinned, 'http://127.0.0.1:1234/api/v1'],
    ['http://127.0.0.1:1234/api/v1', pinned],
    ['https://gateway.test:8443/api/v1', 'https://gateway.test/api/v1'],
    [pinned, 'https://127.0.0.1.evil.test/api/v1'],
    ['http://127.0.0.1:1/api/v1', 'https://localhost.evil.test/api/v1'],
  ])('%s refuses %s', (pin, given) =>
    expect(allowedBase(pin, wanted(given))).toEqual(E.left({ _tag: 'HostNotPinned', pinned: pin, given })),
  )

  it('is used when nobody wants another', () => {
    expect(allowedBase('http://127.0.0.1:1234/api/v1', wanted(pinned, 'default'))).toEqual(E.right('http://127.0.0.1:1234/api/v1'))
  })
})
