import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { liveKeys } from '../../../src/adapters/simulated-openrouter/spending.js'
import { spendOnKey } from '../../../src/adapters/simulated-openrouter/world.js'
import { day, makeKey, service, start } from './service.js'
import { notNegative } from '../../../src/adapters/simulated-openrouter/money.js'

const reset = fc.constantFrom('daily', 'weekly', 'monthly', null)
const step = fc.record({ after: fc.integer({ min: 0, max: 3 * day }), cents: fc.integer({ min: 1, max: 60 }), byok: fc.boolean() })

describe('what a key can spend', () => {
  it('is the same for the endpoint, the helper and the stated amount, whatever the limits', () => {
    fc.assert(
      fc.property(
        fc.record({ limit: fc.constantFrom(null, 0, 0.3, 1), limit_reset: reset, include_byok_in_limit: fc.boolean() }),
        fc.record({ limit_usd: fc.constantFrom(0.2, 0.5), reset_interval: fc.constantFrom('daily', 'monthly'), include_byok_in_budgets: fc.boolean() }),
        fc.boolean(),
        fc.array(step, { maxLength: 12 }),
        (key, guardrail, guarded, steps) => {
          const [one, other] = [service(), service()]
          const [mine, same] = [one, other].map((openRouter) => {
            const made = makeKey(openRouter, key)
            const { id } = openRouter.ask('POST', '/guardrails', { name: 'g', ...guardrail }).json.data
            if (guarded) openRouter.ask('POST', `/guardrails/${id}/assignments/keys`, { key_hashes: [made.hash] })
            return made
          })
          let at = start
          for (const { after, cents, byok } of steps) {
            at += after
            const live = liveKeys(one.world.account, at)[0]
            const left = byok ? live?.byokSpendable : live?.spendable
            const simulate = byok ? { byok_cost: cents / 100 } : { cost: cents / 100 }
            const { status } = one.ask('POST', '/chat/completions', { simulate }, { as: mine?.secret ?? '', at })
            const amount = notNegative(BigInt(cents) * 10_000_000_000n)
            const none = notNegative(0n)
            const spent = spendOnKey(other.world, at, same?.hash ?? '', byok ? { credits: none, byok: amount } : { credits: amount, byok: none })
            expect(status === 200).toBe(left === null || left !== 0n)
            expect(spent).toBe(status === 200)
          }
          const totals = [one, other].map((openRouter) => [...openRouter.world.account.keys.values()].map((made) => [made.usage, made.byokUsage]))
          expect(totals[0]).toEqual(totals[1])
        },
      ),
    )
  })
})
