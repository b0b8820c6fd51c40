import { once } from 'node:events'
import { createServer, type Server } from 'node:http'

import { describe, expect, it } from 'vitest'

import { startSandbox } from '../../../src/adapters/sandbox/start-sandbox.js'
import type { JournalEntry } from '../../../src/adapters/simulated-openrouter/journal.js'
import { settleDue } from '../../../src/adapters/simulated-openrouter/world.js'
import { ask, make, withSandbox } from './running.js'

const create = { name: 'k', limit: 0 }

describe('the sandbox', () => {
  it('serves the API on loopback, with the clock it was given in the date header', async () => {
    await withSandbox({ now: () => Date.parse('2026-08-19T10:00:00Z') }, async (sandbox) => {
      expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/v1$/)
      expect(sandbox.managementKey).toMatch(/^sk-or-v1-[0-9a-f]{64}$/)
      const made = await ask(sandbox, 'POST', '/keys', create)
      expect([made.status, made.headers.get('content-type'), made.headers.get('date')]).toEqual([201, 'application/json', 'Wed, 19 Aug 2026 10:00:00 GMT'])
      const listed = await ask(sandbox, 'GET', '/keys?include_disabled=true&offset=0')
      expect(await listed.json()).toMatchObject({ data: [{ name: 'k', limit: 0 }] })
      expect((await ask(sandbox, 'GET', '/keys', undefined, null)).status).toBe(401)
      const page = await fetch(sandbox.url.replace('/api/v1', '/elsewhere'))
      expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8'])
    })
  })

  it('makes the same secrets for the same seed', async () => {
    const secrets: Array<unknown> = []
    for (const managementKey of ['sk-or-v1-a', 'sk-or-v1-b']) {
      await withSandbox({ seed: 's', managementKey }, async (sandbox) => {
        secrets.push((await make(sandbox)).secret)
      })
    }
    expect(secrets[0]).toBe(secrets[1])
  })

  it('says why it cannot start', async () => {
    expect(await startSandbox({ faultSpec: 'x' })()).toMatchObject({ left: { _tag: 'InvalidFaultSpec' } })
    const other: Server = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expect(await startSandbox({ port })()).toMatchObject({ left: { _tag: 'PortUnavailable', port, message: expect.stringContaining('EADDRINUSE') } })
    other.close()
  })

  it.each([
    ['lost-before', 0],
    ['lost-after', 1],
    ['refused-connection', 0],
  ])('destroys the connection on %s, with %i keys made', async (fault, keys) => {
    await withSandbox({ faultSpec: `POST /keys:${fault}@1` }, async (sandbox) => {
      await expect(ask(sandbox, 'POST', '/keys', create)).rejects.toThrow('fetch failed')
      expect(sandbox.world.account.keys.size).toBe(keys)
      expect((await ask(sandbox, 'POST', '/keys', create)).status).toBe(201)
    })
  })

  it('applies a late request after the connection is gone', async () => {
    const time = { at: Date.now() }
    await withSandbox({ faultSpec: 'POST /keys:late(5000)', now: () => time.at }, async (sandbox) => {
      await expect(ask(sandbox, 'POST', '/keys', create)).rejects.toThrow('fetch failed')
      settleDue(sandbox.world, time.at + 4999)
      expect(sandbox.world.account.keys.size).toBe(0)
      time.at += 5000
      expect(await (await ask(sandbox, 'GET', '/keys')).json()).toMatchObject({ data: [{ name: 'k' }] })
    })
  })

  it('answers slowly, cut, garbled, as an edge page, or with another status', async () => {
    const faultSpec = 'GET /key:slow(60)@1,GET /key:truncated@2,GET /key:garbage@3,GET /key:html(403)@4,GET /key:rate-limited(7)@5'
    await withSandbox({ faultSpec }, async (sandbox) => {
      const begin = performance.now()
      expect((await ask(sandbox, 'GET', '/key')).status).toBe(200)
      expect(performance.now() - begin).toBeGreaterThan(55)
      await expect(ask(sandbox, 'GET', '/key').then((response) => response.json())).rejects.toThrow()
      await expect(ask(sandbox, 'GET', '/key').then((response) => response.json())).rejects.toThrow()
      expect(await (await ask(sandbox, 'GET', '/key')).text()).toContain('<html>')
      const limited = await ask(sandbox, 'GET', '/key')
      expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7'])
      expect((await ask(sandbox, 'GET', '/key')).status).toBe(200)
    })
  })

  it('closes while an answer is still to come', async () => {
    const begin = performance.now()
    await withSandbox({ faultSpec: '*:slow(60000)' }, async (sandbox) => {
      const asked = ask(sandbox, 'GET', '/key').catch((error: unknown) => String(error))
      await expect.poll(() => sandbox.world.journal.length).toBe(1)
      await sandbox.close()
      expect(await asked).toContain('fetch failed')
    })
    expect(performance.now() - begin).toBeLessThan(5000)
  })

  it('refuses a body that only rubbish can have', async () => {
    await withSandbox({}, async (sandbox) => {
      expect((await ask(sandbox, 'POST', '/keys', { name: 'x'.repeat(1_100_000) })).status).toBe(413)
    })
  })

  it('tells of every request as a line of JSON without secrets', async () => {
    const lines: Array<JournalEntry> = []
    await withSandbox({ onRequest: (entry) => lines.push(entry), faultSpec: 'DELETE /keys/*:html' }, async (sandbox) => {
      const { hash, secret } = await make(sandbox)
      await ask(sandbox, 'GET', '/key', undefined, secret)
      await ask(sandbox, 'DELETE', `/keys/${hash}`)
      expect(lines).toMatchObject([
        { method: 'POST', path: '/keys', caller: 'management', status: 201 },
        { method: 'GET', path: '/key', caller: { key: hash }, status: 200 },
        { method: 'DELETE', fault: 'html', status: 502 },
      ])
      expect(JSON.parse(JSON.stringify(lines))).toEqual(lines)
      expect(JSON.stringify(lines)).not.toMatch(/sk-or-/)
    })
  })
})
