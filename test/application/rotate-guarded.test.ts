import { describe, expect, it } from 'vitest'

import { reveal } from '../../src/application/secret.js'
import { type AlertPolicy, defaultPolicy } from '../../src/domain/alerts/policy.js'
import type { Millis } from '../../src/domain/shared/instant.js'
import { dollars } from '../adapters/openrouter/fakes.js'
import { done, failed, quieten, remoteKey, remoteKeys, stateOf } from './bench-views.js'
import { type Bench, openBench } from './harness.js'
import { refused } from './trouble.js'

const hour = 3_600_000
const day = 24 * hour

const guarded = async (): Promise<Bench> => {
  const bench = await openBench()
  done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: 5, dailyLimit: 1 })))
  return bench
}

/** The account keeps its guardrails, but gives them to no other key. */
const refuseGuardrails = (bench: Bench): void =>
  bench.trouble({ faults: (_world, { method, path }) => (method === 'POST' && path.endsWith('/assignments/keys') ? refused(403) : null) })

const dayOf = async (bench: Bench): Promise<unknown> => done(await bench.run((vault) => vault.show('alpha'))).enforcedBy.daily

describe('rotate, where OpenRouter grants the successor no guardrail', () => {
  it('is undone: a day that OpenRouter enforces is not given up for a new key', async () => {
    const bench = await guarded()
    const before = reveal(done(await bench.run((vault) => vault.get('alpha'))).secret)
    const { hash } = remoteKey(bench, 'alpha')
    refuseGuardrails(bench)
    const error = failed(await bench.run((vault) => vault.rotate('alpha')))
    expect(error).toMatchObject({ _tag: 'RemoteRefused', message: expect.stringContaining('the new key would have no guardrail for its daily limit') as string })
    await quieten(bench)
    expect(reveal(done(await bench.run((vault) => vault.get('alpha'))).secret)).toBe(before)
    expect(remoteKeys(bench, 'alpha')).toMatchObject([{ hash, disabled: false, limit: dollars('5') }])
    expect(await dayOf(bench)).toBe('guardrail')
    bench.trouble({})
    expect(done(await bench.run((vault) => vault.rotate('alpha'))).outcome).toBe('rotated')
    expect(await dayOf(bench)).toBe('guardrail')
  })

  it('goes on where the key leaked, and says who looks after the day', async () => {
    const bench = await guarded()
    refuseGuardrails(bench)
    expect(done(await bench.run((vault) => vault.rotate('alpha', { leaked: true }))).outcome).toBe('rotated')
    expect(await dayOf(bench)).toBe('nobody')
  })

  it('goes on where the old key has none either', async () => {
    const bench = await openBench({ settings: { refuseGuardrails: true } })
    done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: 5, dailyLimit: 1 })))
    expect(done(await bench.run((vault) => vault.rotate('alpha'))).outcome).toBe('rotated')
    expect(stateOf(bench, 'alpha').rotation).toBe(null)
  })

  it('is tried again at growing distances by a watcher, which says so, and the old key works on', async () => {
    const all: AlertPolicy['all'] = { ...defaultPolicy.all, rotateAfter: (30 * day) as Millis, rotate: true }
    const bench = await openBench({ policy: { ...defaultPolicy, all } })
    done(await bench.run((vault) => vault.add('alpha', { monthlyLimit: 50, dailyLimit: 40 })))
    const { hash } = remoteKey(bench, 'alpha')
    bench.advance(30 * day)
    refuseGuardrails(bench)
    expect(await bench.watch()).toMatchObject({ rotations: { begun: ['alpha'] }, undone: [{ name: 'alpha' }] })
    expect(remoteKeys(bench, 'alpha')).toMatchObject([{ hash, disabled: false, limit: dollars('50') }])
    expect(await dayOf(bench)).toBe('guardrail')
    expect(await bench.watch()).toMatchObject({ rotations: { begun: [] }, alerts: { raised: 1 } })
    bench.trouble({})
    bench.advance(hour)
    expect((await bench.watch()).rotations.begun).toEqual(['alpha'])
    expect(remoteKeys(bench, 'alpha')).toHaveLength(2)
  })
})
