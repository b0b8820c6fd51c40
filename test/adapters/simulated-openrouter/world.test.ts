import { describe, expect, it } from 'vitest'

import { editKey } from '../../../src/adapters/simulated-openrouter/dashboard.js'
import { attemptedCreations, requestLines } from '../../../src/adapters/simulated-openrouter/journal.js'
import { liveKeys } from '../../../src/adapters/simulated-openrouter/spending.js'
import { changeAccount, committedSpend, settleDue, spendOnKey } from '../../../src/adapters/simulated-openrouter/world.js'
import { day, makeKey, service, start, usd } from './service.js'

const cost = (credits: string, byok = '0') => ({ credits: usd(credits), byok: usd(byok) })

describe('faults', () => {
  const create = { name: 'k', limit: 0 }
  const applied = (fault: Parameters<ReturnType<typeof service>['try']>[3]) => {
    const openRouter = service()
    const outcome = openRouter.try('POST', '/keys', create, fault)
    return { outcome, keys: openRouter.world.account.keys.size, openRouter }
  }

  it.each([
    [{ _tag: 'lost-before' }, 0, { _tag: 'ConnectionLost', sent: true }],
    [{ _tag: 'refused-connection' }, 0, { _tag: 'ConnectionLost', sent: false }],
    [{ _tag: 'lost-after' }, 1, { _tag: 'ConnectionLost', sent: true }],
    [{ _tag: 'applied-then-5xx', status: 502 }, 1, { response: { status: 502 } }],
    [{ _tag: '5xx-before', status: 500 }, 0, { response: { status: 500 } }],
    [{ _tag: 'rate-limited', retryAfter: 2 }, 0, { response: { status: 429, headers: { 'retry-after': '2' } } }],
    [{ _tag: 'garbage' }, 1, { response: { status: 201 } }],
    [{ _tag: 'html', status: 403 }, 0, { response: { status: 403, headers: { 'content-type': 'text/html; charset=UTF-8' } } }],
    [{ _tag: 'truncated' }, 1, { response: { status: 201 } }],
    [{ _tag: 'slow', delay: 70 }, 1, { after: 70, response: { status: 201 } }],
    [{ _tag: 'refuse', status: 403 }, 0, { response: { status: 403 } }],
  ] as const)('%o makes %i keys', (fault, keys, outcome) => {
    const seen = applied(fault)
    expect(seen.keys).toBe(keys)
    expect(seen.outcome).toMatchObject(outcome)
  })

  it('makes unreadable what it garbles', () => {
    for (const fault of [{ _tag: 'garbage' }, { _tag: 'truncated' }, { _tag: 'html', status: 502 }] as const) {
      const { outcome } = applied(fault)
      expect(() => JSON.parse(outcome._tag === 'Answered' ? outcome.response.body : '{}')).toThrow()
    }
  })

  it('applies a late request when its time has come, and not before', () => {
    const { openRouter, outcome, keys } = applied({ _tag: 'late', delay: 500 })
    expect([outcome._tag, keys]).toEqual(['TimedOut', 0])
    settleDue(openRouter.world, start + 499)
    expect(openRouter.world.account.keys.size).toBe(0)
    settleDue(openRouter.world, start + 500)
    expect([...openRouter.world.account.keys.values()]).toMatchObject([{ name: 'k', createdAt: start + 500 }])
    settleDue(openRouter.world, start + day)
    expect(openRouter.world.account.keys.size).toBe(1)
  })

  it('applies what is due in order of time, not of request', () => {
    const openRouter = service()
    const { hash } = makeKey(openRouter)
    openRouter.try('PATCH', `/keys/${hash}`, { name: 'second' }, { _tag: 'late', delay: 20 })
    openRouter.try('PATCH', `/keys/${hash}`, { name: 'first' }, { _tag: 'late', delay: 10 })
    settleDue(openRouter.world, start + 100)
    expect(openRouter.world.account.keys.get(hash)).toMatchObject({ name: 'second', updatedAt: start + 20 })
  })

  it('remembers a bounded past', () => {
    const openRouter = service()
    for (let n = 0; n < 80; n += 1) makeKey(openRouter)
    expect(openRouter.world.history).toHaveLength(64)
    expect(openRouter.world.history[0]?.keys.size).toBe(79)
  })

  it('answers a stale read from the past and leaves the present as it is', () => {
    const openRouter = service()
    const { hash } = makeKey(openRouter)
    openRouter.ask('PATCH', `/keys/${hash}`, { disabled: true })
    const stale = (back: number) => openRouter.ask('GET', `/keys/${hash}`, undefined, { fault: { _tag: 'stale-read', back } })
    expect(stale(1).json.data.disabled).toBe(false)
    expect(stale(2).status).toBe(404)
    expect(stale(99).status).toBe(404)
    expect(openRouter.ask('GET', `/keys/${hash}`).json.data.disabled).toBe(true)
    const created = openRouter.ask('POST', '/keys', { name: 'new' }, { fault: { _tag: 'stale-read', back: 2 } })
    expect(created.status).toBe(201)
    expect(openRouter.world.account.keys.size).toBe(2)
  })

  it('forgets every key but neither the management key nor the workspaces', () => {
    const openRouter = service()
    const { hash, secret } = makeKey(openRouter)
    const fault = { _tag: 'amnesia' } as const
    const status = (method: string, path: string, as?: string): number =>
      openRouter.ask(method, path, {}, { fault, ...(as === undefined ? {} : { as }) }).status
    expect(status('GET', '/key')).toBe(200)
    expect(status('GET', '/workspaces')).toBe(200)
    expect([status('GET', `/keys/${hash}`), status('PATCH', `/keys/${hash}`), status('DELETE', `/keys/${hash}`)]).toEqual([404, 404, 404])
    expect(openRouter.ask('GET', '/keys', undefined, { fault }).json.data).toEqual([])
    expect(status('GET', '/key', secret)).toBe(401)
    expect(openRouter.ask('GET', `/keys/${hash}`).status).toBe(200)
  })
})

describe('the journal', () => {
  it('records what was asked, by whom and how it went, without any secret', () => {
    const openRouter = service()
    openRouter.try('POST', '/keys', { name: 'my-key [lv:1]', limit: 0 }, { _tag: 'lost-after' })
    const { hash, secret } = makeKey(openRouter, { name: 'other' })
    openRouter.ask('GET', '/key', undefined, { as: secret })
    expect(requestLines(openRouter.world.journal)).toEqual(['POST /keys', 'POST /keys', 'GET /key'])
    expect(attemptedCreations(openRouter.world.journal)).toEqual(['my-key [lv:1]', 'other'])
    expect(openRouter.world.journal).toMatchObject([
      { caller: 'management', fault: 'lost-after', outcome: 'ConnectionLost', status: null, at: start },
      { caller: 'management', fault: null, outcome: 'Answered', status: 201 },
      { caller: { key: hash }, status: 200 },
    ])
    expect(JSON.stringify(openRouter.world.journal)).not.toMatch(/sk-or-/)
  })
})

describe('the journal of a careless client', () => {
  it('hides what looks like a key', () => {
    const openRouter = service()
    openRouter.ask('POST', '/keys', { name: `k ${openRouter.managementKey}` })
    expect(openRouter.world.journal[0]?.body).toBe('{"name":"k <redacted>"}')
  })
})

describe('spending', () => {
  it('is let through while anything is left and charged in full, so that it may pass the limit', () => {
    const openRouter = service()
    const { hash } = makeKey(openRouter, { limit: 1, limit_reset: 'daily' })
    expect(spendOnKey(openRouter.world, start, hash, cost('0.9'))).toBe(true)
    expect(spendOnKey(openRouter.world, start, hash, cost('0.9'))).toBe(true)
    expect(spendOnKey(openRouter.world, start, hash, cost('0.000001'))).toBe(false)
    expect(openRouter.ask('GET', `/keys/${hash}`).json.data).toMatchObject({ usage: 1.8, usage_daily: 1.8, limit_remaining: -0.8 })
    expect(liveKeys(openRouter.world.account, start)).toMatchObject([{ spendable: 0n, key: { hash } }])
    const tomorrow = openRouter.ask('GET', `/keys/${hash}`, undefined, { at: start + day }).json.data
    expect(tomorrow).toMatchObject({ usage: 1.8, usage_daily: 0, usage_weekly: 1.8, usage_monthly: 1.8, limit_remaining: 1 })
    expect(spendOnKey(openRouter.world, start + day, hash, cost('0.5'))).toBe(true)
    expect(openRouter.ask('GET', '/credits').json.data.total_usage).toBe(2.3)
  })

  it('of BYOK passes a limit that does not count it', () => {
    const openRouter = service()
    const open = makeKey(openRouter, { limit: 0 })
    const closed = makeKey(openRouter, { limit: 0, include_byok_in_limit: true })
    expect(spendOnKey(openRouter.world, start, open.hash, cost('0', '5'))).toBe(true)
    expect(spendOnKey(openRouter.world, start, closed.hash, cost('0', '5'))).toBe(false)
    expect(liveKeys(openRouter.world.account, start)).toMatchObject([
      { spendable: 0n, byokSpendable: null },
      { spendable: 0n, byokSpendable: 0n },
    ])
    expect(openRouter.ask('GET', `/keys/${open.hash}`).json.data).toMatchObject({ usage: 0, byok_usage: 5, byok_usage_monthly: 5, limit_remaining: 0 })
  })

  it('is null for an uncapped key and zero for a disabled one, and stops at the end of the credits', () => {
    const openRouter = service({ creditsBought: usd('1') })
    const { hash } = makeKey(openRouter)
    expect(liveKeys(openRouter.world.account, start)[0]?.spendable).toBeNull()
    expect(spendOnKey(openRouter.world, start, hash, cost('1'))).toBe(true)
    expect(spendOnKey(openRouter.world, start, hash, cost('1'))).toBe(false)
    changeAccount(openRouter.world, start, (account) => editKey(account, hash, { _tag: 'SetDisabled', disabled: true }, start))
    expect(liveKeys(openRouter.world.account, start)[0]?.spendable).toBe(0n)
  })

  it('that was admitted is charged even after the key is gone', () => {
    const openRouter = service({ settings: { usageLag: 1000 } })
    const { hash } = makeKey(openRouter, { limit: 1 })
    expect(spendOnKey(openRouter.world, start, hash, cost('0.4'), 50)).toBe(true)
    expect(spendOnKey(openRouter.world, start, hash, cost('0.7'), 50)).toBe(true)
    expect(openRouter.ask('GET', `/keys/${hash}`, undefined, { at: start + 60 }).json.data.usage).toBe(0)
    openRouter.ask('DELETE', `/keys/${hash}`, undefined, { at: start + 100 })
    expect(committedSpend(openRouter.world, hash).credits).toBe(usd('1.1'))
    settleDue(openRouter.world, start + 1050)
    expect(openRouter.world.account.deleted.get(hash)?.usage.total).toBe(usd('1.1'))
    expect(committedSpend(openRouter.world, hash).credits).toBe(usd('1.1'))
    expect(openRouter.ask('GET', '/credits', undefined, { at: start + 2000 }).json.data.total_usage).toBe(1.1)
  })
})
