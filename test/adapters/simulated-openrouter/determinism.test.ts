import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { handle } from '../../../src/adapters/simulated-openrouter/handle.js'
import type { Fault } from '../../../src/adapters/simulated-openrouter/fault.js'
import type { WireRequest } from '../../../src/adapters/simulated-openrouter/wire.js'
import { arrive, settleDue } from '../../../src/adapters/simulated-openrouter/world.js'
import { day, type Service, service, sha256, start } from './service.js'

const fault: fc.Arbitrary<Fault | null> = fc.option(
  fc.oneof(
    fc.record({ _tag: fc.constantFrom('lost-before', 'refused-connection', 'lost-after', 'garbage', 'truncated', 'amnesia') }),
    fc.record({ _tag: fc.constantFrom('applied-then-5xx', '5xx-before'), status: fc.constantFrom(500, 503) }),
    fc.record({ _tag: fc.constantFrom('late', 'slow'), delay: fc.integer({ min: 0, max: 2 * day }) }),
    fc.record({ _tag: fc.constant('stale-read' as const), back: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ _tag: fc.constantFrom('html', 'refuse'), status: fc.constantFrom(403, 404) }),
    fc.record({ _tag: fc.constant('rate-limited' as const), retryAfter: fc.option(fc.nat(9)) }),
  ),
)

const body = fc.oneof(
  fc.record({ name: fc.string(), limit: fc.oneof(fc.double(), fc.constant(null)) }, { requiredKeys: [] }).map((value) => JSON.stringify(value)),
  fc.json(),
  fc.string(),
  fc.constant(null),
)

/** `key` and `guardrail` choose among those that exist, so that most requests find something. */
const step = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'PUT'),
  path: fc.constantFrom('/key', '/keys', '/keys/KEY', '/workspaces', '/workspaces/default', '/credits', '/guardrails', '/guardrails/RAIL', '/guardrails/RAIL/assignments/keys', '/guardrails/assignments/keys', '/chat/completions', '/', '//', '/keys/'),
  body,
  query: fc.dictionary(fc.constantFrom('offset', 'limit', 'include_disabled', 'workspace_id', '__proto__'), fc.constantFrom('0', '1', '-1', 'true', 'x', '')),
  asKey: fc.boolean(),
  after: fc.integer({ min: 0, max: day }),
  fault,
})

const play = (openRouter: Service, steps: ReadonlyArray<typeof step extends fc.Arbitrary<infer A> ? A : never>) => {
  const { world, managementKey } = openRouter
  let at = start
  let secret = managementKey
  const outcomes = steps.map(({ after, asKey, ...given }) => {
    at += after
    const [hash = ''] = world.account.keys.keys()
    const [rail = ''] = world.account.guardrails.keys()
    const path = given.path.replace('KEY', hash).replace('RAIL', rail)
    const request: WireRequest = { ...given, path, bearer: asKey ? secret : managementKey }
    const outcome = arrive(world, request, given.fault, at)
    const made = outcome._tag === 'Answered' ? /"key":"(sk-or-v1-[0-9a-f]{64})"/.exec(outcome.response.body)?.[1] : undefined
    secret = made ?? secret
    return outcome
  })
  settleDue(world, at + 10 * day)
  return { outcomes, world, at }
}

describe('the simulated service', () => {
  it('does the same again for the same requests, faults and times, and fails at none', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const [first, second] = [play(service(), steps), play(service(), steps)]
        expect(second.outcomes).toEqual(first.outcomes)
        expect(second.world).toEqual(first.world)
      }),
      { numRuns: 300 },
    )
  })

  it('changes nothing when it reads, and answers JSON with a date, whatever it is asked', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), step, (steps, last) => {
        const openRouter = service()
        const { world, at } = play(openRouter, steps)
        const bearer = openRouter.managementKey
        const [hash = ''] = world.account.keys.keys()
        const path = last.path.replace('KEY', hash)
        for (const method of ['GET', last.method]) {
          const handled = handle(sha256, world.account, { ...last, path, method, bearer }, at)
          expect(() => JSON.parse(handled.response.body)).not.toThrow()
          expect(handled.response.headers['date']).toBe(new Date(at).toUTCString())
          if (method === 'GET') expect(handled.account).toBe(world.account)
        }
      }),
    )
  })
})
