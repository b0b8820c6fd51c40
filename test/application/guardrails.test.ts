import { describe, expect, it } from 'vitest'

import type { Guardrail } from '../../src/adapters/simulated-openrouter/account.js'
import { spendOnKey } from '../../src/adapters/simulated-openrouter/world.js'
import type { AddOptions } from '../../src/application/vault.js'
import type { LimitOptions } from '../../src/application/limit-options.js'
import { zero } from '../../src/domain/shared/picodollars.js'
import { dollars } from '../adapters/openrouter/fakes.js'
import { done, eventsOf, failed, remoteKey, remoteKeys } from './bench-views.js'
import { type Bench, openBench } from './harness.js'
import { always, everyFault, lost, nth, on, refused } from './trouble.js'

const both: AddOptions = { monthlyLimit: 3, dailyLimit: 1 }
const add = (bench: Bench, name = 'alpha', options = both) => bench.run((vault) => vault.add(name, options))
const update = (bench: Bench, patch: LimitOptions) => bench.run((vault) => vault.updateSpendLimits('alpha', patch))
const shown = async (bench: Bench, name = 'alpha') => done(await bench.run((vault) => vault.show(name)))
const all = (bench: Bench): ReadonlyArray<Guardrail> => [...bench.world.account.guardrails.values()]
const guardrailOf = (bench: Bench, name = 'alpha'): Guardrail | undefined => {
  const assignment = bench.world.account.assignments.get(remoteKey(bench, name).hash)
  return assignment === undefined ? undefined : bench.world.account.guardrails.get(assignment.guardrailId)
}
const day = 86_400_000
const spend = (bench: Bench, cost: string): boolean =>
  spendOnKey(bench.world, bench.now(), remoteKey(bench, 'alpha').hash, { credits: dollars(cost), byok: zero })

describe('a key with a limit by month and by day', () => {
  it('has the first on itself and the second on a guardrail, before it may spend', async () => {
    const bench = await openBench()
    expect(done(await add(bench)).notes).toEqual([])
    expect(remoteKey(bench, 'alpha')).toMatchObject({ limit: dollars('3'), reset: 'monthly', disabled: false })
    expect(guardrailOf(bench)).toMatchObject({ limit: dollars('1'), reset: 'daily', includeByok: false })
    expect((await shown(bench)).enforcedBy).toEqual({ monthly: 'openrouter', daily: 'guardrail' })
    const told = eventsOf(bench, 'alpha')
    expect(told.indexOf('GuardrailObserved')).toBeLessThan(told.indexOf('Activated'))
  })

  it('shares the guardrail with the keys of this vault that have the same, and with no other', async () => {
    const bench = await openBench()
    for (const name of ['alpha', 'beta', 'gamma']) done(await add(bench, name))
    done(await add(bench, 'delta', { ...both, dailyLimit: 2 }))
    expect(all(bench)).toHaveLength(2)
  })

  it('stops at a dollar a day and three in the month by native enforcement alone, in five days of bursts', async () => {
    const bench = await openBench()
    bench.advance(day * 18)
    done(await add(bench))
    const days = Array.from({ length: 5 }, () => {
      let spent = 0
      for (let n = 0; n < 40; n += 1) spent += spend(bench, '0.05') ? 5 : 0
      bench.advance(day)
      return spent
    })
    expect(days).toEqual([100, 100, 100, 0, 0])
  })

  it('keeps its limits where the answer to any one request is lost, late or refused, and the guardrail is there once', { timeout: 300_000 }, async () => {
    const ready = await openBench()
    const plain = await openBench({ copyOf: ready, seed: 2 })
    plain.trouble({})
    done(await add(plain))
    const { requests } = plain.counted()
    const wrong: Array<string> = []
    let seed = 100
    for (let request = 0; request < requests; request += 1)
      for (const fault of everyFault.filter((_, n) => (n + request) % 3 === 0)) {
        const bench = await openBench({ copyOf: ready, seed: ++seed })
        const where = `${String(request)} ${JSON.stringify(fault)}`
        bench.trouble({ faults: nth(new Map([[request, fault]])) })
        await add(bench)
        bench.trouble({})
        bench.advance(3_600_000)
        await bench.run((vault) => vault.reconcile())
        bench.advance(3_600_000)
        done(await bench.run((vault) => vault.reconcile()))
        const [key] = remoteKeys(bench, 'alpha')
        if (key === undefined) continue
        const { pending, enforcedBy } = await shown(bench)
        if (pending.length > 0) wrong.push(`${where}: ${pending.join()}`)
        if (enforcedBy.daily === 'guardrail' ? guardrailOf(bench)?.limit !== dollars('1') : enforcedBy.daily !== 'nobody') wrong.push(`${where}: unguarded`)
        // A POST that arrives later than any is waited for leaves a second one behind, which is on no key.
        const patient = fault._tag !== 'late' || fault.delay <= 15_000
        if (patient && all(bench).length > 1) wrong.push(`${where}: made twice`)
      }
    expect(wrong).toEqual([])
  })

  it('is made one guardrail only though the answer to the POST is lost', async () => {
    const bench = await openBench()
    bench.trouble({ faults: on('POST /guardrails', { _tag: 'lost-after' }) })
    done(await add(bench))
    expect(all(bench)).toHaveLength(1)
    expect(guardrailOf(bench)).toMatchObject({ limit: dollars('1') })
    const other = await openBench()
    other.trouble({ faults: on('POST /guardrails', lost) })
    done(await add(other))
    expect(all(other)).toHaveLength(1)
  })
})

describe('where guardrails are refused', () => {
  it('nobody enforces the day until a watcher is at work, and that is said', async () => {
    const bench = await openBench({ settings: { refuseGuardrails: true } })
    expect(done(await add(bench)).notes).toEqual(['nobody enforces the daily limit: no watcher is at work'])
    expect(remoteKey(bench, 'alpha')).toMatchObject({ limit: dollars('3'), reset: 'monthly' })
    expect((await shown(bench)).enforcedBy).toEqual({ monthly: 'openrouter', daily: 'nobody' })
  })

  it.each([403, 404])('by a %i to the listing, likewise', async (status) => {
    const bench = await openBench()
    bench.trouble({ faults: always('GET /guardrails', refused(status)) })
    done(await add(bench))
    expect((await shown(bench)).enforcedBy.daily).toBe('nobody')
  })

  it('a key that is to be enforced or not at all is not made', async () => {
    const bench = await openBench({ settings: { refuseGuardrails: true } })
    expect(done(await add(bench, 'alpha', { ...both, requireEnforced: true }))).toMatchObject({ outcome: 'rolled-back', remote: 'revoked', pending: [] })
    expect(remoteKeys(bench, 'alpha')).toEqual([])
  })
})

describe('changing limits', () => {
  it.each<readonly [string, LimitOptions, ReadonlyArray<string>, string | undefined]>([
    ['tightens the key before it loosens the guardrail', { monthlyLimit: 2, dailyLimit: 1.5 }, ['PATCH', 'POST'], '1.5'],
    ['tightens the guardrail before it loosens the key', { monthlyLimit: 9, dailyLimit: 0.5 }, ['POST', 'PATCH'], '0.5'],
    ['takes the guardrail off last', { dailyLimit: null, monthlyLimit: 2 }, ['PATCH', 'POST'], undefined],
  ])('%s', async (_, patch, order, limit) => {
    const bench = await openBench()
    done(await add(bench))
    bench.takeRequests()
    expect(done(await update(bench, patch))).toMatchObject({ outcome: 'updated', pending: [] })
    const sent = bench.takeRequests().flatMap((line) => (/^(PATCH|POST) \/(keys|guardrails\/.*assignments)/.exec(line)?.[1] ?? []))
    expect(sent).toEqual(order)
    expect(guardrailOf(bench)?.limit).toBe(limit === undefined ? undefined : dollars(limit))
  })

  it('is undone as a whole where its second half is refused for good', async () => {
    const bench = await openBench()
    done(await add(bench))
    bench.trouble({ faults: on('PATCH /keys/:hash', refused(400)) })
    expect(failed(await update(bench, { monthlyLimit: 9, dailyLimit: 0.5 }))).toMatchObject({ _tag: 'RemoteRefused' })
    expect(remoteKey(bench, 'alpha').limit).toBe(dollars('3'))
    expect(guardrailOf(bench)?.limit).toBe(dollars('1'))
    expect((await shown(bench)).limits).toMatchObject({ monthlySpend: 3, dailySpend: 1 })
  })
})
