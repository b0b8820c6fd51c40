import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { makeOpenRouterClient } from '../../../src/adapters/openrouter/client.js'
import type { HttpRequest, HttpResponse } from '../../../src/application/ports/http.js'
import { reveal, secret } from '../../../src/application/secret.js'
import { answer, hashOf, keyJson, managementKey, managementText, no, ok, page, recording, refusal, sha256 } from './fakes.js'

const hash = hashOf('k')
const spaces = (...ids: ReadonlyArray<string>) => answer(200, { data: ids.map((id) => ({ id, name: id })), total_count: ids.length })
const keysOf = (...seeds: ReadonlyArray<string>) => answer(200, { data: seeds.map((seed) => keyJson(seed)) })

/** A client over answers by path; a list of keys is asked by workspace. */
const listing = (workspaces: HttpResponse, keys: (workspace: string | undefined) => HttpResponse) => {
  const reply = ({ path, query }: HttpRequest) => {
    if (path === '/workspaces') return E.right(workspaces)
    const whole = keys(query['workspace_id'])
    const { data } = whole.body.startsWith('{') ? (JSON.parse(whole.body) as { data?: ReadonlyArray<unknown> }) : {}
    return E.right(data === undefined ? whole : answer(200, { data: data.slice(Number(query['offset'])) }))
  }
  const { transport, requests } = recording(reply)
  return { client: makeOpenRouterClient({ transport, managementKey }), requests }
}

describe('listing every key', () => {
  it('asks each workspace, disabled keys included, and keeps each hash once', async () => {
    const { client, requests } = listing(spaces('ws-1', 'ws-2'), (id) => (id === 'ws-1' ? keysOf('a', 'b') : keysOf('b', 'c')))
    const found = ok(await client.listKeys()())
    expect(found.keys.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    expect(found.workspaces.map(({ id }) => id)).toEqual(['ws-1', 'ws-2'])
    expect(found.complete).toBe(true)
    const asked = requests.filter(({ path }) => path === '/keys').map(({ query }) => query)
    expect(new Set(asked.map((query) => query['workspace_id']))).toEqual(new Set(['ws-1', 'ws-2']))
    expect(asked.every((query) => query['include_disabled'] === 'true')).toBe(true)
  })

  it.each([refusal(403), refusal(404), spaces()])('reads the default workspace only, and says so, at %j', async (workspaces) => {
    const { client } = listing(workspaces, (id) => (id === undefined ? keysOf('a') : refusal(400)))
    expect(ok(await client.listKeys()())).toMatchObject({ keys: [{ name: 'a' }], workspaces: [], complete: false })
  })

  it('is not complete when a workspace is closed to us', async () => {
    const { client } = listing(spaces('ws-1', 'ws-2'), (id) => (id === 'ws-1' ? keysOf('a') : refusal(404)))
    expect(ok(await client.listKeys()())).toMatchObject({ keys: [{ name: 'a' }], complete: false })
  })

  it('is not complete when a key lives in a workspace that was not listed', async () => {
    const { client } = listing(spaces('ws-9'), () => keysOf('a'))
    expect(ok(await client.listKeys()()).complete).toBe(false)
  })

  it.each([refusal(401), refusal(429), answer(500, ''), answer(200, page), answer(403, page)])('fails when the workspaces answer %j', async (bad) => {
    const { client } = listing(bad, () => keysOf('a'))
    expect((await client.listKeys()())._tag).toBe('Left')
  })

  it.each([refusal(401), refusal(429), answer(500, ''), answer(404, page)])('fails when one workspace answers %j', async (bad) => {
    const { client } = listing(spaces('ws-1', 'ws-2'), (id) => (id === 'ws-1' ? keysOf('a') : bad))
    expect((await client.listKeys()())._tag).toBe('Left')
  })
})

describe('the client', () => {
  it('shows the management key, and a tried secret in its place', async () => {
    const { transport, requests } = recording(() => E.right(refusal(401)))
    const client = makeOpenRouterClient({ transport, managementKey })
    await client.whoAmI()()
    await client.trySecret(secret('sk-or-v1-tried'))()
    expect(requests.map(({ path, bearer }) => [path, reveal(bearer)])).toEqual([
      ['/key', managementText],
      ['/key', 'sk-or-v1-tried'],
    ])
  })

  it('sends nothing before its task runs, and once each time it does', async () => {
    const { transport, requests } = recording(() => E.right(answer(500, '')))
    const task = makeOpenRouterClient({ transport, managementKey }).revokeKey(hash)
    expect(requests).toHaveLength(0)
    await task()
    await task()
    expect(requests).toHaveLength(2)
  })

  it('says why a key could not be revoked and whether to try again', async () => {
    const revoke = async (response: HttpResponse) => {
      const { transport } = recording(() => E.right(response))
      return no(await makeOpenRouterClient({ transport, managementKey }).revokeKey(hash)())
    }
    expect(await revoke(refusal(403))).toEqual({
      _tag: 'KeyRevocationError',
      keyId: sha256('k'),
      reason: 'refused',
      isRetryable: false,
      cause: { _tag: 'Refused', status: 403, message: 'No.' },
    })
    expect(await revoke(refusal(429))).toMatchObject({ reason: 'rate-limited', isRetryable: true })
    expect(await revoke(answer(502, page))).toMatchObject({ reason: 'outcome-unknown', isRetryable: true })
    const { transport } = recording(() => E.left({ _tag: 'TransportError', sent: false, message: 'x' }))
    const unsent = no(await makeOpenRouterClient({ transport, managementKey }).revokeKey(hash)())
    expect(unsent).toMatchObject({ reason: 'not-sent', isRetryable: true })
  })

  it.each(['my "pass\\word" 1234', 'correct-horse-battery'])('never shows a credential that an error echoes: %s', async (text) => {
    const { transport } = recording(() => E.right(refusal(401, `unknown key ${text}!`)))
    const error = no(await makeOpenRouterClient({ transport, managementKey: secret(text) }).whoAmI()())
    expect(error).toEqual({ _tag: 'Refused', status: 401, message: 'unknown key <redacted>!' })
  })
})
