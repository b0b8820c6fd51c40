import { describe, expect, it } from 'vitest'

import { revokeManagementKey } from '../../../src/adapters/simulated-openrouter/create-account.js'
import { editKey } from '../../../src/adapters/simulated-openrouter/dashboard.js'
import { changeAccount } from '../../../src/adapters/simulated-openrouter/world.js'
import { day, makeKey, service, sha256, start, usd } from './service.js'

describe('creating keys', () => {
  it('answers 201 with the secret beside the data, and the hash is the SHA-256 of the secret', () => {
    const { status, json } = service().ask('POST', '/keys', { name: 'my key', limit: 0, include_byok_in_limit: true })
    expect(status).toBe(201)
    expect(json.key).toMatch(/^sk-or-v1-[0-9a-f]{64}$/)
    expect(json.data).toMatchObject({
      hash: sha256(json.key),
      name: 'my key',
      label: `${json.key.slice(0, 12)}...${json.key.slice(-3)}`,
      limit: 0,
      limit_remaining: 0,
      limit_reset: null,
      include_byok_in_limit: true,
      disabled: false,
      updated_at: null,
      expires_at: null,
      external_user: null,
    })
  })

  it('makes an uncapped key in the default workspace when nothing is said, and a second one for the same name', () => {
    const openRouter = service({ workspaces: ['team'] })
    const first = openRouter.ask('POST', '/keys', { name: 'same' })
    const second = openRouter.ask('POST', '/keys', { name: 'same', label: 'ignored' })
    expect(first.json.data).toMatchObject({ limit: null, limit_remaining: null, workspace_id: openRouter.world.account.workspaces[0].id })
    expect(second.json.data.hash).not.toBe(first.json.data.hash)
    expect(openRouter.world.account.keys.size).toBe(2)
  })

  it.each([
    ['no body', ''],
    ['no JSON', '{'],
    ['no name', {}],
    ['an empty name', { name: '' }],
    ['a limit as text', { name: 'k', limit: '5' }],
    ['a negative limit', { name: 'k', limit: -1 }],
    ['an unknown reset', { name: 'k', limit_reset: 'hourly' }],
    ['an unknown workspace', { name: 'k', workspace_id: 'nowhere' }],
    ['an expiry without seconds', { name: 'k', expires_at: '2027-01-01T00:00Z' }],
    ['an expiry that is not UTC', { name: 'k', expires_at: '2027-01-01T00:00:00+02:00' }],
    ['an expiry in the past', { name: 'k', expires_at: '2020-01-01T00:00:00Z' }],
  ])('refuses %s with 400 and makes nothing', (_, body) => {
    const openRouter = service()
    const { status, json } = openRouter.ask('POST', '/keys', body)
    expect(status).toBe(400)
    expect(json.error).toMatchObject({ code: 400, message: expect.any(String) })
    expect(openRouter.world.account.keys.size).toBe(0)
  })

  it('refuses limit 0 where the account is set so, in creation and change', () => {
    const openRouter = service({ settings: { refuseZeroLimit: true } })
    expect(openRouter.ask('POST', '/keys', { name: 'k', limit: 0 }).status).toBe(400)
    const { hash } = makeKey(openRouter, { limit: 0.01 })
    expect(openRouter.ask('PATCH', `/keys/${hash}`, { limit: 0 }).status).toBe(400)
    expect(openRouter.ask('PATCH', `/keys/${hash}`, { disabled: true }).json.data).toMatchObject({ disabled: true, limit: 0.01 })
  })
})

describe('listing keys', () => {
  it('pages by 100, newest first, without a total', () => {
    const openRouter = service()
    for (let n = 0; n < 120; n += 1) makeKey(openRouter, { name: `k${n}` })
    const first = openRouter.ask('GET', '/keys').json
    const second = openRouter.ask('GET', '/keys', undefined, { query: { offset: '100' } }).json
    expect(Object.keys(first)).toEqual(['data'])
    expect(first.data).toHaveLength(100)
    expect(first.data[0]?.name).toBe('k119')
    expect(second.data.map((key) => key.name)).toEqual(Array.from({ length: 20 }, (_, n) => `k${19 - n}`))
    expect(openRouter.ask('GET', '/keys', undefined, { query: { offset: '-1' } }).status).toBe(400)
  })

  it('shows only the default workspace, and disabled keys only on request', () => {
    const openRouter = service({ workspaces: ['team'] })
    const team = openRouter.world.account.workspaces[1]?.id ?? ''
    makeKey(openRouter, { name: 'here' })
    makeKey(openRouter, { name: 'there', workspace_id: team })
    const off = makeKey(openRouter, { name: 'off' })
    openRouter.ask('PATCH', `/keys/${off.hash}`, { disabled: true })
    const names = (query: Record<string, string>): unknown =>
      openRouter.ask('GET', '/keys', undefined, { query }).json.data.map((key) => key.name)
    expect(names({})).toEqual(['here'])
    expect(names({ include_disabled: 'true' })).toEqual(['off', 'here'])
    expect(names({ workspace_id: team })).toEqual(['there'])
    expect(openRouter.ask('GET', '/keys', undefined, { query: { workspace_id: 'team' } }).status).toBe(400)
    expect(openRouter.ask('POST', '/keys', { name: 'k', workspace_id: 'team' }).status).toBe(400)
  })
})

describe('one key', () => {
  it('keeps what a change omits, clears what is null, tolerates unknown fields', () => {
    const openRouter = service()
    const { hash } = makeKey(openRouter, { limit: 12.5, limit_reset: 'daily', expires_at: '2027-01-01T00:00:00Z' })
    const patched = openRouter.ask('PATCH', `/keys/${hash}`, { disabled: true, nonsense: 1 }, { at: start + 5 })
    expect(patched.json.data).toMatchObject({ limit: 12.5, limit_reset: 'daily', disabled: true, expires_at: '2027-01-01T00:00:00.000Z' })
    expect(Date.parse(patched.json.data.updated_at)).toBe(start + 5)
    const cleared = openRouter.ask('PATCH', `/keys/${hash}`, { limit: null, limit_reset: null, expires_at: null })
    expect(cleared.json.data).toMatchObject({ limit: null, limit_reset: null, disabled: true, expires_at: '2027-01-01T00:00:00.000Z' })
    expect(openRouter.ask('PATCH', `/keys/${hash}`, { disabled: 'yes' }).status).toBe(400)
  })

  it('deletes once, and a deleted key reads 404 everywhere and opens nothing', () => {
    const openRouter = service()
    const { hash, secret } = makeKey(openRouter)
    expect(openRouter.ask('GET', '/key', undefined, { as: secret }).status).toBe(200)
    expect(openRouter.ask('DELETE', `/keys/${hash}`)).toMatchObject({ status: 200, json: { deleted: true } })
    expect(openRouter.ask('DELETE', `/keys/${hash}`).status).toBe(404)
    expect(openRouter.ask('GET', `/keys/${hash}`).status).toBe(404)
    expect(openRouter.ask('PATCH', `/keys/${hash}`, {}).status).toBe(404)
    expect(openRouter.ask('GET', '/keys').json.data).toEqual([])
    expect(openRouter.ask('GET', '/key', undefined, { as: secret })).toMatchObject({ status: 401, json: { error: { message: 'User not found.' } } })
  })

  it('is changed by its owner behind our back', () => {
    const openRouter = service()
    const { hash } = makeKey(openRouter)
    const edit = (change: Parameters<typeof editKey>[2]): void =>
      changeAccount(openRouter.world, start, (account) => editKey(account, hash, change, start))
    edit({ _tag: 'Rename', name: 'renamed' })
    edit({ _tag: 'SetDisabled', disabled: true })
    edit({ _tag: 'SetLimit', limit: usd('3'), reset: 'weekly' })
    expect(openRouter.ask('GET', `/keys/${hash}`).json.data).toMatchObject({ name: 'renamed', disabled: true, limit: 3, limit_reset: 'weekly' })
    edit({ _tag: 'Delete' })
    expect(openRouter.ask('GET', `/keys/${hash}`).status).toBe(404)
  })
})

describe('credentials', () => {
  it('tells management keys from ordinary ones', () => {
    const openRouter = service()
    const { hash, secret } = makeKey(openRouter)
    expect(openRouter.ask('GET', '/key').json.data).toMatchObject({ is_management_key: true, is_provisioning_key: true })
    expect(openRouter.ask('GET', '/key', undefined, { as: secret }).json.data).toMatchObject({ is_management_key: false, limit: null })
    const as = (method: string, path: string): number => openRouter.ask(method, path, {}, { as: secret }).status
    expect([as('POST', '/keys'), as('GET', '/credits')]).toEqual([403, 403])
    expect([as('GET', '/keys'), as('DELETE', `/keys/${hash}`), as('GET', '/workspaces')]).toEqual([401, 401, 401])
  })

  it('answers 401 without a credential, with an unknown one, a disabled key and an expired key', () => {
    const openRouter = service()
    const brief = makeKey(openRouter, { expires_at: new Date(start + day).toISOString() })
    const off = makeKey(openRouter)
    openRouter.ask('PATCH', `/keys/${off.hash}`, { disabled: true })
    expect(openRouter.ask('GET', '/key', undefined, { as: null }).json.error.message).toBe('Missing Authentication header')
    expect(openRouter.ask('GET', '/key', undefined, { as: 'sk-or-v1-nobody' }).status).toBe(401)
    expect(openRouter.ask('GET', '/key', undefined, { as: off.secret }).status).toBe(401)
    expect(openRouter.ask('GET', '/key', undefined, { as: brief.secret, at: start + day - 1 }).status).toBe(200)
    expect(openRouter.ask('GET', '/key', undefined, { as: brief.secret, at: start + day }).status).toBe(401)
  })

  it('refuses a management key that was revoked', () => {
    const openRouter = service()
    changeAccount(openRouter.world, start, (account) => revokeManagementKey(sha256, account, openRouter.managementKey))
    expect(openRouter.ask('GET', '/key')).toMatchObject({ status: 401, json: { error: { message: 'User not found.' } } })
  })

  it('answers 404 and 405 in its own error format', () => {
    expect(service().ask('GET', '/nothing').json).toEqual({ error: { code: 404, message: 'Not Found' } })
    expect(service().ask('DELETE', '/keys').status).toBe(405)
  })
})

describe('workspaces and credits', () => {
  it('refuses to list workspaces where the account is set so', () => {
    expect(service({ settings: { refuseWorkspaces: true } }).ask('GET', '/workspaces').status).toBe(403)
  })

  it('lists workspaces by page and finds one by id or slug', () => {
    const openRouter = service({ workspaces: ['one', 'two'] })
    const listed = openRouter.ask('GET', '/workspaces', undefined, { query: { limit: '2', offset: '1' } }).json
    expect(listed).toMatchObject({ total_count: 3, data: [{ slug: 'one' }, { slug: 'two' }] })
    expect(openRouter.ask('GET', `/workspaces/${listed.data[0]?.id}`).json.data.name).toBe('one')
    expect(openRouter.ask('GET', '/workspaces/two').json.data.slug).toBe('two')
    expect(openRouter.ask('GET', '/workspaces/three').status).toBe(404)
    expect(openRouter.ask('GET', '/workspaces', undefined, { query: { limit: '101' } }).status).toBe(400)
    expect(openRouter.ask('GET', '/credits').json.data).toEqual({ total_credits: 1000, total_usage: 0 })
  })
})
