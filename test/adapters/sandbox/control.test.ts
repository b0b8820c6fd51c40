import { describe, expect, it } from 'vitest'

import type { Sandbox } from '../../../src/adapters/sandbox/start-sandbox.js'
import { ask, make, withSandbox } from './running.js'

const control = async (sandbox: Sandbox, method: string, path: string, body?: unknown) => {
  const response = await fetch(`${sandbox.url.replace('/api/v1', '/__sandbox')}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, json: await response.json() }
}

describe('the controls of the sandbox', () => {
  it('show the state and the journal without secrets', async () => {
    await withSandbox({}, async (sandbox) => {
      const { hash } = await make(sandbox, { limit: 2 })
      const state = await control(sandbox, 'GET', '/state')
      expect(state.json).toMatchObject({ keys: [{ hash, limit: 2, spendable: 2, byok_spendable: null }], requests: 1, due: 0 })
      const journal = await control(sandbox, 'GET', '/journal')
      expect(journal.json).toMatchObject({ requests: [{ method: 'POST', path: '/keys' }] })
      expect(JSON.stringify([state, journal])).not.toMatch(/sk-or-v1-[0-9a-f]{64}/)
    })
  })

  it('show what came late as soon as it is due', async () => {
    const time = { at: Date.now() }
    await withSandbox({ faultSpec: 'POST /keys:late(500)', now: () => time.at }, async (sandbox) => {
      await ask(sandbox, 'POST', '/keys', { name: 'k' }).catch(() => undefined)
      expect((await control(sandbox, 'GET', '/state')).json).toMatchObject({ keys: [], due: 1 })
      time.at += 500
      expect((await control(sandbox, 'GET', '/state')).json).toMatchObject({ keys: [{ name: 'k' }], due: 0 })
    })
  })

  it('set and end faults, and say what is wrong with them', async () => {
    await withSandbox({ faultSpec: '*:html' }, async (sandbox) => {
      expect((await ask(sandbox, 'GET', '/key')).status).toBe(502)
      expect((await control(sandbox, 'PUT', '/faults', { spec: '' })).status).toBe(200)
      expect((await ask(sandbox, 'GET', '/key')).status).toBe(200)
      expect((await control(sandbox, 'PUT', '/faults', { spec: '*:refuse(418)' })).status).toBe(200)
      expect((await ask(sandbox, 'GET', '/key')).status).toBe(418)
      const wrong = await control(sandbox, 'PUT', '/faults', { spec: '*:lost' })
      expect(wrong).toMatchObject({ status: 400, json: { error: { message: expect.stringContaining('unknown fault "lost"') } } })
      expect((await ask(sandbox, 'GET', '/key')).status).toBe(418)
    })
  })

  it('spend on a key while it may, a random cost by default', async () => {
    await withSandbox({ fraction: () => 0.25 }, async (sandbox) => {
      const { hash } = await make(sandbox, { limit: 1 })
      const spend = async (body: object) => (await control(sandbox, 'POST', '/spend', { hash, ...body })).json
      expect(await spend({})).toEqual({ admitted: true, cost: 0.025, byok_cost: 0 })
      expect(await spend({ byok_cost: 3 })).toMatchObject({ admitted: true, cost: 0 })
      expect(await spend({ cost: 1.5 })).toMatchObject({ admitted: true })
      expect(await spend({ cost: 1.5 })).toMatchObject({ admitted: false })
      expect((await control(sandbox, 'POST', '/spend', { hash, cost: -1 })).status).toBe(400)
      expect(await (await ask(sandbox, 'GET', `/keys/${hash}`)).json()).toMatchObject({ data: { usage: 1.525, byok_usage: 3 } })
    })
  })

  it('change and delete a key as its owner does', async () => {
    await withSandbox({ settings: { refuseZeroLimit: true } }, async (sandbox) => {
      const { hash } = await make(sandbox, { limit: 1, limit_reset: 'daily' })
      const read = async (): Promise<unknown> => (await ask(sandbox, 'GET', `/keys/${hash}`)).json()
      expect((await control(sandbox, 'PATCH', `/keys/${hash}`, { name: 'new', disabled: true, include_byok_in_limit: true })).status).toBe(200)
      expect(await read()).toMatchObject({ data: { name: 'new', disabled: true, include_byok_in_limit: true, limit: 1, limit_reset: 'daily' } })
      await control(sandbox, 'PATCH', `/keys/${hash}`, { limit: 0 })
      expect(await read()).toMatchObject({ data: { limit: 0, limit_reset: 'daily' } })
      await control(sandbox, 'PATCH', `/keys/${hash}`, { limit_reset: null })
      expect(await read()).toMatchObject({ data: { limit: 0, limit_reset: null } })
      expect((await control(sandbox, 'PATCH', `/keys/${hash}`, { limit: -1 })).status).toBe(400)
      await control(sandbox, 'DELETE', `/keys/${hash}`)
      expect((await ask(sandbox, 'GET', `/keys/${hash}`)).status).toBe(404)
      expect((await control(sandbox, 'PATCH', `/keys/${hash}`, {})).status).toBe(404)
      expect((await control(sandbox, 'GET', '/nothing')).status).toBe(404)
    })
  })
})
