import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'

import { makeOpenRouterClient } from '../../../src/adapters/openrouter/client.js'
import { forEachRequest, withRetries } from '../../../src/adapters/openrouter/retrying.js'
import { createAccount, mintManagementKey } from '../../../src/adapters/simulated-openrouter/create-account.js'
import type { Fault } from '../../../src/adapters/simulated-openrouter/fault.js'
import { simulatedTransport } from '../../../src/adapters/simulated-openrouter/simulated-transport.js'
import { createWorld } from '../../../src/adapters/simulated-openrouter/world.js'
import type { RemoteError } from '../../../src/application/ports/remote-error.js'
import { secret } from '../../../src/application/secret.js'
import type { KeyRevocationError } from '../../../src/domain/key/revocation-error.js'
import type { Millis } from '../../../src/domain/shared/instant.js'
import { dollars, ok, sha256 } from './fakes.js'

const start = Date.parse('2026-08-19T10:00:00Z')
const serverError = fc.constantFrom(500, 502, 503, 504, 524, 529)

/** Faults under which the service still tells the truth, sooner or later or not at all. */
const passing: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom<Fault>({ _tag: 'lost-before' }, { _tag: 'lost-after' }, { _tag: 'refused-connection' }, { _tag: 'garbage' }, { _tag: 'truncated' }),
  serverError.map((status): Fault => ({ _tag: 'applied-then-5xx', status })),
  serverError.map((status): Fault => ({ _tag: '5xx-before', status })),
  fc.constantFrom(200, 401, 403, 404, 429, 503).map((status): Fault => ({ _tag: 'html', status })),
  fc.option(fc.nat(3)).map((retryAfter): Fault => ({ _tag: 'rate-limited', retryAfter })),
  fc.constant<Fault>({ _tag: 'slow', delay: 500 }),
)

const refusing = fc.constantFrom(400, 401, 402, 403, 409, 422).map((status): Fault => ({ _tag: 'refuse', status }))

/** A client of a world with one key, in virtual time. Faults begin after that key was made. */
const setUp = async (faults: ReadonlyArray<Fault | null>) => {
  const empty = createAccount(sha256, { seed: 'truth', at: start, workspaces: ['staging'], settings: { pageSize: 3 } })
  const { account, secret: managementKey } = mintManagementKey(sha256, empty)
  const world = createWorld(sha256, account)
  let now = start
  const delay = async (milliseconds: number) => {
    now += milliseconds
  }
  let plan: ReadonlyArray<Fault | null> = []
  let call = 0
  const transport = simulatedTransport({ world, now: () => now, delay, nextFault: () => plan[call++] ?? null })
  const clock = { monotonic: () => now as Millis, sleep: (duration: Millis) => () => delay(duration) }
  const around = withRetries({ clock, random: { fraction: () => 0.5 }, deadline: forEachRequest(600_000 as Millis) })
  const client = makeOpenRouterClient({ transport, managementKey: secret(managementKey), around })
  const create = client.createKey({ name: 'k', limit: dollars('0'), includeByok: true, expiresAt: null, workspace: null })
  const made = [ok(await create()), ok(await create()), ok(await create()), ok(await create())] as const
  plan = faults
  call = 0
  return { world, client, create, made, hash: made[0].details.hash }
}

const policy = { disabled: true, limit: dollars('0'), reset: null, includeByok: true } as const
type Failure = RemoteError | KeyRevocationError<RemoteError>
type Change = TaskEither<Failure, unknown>
const tagOf = (error: Failure): string => ('cause' in error ? error.cause._tag : error._tag)
const changes = ['create', 'update', 'revoke'] as const

describe('what the client says of a change is true', () => {
  it('under any fault: an answer means done, a refusal not done, and everything else unknown', async () => {
    const tags = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.option(fc.oneof(passing, refusing)), fc.constantFrom(...changes), async (fault, change) => {
        const { world, client, create, made, hash } = await setUp([fault])
        const before = world.account
        const asked = world.journal.length
        const tasks: Readonly<Record<string, Change>> = { create, update: client.updateKey(hash, policy), revoke: client.revokeKey(hash) }
        const result = (await tasks[change]?.()) ?? E.left({ _tag: 'NotSent', message: 'no such change' })
        expect(world.journal).toHaveLength(asked + 1)
        const isDone = world.account !== before
        tags.add(E.isRight(result) ? 'Right' : tagOf(result.left))
        if (E.isRight(result)) expect(isDone).toBe(true)
        else if (tagOf(result.left) !== 'OutcomeUnknown') expect(isDone).toBe(false)
        expect(made).toHaveLength(4)
      }),
      { numRuns: 400 },
    )
    expect([...tags].sort()).toEqual(['NotSent', 'OutcomeUnknown', 'RateLimited', 'Refused', 'Right'])
  })
})

describe('what the client reads is true', () => {
  it('after any faults that pass, by repeating the request that failed', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.option(passing), { maxLength: 12 }), async (faults) => {
        const { world, client, made, hash } = await setUp(faults)
        const before = world.account
        const { keys, complete } = ok(await client.listKeys()())
        expect(keys.map((key) => key.hash).sort()).toEqual(made.map(({ details }) => details.hash).sort())
        expect(complete).toBe(true)
        expect(ok(await client.verifyKeyStatus(hash)())).toBe('enabled')
        expect(ok(await client.trySecret(made[0].secret)())).toBe('accepted')
        expect(world.account).toBe(before)
      }),
      { numRuns: 200 },
    ))
})
