import { describe, expect, it } from 'vitest'

import { liveKeys } from '../../../src/adapters/simulated-openrouter/spending.js'
import { day, makeKey, type Service, service, start, usd } from './service.js'

const makeGuardrail = ({ ask }: Service, more: Readonly<Record<string, unknown>> = {}): string =>
  ask('POST', '/guardrails', { name: 'daily', limit_usd: 2, reset_interval: 'daily', ...more }).json.data.id

const chat = (openRouter: Service, secret: string, cost: number, at = start) =>
  openRouter.ask('POST', '/chat/completions', { simulate: { cost } }, { as: secret, at })

describe('guardrails', () => {
  it.each([
    ['a budget of 0', { limit_usd: 0, reset_interval: 'daily' }],
    ['a negative budget', { limit_usd: -1, reset_interval: 'daily' }],
    ['a budget without an interval', { limit_usd: 5 }],
    ['an interval without a budget', { reset_interval: 'daily' }],
    ['an unknown workspace', { workspace_id: 'nowhere' }],
    ['an empty name', { name: '' }],
    ['a long name', { name: 'x'.repeat(201) }],
  ])('refuse %s', (_, body) => {
    const openRouter = service()
    expect(openRouter.ask('POST', '/guardrails', { name: 'g', ...body }).status).toBe(400)
    expect(openRouter.world.account.guardrails.size).toBe(0)
  })

  it('are made, read, changed and deleted, and are refused where the plan has none', () => {
    const openRouter = service()
    const id = makeGuardrail(openRouter)
    expect(openRouter.ask('GET', `/guardrails/${id}`).json.data).toMatchObject({ name: 'daily', limit_usd: 2, reset_interval: 'daily', updated_at: null })
    expect(openRouter.ask('PATCH', `/guardrails/${id}`, { limit_usd: 3 }).json.data).toMatchObject({ limit_usd: 3, reset_interval: 'daily', name: 'daily' })
    expect(openRouter.ask('PATCH', `/guardrails/${id}`, { limit_usd: 0 }).status).toBe(400)
    expect(openRouter.ask('PATCH', `/guardrails/${id}`, { limit_usd: null }).status).toBe(400)
    expect(openRouter.ask('PATCH', `/guardrails/${id}`, { limit_usd: null, reset_interval: null }).json.data).toMatchObject({ limit_usd: null })
    expect(openRouter.ask('DELETE', `/guardrails/${id}`).json).toEqual({ deleted: true })
    expect(openRouter.ask('GET', `/guardrails/${id}`).status).toBe(404)
    const poor = service({ settings: { refuseGuardrails: true } })
    expect(poor.ask('POST', '/guardrails', { name: 'g' }).status).toBe(403)
  })

  it('are listed by page, of the default workspace unless another is named', () => {
    const openRouter = service({ workspaces: ['team'] })
    const team = openRouter.world.account.workspaces[1]?.id ?? ''
    for (let n = 0; n < 60; n += 1) makeGuardrail(openRouter, { name: `g${n}` })
    makeGuardrail(openRouter, { workspace_id: team })
    const list = (query: Record<string, string>) => openRouter.ask('GET', '/guardrails', undefined, { query }).json
    expect(list({}).total_count).toBe(60)
    expect(list({}).data).toHaveLength(50)
    expect(list({ offset: '50', limit: '100' }).data).toHaveLength(10)
    expect(list({ workspace_id: team }).total_count).toBe(1)
  })

  it('hold for the keys they are assigned to, the last assignment alone', () => {
    const openRouter = service()
    const [first, second] = [makeGuardrail(openRouter), makeGuardrail(openRouter)]
    const { hash } = makeKey(openRouter)
    const add = (id: string, hashes: ReadonlyArray<string>) => openRouter.ask('POST', `/guardrails/${id}/assignments/keys`, { key_hashes: hashes })
    expect(add(first, [hash, 'unknown']).json).toEqual({ assigned_count: 1 })
    expect(add(second, [hash]).json).toEqual({ assigned_count: 1 })
    expect(add(first, []).status).toBe(400)
    expect(add('nothing', [hash]).status).toBe(404)
    expect(openRouter.ask('GET', `/guardrails/${first}/assignments/keys`).json).toEqual({ data: [], total_count: 0 })
    expect(openRouter.ask('GET', `/guardrails/${second}/assignments/keys`).json.data).toMatchObject([{ key_hash: hash, key_name: 'k', guardrail_id: second }])
    expect(openRouter.ask('GET', '/guardrails/assignments/keys').json.total_count).toBe(1)
    const remove = (id: string) => openRouter.ask('POST', `/guardrails/${id}/assignments/keys/remove`, { key_hashes: [hash] }).json
    expect(remove(first)).toEqual({ unassigned_count: 0 })
    expect(remove(second)).toEqual({ unassigned_count: 1 })
    expect(openRouter.ask('GET', '/guardrails/assignments/keys').json.total_count).toBe(0)
  })

  it('lose their hold when they or the key are deleted', () => {
    const openRouter = service()
    const id = makeGuardrail(openRouter)
    const [a, b] = [makeKey(openRouter), makeKey(openRouter)]
    openRouter.ask('POST', `/guardrails/${id}/assignments/keys`, { key_hashes: [a.hash, b.hash] })
    openRouter.ask('DELETE', `/keys/${a.hash}`)
    expect(openRouter.ask('GET', '/guardrails/assignments/keys').json.total_count).toBe(1)
    openRouter.ask('DELETE', `/guardrails/${id}`)
    expect(openRouter.ask('GET', '/guardrails/assignments/keys').json.total_count).toBe(0)
    expect(liveKeys(openRouter.world.account, start)).toMatchObject([{ spendable: null }])
  })

  it('count for each key by itself, beside its own limit, and also what was spent before', () => {
    const openRouter = service()
    const id = makeGuardrail(openRouter)
    const [a, b] = [makeKey(openRouter, { limit: 5, limit_reset: 'monthly' }), makeKey(openRouter, { limit: 1 })]
    chat(openRouter, a.secret, 1.5)
    openRouter.ask('POST', `/guardrails/${id}/assignments/keys`, { key_hashes: [a.hash, b.hash] })
    expect(liveKeys(openRouter.world.account, start).map((key) => key.spendable)).toEqual([usd('0.5'), usd('1')])
    expect(chat(openRouter, a.secret, 0.5).status).toBe(200)
    expect(chat(openRouter, a.secret, 0.1)).toMatchObject({
      status: 403,
      json: { error: { message: 'API key budget limit exceeded (daily limit)', metadata: { limit_source: 'openrouter_guardrail_budget' } } },
    })
    expect(chat(openRouter, b.secret, 0.1).status).toBe(200)
    expect(chat(openRouter, a.secret, 0.1, start + day).status).toBe(200)
  })

  it('of a workspace come to be with the first change, and hold for all its keys', () => {
    const openRouter = service()
    const id = openRouter.world.account.workspaces[0].defaultGuardrailId
    const { secret } = makeKey(openRouter)
    expect(openRouter.ask('GET', `/guardrails/${id}`).status).toBe(404)
    expect(openRouter.ask('PATCH', `/guardrails/${id}`, { name: 'mine' }).status).toBe(400)
    expect(openRouter.ask('PATCH', `/guardrails/${id}`, { limit_usd: 1, reset_interval: 'weekly' }).status).toBe(200)
    expect(openRouter.ask('GET', `/guardrails/${id}`).status).toBe(200)
    expect(chat(openRouter, secret, 1).status).toBe(200)
    expect(chat(openRouter, secret, 1).status).toBe(403)
  })
})
