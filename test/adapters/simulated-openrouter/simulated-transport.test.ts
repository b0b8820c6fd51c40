import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import type { Fault } from '../../../src/adapters/simulated-openrouter/fault.js'
import { simulatedTransport, type TransportOptions } from '../../../src/adapters/simulated-openrouter/simulated-transport.js'
import { settleDue } from '../../../src/adapters/simulated-openrouter/world.js'
import type { HttpRequest } from '../../../src/application/ports/http.js'
import { secret } from '../../../src/application/secret.js'
import { service, start } from './service.js'

/** A transport in virtual time: waiting moves the clock and nothing else. */
const connected = (faults: ReadonlyArray<Fault | null>, more: Partial<TransportOptions> = {}) => {
  const { world, managementKey } = service()
  const time = { at: start }
  const send = simulatedTransport({
    world,
    now: () => time.at,
    delay: async (milliseconds) => {
      time.at += milliseconds
    },
    nextFault: (_, call) => faults[call] ?? null,
    ...more,
  })
  const post: HttpRequest = { method: 'POST', path: '/keys', query: {}, bearer: secret(managementKey), body: '{"name":"k","limit":0}' }
  return { world, time, send: send(post) }
}

describe('the simulated transport', () => {
  it('carries requests and answers', async () => {
    const { send, world } = connected([])
    const answer = await send()
    expect(answer).toMatchObject({ _tag: 'Right', right: { status: 201, headers: { 'content-type': 'application/json', date: 'Wed, 19 Aug 2026 10:00:00 GMT' } } })
    expect(world.account.keys.size).toBe(1)
  })

  it('says whether a failed request was sent', async () => {
    const { send, world } = connected([{ _tag: 'refused-connection' }, { _tag: 'lost-before' }, { _tag: 'lost-after' }])
    expect(await send()).toEqual(E.left({ _tag: 'TransportError', sent: false, message: 'connection refused' }))
    expect(await send()).toMatchObject(E.left({ sent: true }))
    expect(await send()).toMatchObject(E.left({ sent: true }))
    expect(world.account.keys.size).toBe(1)
  })

  it('lets the client wait for what is slow, and give up on what is too slow or late', async () => {
    const { send, world, time } = connected([{ _tag: 'slow', delay: 800 }, { _tag: 'slow', delay: 5000 }, { _tag: 'late', delay: 1500 }], { timeout: 1000, latency: 3 })
    expect(await send()).toMatchObject({ right: { status: 201 } })
    expect(time.at).toBe(start + 803)
    expect(await send()).toMatchObject(E.left({ sent: true, message: 'timed out' }))
    expect(time.at).toBe(start + 1806)
    expect(world.account.keys.size).toBe(2)
    expect(await send()).toMatchObject(E.left({ sent: true }))
    expect(world.account.keys.size).toBe(2)
    settleDue(world, start + 1809 + 1500)
    expect(world.account.keys.size).toBe(3)
  })
})
