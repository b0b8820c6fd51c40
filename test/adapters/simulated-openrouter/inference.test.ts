import { describe, expect, it } from 'vitest'

import { makeKey, service, start, usd } from './service.js'

const setUp = (key: Readonly<Record<string, unknown>> = {}, options: Parameters<typeof service>[0] = {}) => {
  const openRouter = service(options)
  const made = makeKey(openRouter, key)
  return {
    ...made,
    openRouter,
    chat: (body: Readonly<Record<string, unknown>>, at = start) => openRouter.ask('POST', '/chat/completions', body, { as: made.secret, at }),
    read: (at = start) => openRouter.ask('GET', `/keys/${made.hash}`, undefined, { at }).json.data,
  }
}

describe('inference', () => {
  it('answers what it cost and charges it', () => {
    const { chat, read } = setUp()
    const { status, json, response } = chat({ model: 'm', max_tokens: 90 })
    expect(status).toBe(200)
    expect(json).toMatchObject({ object: 'chat.completion', model: 'm', usage: { cost: 0.001, completion_tokens: 90, total_tokens: 100, is_byok: false } })
    expect(response.headers['x-generation-id']).toBe(json.id)
    expect(chat({ simulate: { cost: 0.0000000375 } }).json).toMatchObject({ usage: { cost: 0.0000000375 } })
    expect(read().usage).toBe(0.0010000375)
  })

  it('refuses an exhausted key with 403, naming the window and the key', () => {
    for (const [reset, words] of [['daily', 'daily limit'], [null, 'total limit']] as const) {
      const { chat, hash } = setUp({ limit: 0.5, limit_reset: reset })
      expect(chat({ simulate: { cost: 0.7 } }).status).toBe(200)
      const { status, json } = chat({})
      expect(status).toBe(403)
      expect(json.error.message).toBe(`Key limit exceeded (${words}). Manage it using https://openrouter.ai/workspaces/default/keys/${hash}`)
    }
    expect(setUp({ limit: 0 }).chat({}).status).toBe(403)
  })

  it('answers 402 when max_tokens could cost more than is left, or the account has no credits', () => {
    const { chat } = setUp({ limit: 0.5 })
    expect(chat({ max_tokens: 100_000 })).toMatchObject({ status: 402, json: { error: { metadata: { limit_source: 'openrouter_key_limit' } } } })
    expect(chat({ max_tokens: 1000 }).status).toBe(200)
    expect(setUp({}, { creditsBought: usd('0') }).chat({})).toMatchObject({ status: 402, json: { error: { metadata: { limit_source: 'openrouter_credits' } } } })
  })

  it('counts BYOK where it is to be counted', () => {
    const uncounted = setUp({ limit: 0 })
    expect(uncounted.chat({ simulate: { byok_cost: 3 } }).json).toMatchObject({ usage: { cost: 0, is_byok: true, cost_details: { upstream_inference_cost: 3 } } })
    expect(uncounted.read()).toMatchObject({ usage: 0, byok_usage: 3, limit_remaining: 0 })
    const counted = setUp({ limit: 2, include_byok_in_limit: true })
    expect(counted.chat({ simulate: { byok_cost: 3 } }).status).toBe(200)
    expect(counted.chat({ simulate: { byok_cost: 3 } }).status).toBe(403)
    expect(counted.read()).toMatchObject({ limit_remaining: -1 })
  })

  it('charges when it is done, so that requests at one time pass the limit together', () => {
    const { chat, read } = setUp({ limit: 1 })
    const body = { simulate: { cost: 0.8, duration_ms: 1000 } }
    expect([chat(body).status, chat(body).status, chat(body).status]).toEqual([200, 200, 200])
    expect(read(start + 999).usage).toBe(0)
    expect(read(start + 1000).usage).toBe(2.4)
    expect(chat(body, start + 1000).status).toBe(403)
  })

  it('is not for management keys, disabled keys, streams or nonsense', () => {
    const { chat, hash, openRouter, secret } = setUp()
    expect(openRouter.ask('POST', '/chat/completions', {}).status).toBe(403)
    expect(chat({ stream: true }).status).toBe(400)
    expect(chat({ max_tokens: 0.5 }).status).toBe(400)
    expect(chat({ simulate: { cost: -1 } }).status).toBe(400)
    openRouter.ask('PATCH', `/keys/${hash}`, { disabled: true })
    expect(openRouter.ask('POST', '/chat/completions', {}, { as: secret }).status).toBe(401)
  })
})
