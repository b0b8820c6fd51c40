import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { makeOpenRouterClient } from '../../../src/adapters/openrouter/client.js'
import type { HttpResponse } from '../../../src/application/ports/http.js'
import type { OpenRouterClient } from '../../../src/application/ports/open-router-client.js'
import { secret } from '../../../src/application/secret.js'
import { answer, dollars, hashOf, keyJson, managementKey, page, recording } from './fakes.js'

const hash = hashOf('k')
const policy = { disabled: true, limit: dollars('0'), reset: null, includeByok: true } as const

const calls: Readonly<Record<string, (client: OpenRouterClient) => () => Promise<E.Either<unknown, unknown>>>> = {
  whoAmI: (client) => client.whoAmI(),
  listWorkspaces: (client) => client.listWorkspaces(),
  verifyKeyStatus: (client) => client.verifyKeyStatus(hash),
  getKeyDetails: (client) => client.getKeyDetails(hash),
  createKey: (client) =>
    client.createKey({ name: 'n', limit: dollars('0'), includeByok: true, expiresAt: null, workspace: null }),
  updateKey: (client) => client.updateKey(hash, policy),
  revokeKey: (client) => client.revokeKey(hash),
  trySecret: (client) => client.trySecret(secret('sk-or-v1-tried')),
}

const good: Readonly<Record<string, unknown>> = {
  whoAmI: { data: { label: 'x' } },
  listWorkspaces: { data: [] },
  verifyKeyStatus: { data: keyJson('k') },
  getKeyDetails: { data: keyJson('k') },
  createKey: { data: keyJson('sk-or-v1-new'), key: 'sk-or-v1-new' },
  updateKey: { data: keyJson('k') },
  revokeKey: { deleted: true },
  trySecret: { data: { label: 'x' } },
}

const bodies: Readonly<Record<string, (call: string, status: number) => string>> = {
  error: (_, status) => JSON.stringify({ error: { code: status, message: 'No.' } }),
  good: (call) => JSON.stringify(good[call]),
  page: () => page,
  empty: () => '',
  truncated: (call) => JSON.stringify(good[call]).slice(0, -2),
  null: () => 'null',
  list: () => '[]',
  'other JSON': () => '{"data":7,"error":"No."}',
}

const statuses = [200, 201, 204, 301, 302, 307, 308, 400, 401, 402, 403, 404, 405, 408, 409, 413, 422, 429, 500, 502, 503, 504, 524, 529]

/** The whole table in one rule, written apart from the code: what tag, or which success. */
const expected = (call: string, status: number, body: string): unknown => {
  if (status < 300) return body === 'good' ? 'Right' : 'OutcomeUnknown'
  if (body !== 'error' || status < 400 || status === 408 || status >= 500) return 'OutcomeUnknown'
  if (status === 429) return 'RateLimited'
  if (status === 401 && call === 'trySecret') return 'Right'
  if (status !== 404) return 'Refused'
  return call === 'verifyKeyStatus' || call === 'revokeKey' ? 'Right' : 'Absent'
}

const tagOf = (call: string, result: E.Either<unknown, unknown>): unknown => {
  if (E.isRight(result)) return 'Right'
  const error = result.left as { readonly _tag: string; readonly cause?: { readonly _tag: string } }
  return call === 'revokeKey' ? error.cause?._tag : error._tag
}

const ask = async (call: string, response: HttpResponse): Promise<unknown> => {
  const { transport, requests } = recording(() => E.right(response))
  const task = calls[call]?.(makeOpenRouterClient({ transport, managementKey }))
  if (task === undefined) throw new Error(`no call ${call}`)
  const result = await task()
  expect(requests).toHaveLength(1)
  return tagOf(call, result)
}

describe.each(Object.keys(calls))('every answer to %s', (call) => {
  it.each(Object.keys(bodies))('with the body: %s', async (kind) => {
    const body = bodies[kind] ?? (() => '')
    const seen = await Promise.all(statuses.map(async (status) => [status, await ask(call, answer(status, body(call, status)))]))
    expect(seen).toEqual(statuses.map((status) => [status, expected(call, status, kind)]))
  })
})

describe('a request that brought no answer', () => {
  it.each(Object.keys(calls))('%s', async (call) => {
    for (const [sent, tag] of [[false, 'NotSent'], [true, 'OutcomeUnknown']] as const) {
      const { transport } = recording(() => E.left({ _tag: 'TransportError', sent, message: 'sk-or-v1-leak lost' }))
      const result = await calls[call]?.(makeOpenRouterClient({ transport, managementKey }))()
      if (result === undefined) throw new Error(`no call ${call}`)
      expect(tagOf(call, result)).toBe(tag)
      expect(JSON.stringify(result)).not.toContain('leak')
    }
  })
})
