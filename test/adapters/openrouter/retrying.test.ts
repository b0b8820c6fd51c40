import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { makeOpenRouterClient } from '../../../src/adapters/openrouter/client.js'
import { forAllRequests, forEachRequest, type Repeating, withRetries } from '../../../src/adapters/openrouter/retrying.js'
import type { HttpRequest, HttpResponse, TransportError } from '../../../src/application/ports/http.js'
import type { OpenRouterClient } from '../../../src/application/ports/open-router-client.js'
import { secret } from '../../../src/application/secret.js'
import type { Millis } from '../../../src/domain/shared/instant.js'
import { answer, dollars, hashOf, keyJson, managementKey, no, ok, page, recording, refusal } from './fakes.js'

const ms = (value: number): Millis => value as Millis
const hash = hashOf('k')
const unavailable = E.right(answer(503, page))

interface Setup {
  readonly reply: (request: HttpRequest, call: number) => E.Either<TransportError, HttpResponse>
  readonly budget?: number
  readonly fraction?: () => number
  readonly more?: Partial<Repeating>
}

/** A client in virtual time: sleeping is what moves the clock. */
const virtual = ({ reply, budget = 60_000, fraction = () => 0.5, more = {} }: Setup) => {
  let now = 1_000_000
  const sleeps: Array<number> = []
  const clock = {
    monotonic: () => ms(now),
    sleep: (duration: Millis) => async () => {
      sleeps.push(duration)
      now += duration
    },
  }
  const { transport, requests } = recording(reply)
  const around = withRetries({ clock, random: { fraction }, deadline: forEachRequest(ms(budget)), ...more })
  const client = makeOpenRouterClient({ transport, managementKey, around })
  return { client, requests, sleeps, clock, elapsed: () => now - 1_000_000 }
}

const reads: ReadonlyArray<readonly [string, (client: OpenRouterClient) => () => Promise<E.Either<unknown, unknown>>]> = [
  ['whoAmI', (client) => client.whoAmI()],
  ['listWorkspaces', (client) => client.listWorkspaces()],
  ['listKeys', (client) => client.listKeys()],
  ['verifyKeyStatus', (client) => client.verifyKeyStatus(hash)],
  ['getKeyDetails', (client) => client.getKeyDetails(hash)],
  ['trySecret', (client) => client.trySecret(secret('sk-or-v1-x'))],
]

const policy = { disabled: true, limit: dollars('0'), reset: null, includeByok: true } as const
const create = (client: OpenRouterClient) =>
  client.createKey({ name: 'n', limit: dollars('0'), includeByok: true, expiresAt: null, workspace: null })

const transient: ReadonlyArray<readonly [string, E.Either<TransportError, HttpResponse>]> = [
  ['not sent', E.left({ _tag: 'TransportError', sent: false, message: 'x' })],
  ['lost', E.left({ _tag: 'TransportError', sent: true, message: 'x' })],
  ['429', E.right(refusal(429))],
  ['408', E.right(refusal(408))],
  ['503', unavailable],
  ['an edge page at 404', E.right(answer(404, page))],
  ['a truncated answer', E.right(answer(200, '{"data":'))],
]

describe('repeating', () => {
  it.each(reads)('%s is repeated until it is answered', async (_, call) => {
    const { client, requests } = virtual({ reply: (_, n) => (n < 3 ? unavailable : E.right(refusal(401))) })
    await call(client)()
    expect(requests.slice(0, 4).every(({ path }) => path === requests[0]?.path)).toBe(true)
    expect(requests.length).toBeGreaterThanOrEqual(4)
  })

  it.each(transient)('happens after: %s', async (_, failure) => {
    const { client, requests } = virtual({ reply: (_, n) => (n === 0 ? failure : E.right(answer(200, { data: keyJson('k') }))) })
    expect(ok(await client.verifyKeyStatus(hash)())).toBe('enabled')
    expect(requests).toHaveLength(2)
  })

  it.each([refusal(400), refusal(401), refusal(402), refusal(403), refusal(404), refusal(409), answer(302, '')])('does not happen after %j', async (response) => {
    const { client, requests } = virtual({ reply: () => E.right(response) })
    await client.getKeyDetails(hash)()
    expect(requests).toHaveLength(1)
  })

  it('never sends a creation twice, whatever happens and whatever is asked', async () => {
    for (const repeats of ['reads', 'changes'] as const) {
      for (const [, failure] of transient) {
        const { client, requests } = virtual({ reply: () => failure, more: { repeats } })
        expect((await create(client)())._tag).toBe('Left')
        expect(requests.map(({ method }) => method)).toEqual(['POST'])
      }
    }
  })

  it('leaves changes to the caller unless asked to repeat them', async () => {
    const changes = [(client: OpenRouterClient) => client.updateKey(hash, policy), (client: OpenRouterClient) => client.revokeKey(hash)]
    for (const change of changes) {
      const shy = virtual({ reply: () => unavailable })
      await change(shy.client)()
      expect(shy.requests).toHaveLength(1)
      const bold = virtual({ reply: (_, n) => (n < 2 ? unavailable : E.right(refusal(404))), more: { repeats: 'changes' } })
      await change(bold.client)()
      expect(bold.requests).toHaveLength(3)
    }
  })

  it('repeats the page of a listing that failed, not the listing', async () => {
    const rows = Array.from({ length: 150 }, (_, n) => keyJson(`k${n}`))
    const { client, requests } = virtual({
      reply: ({ path, query }, n) => {
        if (path === '/workspaces') return E.right(refusal(403))
        const offset = Number(query['offset'])
        return n === 2 ? unavailable : E.right(answer(200, { data: rows.slice(offset, offset + 100) }))
      },
    })
    expect(ok(await client.listKeys()()).keys).toHaveLength(150)
    expect(requests.map(({ query }) => query['offset'])).toEqual(['0', '0', '99', '99', '149'])
  })
})

describe('the pauses', () => {
  it('are anywhere below a ceiling that doubles from 0.5 s to 8 s', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 12, maxLength: 12 }), async (fractions) => {
        let drawn = 0
        const { client, sleeps } = virtual({
          reply: (_, n) => (n < 12 ? unavailable : E.right(refusal(401))),
          budget: 1_000_000,
          fraction: () => fractions[drawn++] ?? 0,
        })
        await client.whoAmI()()
        expect(sleeps).toEqual(fractions.map((fraction, n) => Math.round(fraction * Math.min(8000, 500 * 2 ** n))))
      }),
    ))

  it('keep an asked pause whole and add the jitter to it', async () => {
    const limited = E.right(answer(429, { error: { code: 429, message: 'Slow down' } }, { 'retry-after': '7' }))
    const { client, sleeps } = virtual({ reply: (_, n) => (n === 0 ? limited : E.right(refusal(401))) })
    await client.whoAmI()()
    expect(sleeps).toEqual([7250])
  })

  it('are not begun when OpenRouter asks for more than is left', async () => {
    const limited = E.right(answer(429, { error: { code: 429, message: 'Slow down' } }, { 'retry-after': '61' }))
    const { client, sleeps, requests } = virtual({ reply: () => limited })
    expect(no(await client.whoAmI()())).toEqual({
      _tag: 'RateLimited',
      retryAfter: 61_000,
      message: 'Slow down (tried once; OpenRouter asks to wait 61 s, longer than may be waited)',
    })
    expect([sleeps, requests.length]).toEqual([[], 1])
  })

  it('end at the deadline, with a last try there', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 120_000 }), fc.double({ min: 0.01, max: 0.999, noNaN: true }), async (budget, fraction) => {
        const { client, elapsed, requests, sleeps } = virtual({ reply: () => unavailable, budget, fraction: () => fraction })
        const error = no(await client.whoAmI()())
        expect(error).toMatchObject({ _tag: 'OutcomeUnknown', status: 503, message: expect.stringMatching(/tried .* time for repeating is over\)$/) })
        expect(elapsed()).toBeLessThanOrEqual(budget)
        expect(requests).toHaveLength(sleeps.length + 1)
        if (requests.length < 100) expect(elapsed()).toBe(budget)
      }),
    ))

  it('do not exist without a budget: one try', async () => {
    const { client, requests } = virtual({ reply: () => unavailable, budget: 0 })
    await client.whoAmI()()
    expect(requests).toHaveLength(1)
  })

  it('share one budget when asked to', async () => {
    let now = 0
    const clock = {
      monotonic: () => ms(now),
      sleep: (duration: Millis) => async () => {
        now += duration
      },
    }
    const { transport, requests } = recording(() => unavailable)
    const around = withRetries({ clock, random: { fraction: () => 0.5 }, deadline: forAllRequests(clock, ms(10_000)) })
    const client = makeOpenRouterClient({ transport, managementKey, around })
    await client.whoAmI()()
    const first = requests.length
    expect([first > 3, now]).toEqual([true, 10_000])
    await client.whoAmI()()
    expect(requests).toHaveLength(first + 1)
  })

  it('are no storm when the clock stands still', async () => {
    const { client, requests } = virtual({ reply: () => unavailable, fraction: () => 0 })
    await client.whoAmI()()
    expect(requests).toHaveLength(100)
  })

  it('end when the program is asked to stop, before and during one', async () => {
    const stopped = virtual({ reply: () => unavailable, more: { stopping: () => true } })
    await stopped.client.whoAmI()()
    expect([stopped.requests.length, stopped.sleeps.length]).toEqual([1, 0])
    let asked = 0
    const stopping = virtual({ reply: () => unavailable, more: { stopping: () => asked++ > 0 } })
    expect(no(await stopping.client.whoAmI()())).toMatchObject({ status: 503 })
    expect([stopping.requests.length, stopping.sleeps.length]).toEqual([1, 1])
  })
})
