import { describe, expect, it } from 'vitest'

import type { AddOptions } from '../../src/application/vault.js'
import type { LimitOptions } from '../../src/application/limit-options.js'
import { dollars } from '../adapters/openrouter/fakes.js'
import { done, failed, remoteKey } from './bench-views.js'
import { type Bench, openBench } from './harness.js'
import { always, either, lost, refused, unreachable } from './trouble.js'

const add = (bench: Bench, options: AddOptions) => bench.run((vault) => vault.add('alpha', options))
const shown = async (bench: Bench) => done(await bench.run((vault) => vault.show('alpha')))

describe('a new key', () => {
  it('with a daily limit alone has it on the key itself', async () => {
    const bench = await openBench()
    expect(done(await add(bench, { dailyLimit: 2.5 })).notes).toEqual([])
    expect(remoteKey(bench, 'alpha')).toMatchObject({ limit: dollars('2.5'), reset: 'daily', disabled: false })
    expect(await shown(bench)).toMatchObject({
      limits: { monthlySpend: null, dailySpend: 2.5, alertThreshold: 0.8, alertThresholds: [0.8] },
      enforcedBy: { monthly: null, daily: 'openrouter' },
    })
  })

  it('has its thresholds in order, each once', async () => {
    const bench = await openBench()
    done(await add(bench, { monthlyLimit: 3, alertThreshold: '0.95, .5,0.95' }))
    expect((await shown(bench)).limits).toMatchObject({ alertThreshold: 0.5, alertThresholds: [0.5, 0.95] })
  })

  it('whose daily limit is its monthly one, or nothing, needs no second enforcer', async () => {
    const bench = await openBench()
    done(await add(bench, { monthlyLimit: 3, dailyLimit: 3 }))
    expect(remoteKey(bench, 'alpha')).toMatchObject({ limit: dollars('3'), reset: 'monthly' })
    expect((await shown(bench)).enforcedBy).toEqual({ monthly: 'openrouter', daily: 'openrouter' })
    done(await bench.run((vault) => vault.add('beta', { monthlyLimit: 3, dailyLimit: 0 })))
    expect(remoteKey(bench, 'beta')).toMatchObject({ limit: 0n, reset: 'daily' })
  })

  it.each<readonly [AddOptions, string, string]>([
    [{ dailyLimit: -1 }, 'dailyLimit', 'must be a number of dollars, not negative, with at most four decimals, such as 25 or 12.50'],
    [{ dailyLimit: Infinity }, 'dailyLimit', 'must be a number of dollars, not negative, with at most four decimals, such as 25 or 12.50'],
    [{ dailyLimit: '1.00001' }, 'dailyLimit', 'must be a number of dollars, not negative, with at most four decimals, such as 25 or 12.50'],
    [{ monthlyLimit: 1, dailyLimit: 1.5 }, 'dailyLimit', 'must not be above the monthly limit'],
    ...(['0', '1.1', '-0.5', '0.80001', '', 'high', '0.8,', []] as const).map(
      (alertThreshold): readonly [AddOptions, string, string] => [
        { monthlyLimit: 1, alertThreshold },
        'alertThreshold',
        'must be shares of a limit above 0 and at most 1, with at most four decimals, such as 0.8 or 0.8,0.95',
      ],
    ),
  ])('with %j is refused before anything is sent', async (options, field, rule) => {
    const bench = await openBench()
    expect(failed(await add(bench, options))).toEqual({ _tag: 'InvalidInput', field, rule })
    expect(bench.takeRequests()).toEqual([])
  })
})

describe('changing the limits of a key', () => {
  const update = (bench: Bench, patch: LimitOptions) => bench.run((vault) => vault.updateSpendLimits('alpha', patch))
  const limited = async (options: AddOptions = { monthlyLimit: 10 }): Promise<Bench> => {
    const bench = await openBench()
    done(await add(bench, options))
    bench.takeRequests()
    return bench
  }

  it('changes what is named, in one request that is read back', async () => {
    const bench = await limited()
    expect(done(await update(bench, { monthlyLimit: 4, alertThreshold: 0.5 }))).toMatchObject({ outcome: 'updated', remote: 'live', pending: [] })
    expect(bench.takeRequests()).toEqual(['PATCH /keys/alpha', 'GET /keys/alpha'])
    expect(remoteKey(bench, 'alpha')).toMatchObject({ limit: dollars('4'), reset: 'monthly' })
    expect((await shown(bench)).limits).toMatchObject({ monthlySpend: 4, dailySpend: null, alertThresholds: [0.5] })
  })

  it('sends nothing for thresholds alone', async () => {
    const bench = await limited()
    expect(done(await update(bench, { alertThreshold: [0.5, 1] }))).toMatchObject({ outcome: 'updated' })
    expect(bench.takeRequests()).toEqual([])
    expect((await shown(bench)).limits).toMatchObject({ monthlySpend: 10, alertThresholds: [0.5, 1] })
  })

  it('takes away what is null, and replaces all of them where they are set', async () => {
    const bench = await limited({ monthlyLimit: 10, alertThreshold: 0.5 })
    done(await update(bench, { monthlyLimit: null, dailyLimit: 2 }))
    expect(remoteKey(bench, 'alpha')).toMatchObject({ limit: dollars('2'), reset: 'daily' })
    done(await bench.run((vault) => vault.setSpendLimits('alpha', { monthlyLimit: 3 })))
    expect(remoteKey(bench, 'alpha')).toMatchObject({ limit: dollars('3'), reset: 'monthly' })
    expect((await shown(bench)).limits).toEqual({ monthlySpend: 3, dailySpend: null, alertThreshold: 0.8, alertThresholds: [0.8] })
  })

  it('is checked against the limits that stay', async () => {
    const bench = await limited()
    expect(failed(await update(bench, { dailyLimit: 11 }))).toEqual({
      _tag: 'InvalidInput',
      field: 'dailyLimit',
      rule: 'must not be above the monthly limit',
    })
    expect(bench.takeRequests()).toEqual([])
  })

  it('to what they are changes nothing', async () => {
    const bench = await limited()
    expect(done(await update(bench, { monthlyLimit: 10 }))).toMatchObject({ outcome: 'unchanged', events: 0 })
  })

  it('that OpenRouter refuses leaves the old ones', async () => {
    const bench = await limited()
    bench.trouble({ faults: always('PATCH /keys/:hash', refused(400)) })
    expect(failed(await update(bench, { monthlyLimit: 4 }))).toMatchObject({ _tag: 'RemoteRefused' })
    expect(remoteKey(bench, 'alpha')).toMatchObject({ limit: dollars('10') })
    expect((await shown(bench)).limits).toMatchObject({ monthlySpend: 10 })
  })

  it('whose answer was lost, and that OpenRouter refuses when a reconcile sends it again, is told as undone, and why', async () => {
    const bench = await limited()
    bench.trouble({ faults: either(always('PATCH /keys/:hash', lost), always('GET /keys/:hash', unreachable)) })
    expect(done(await update(bench, { monthlyLimit: 4 }))).toMatchObject({ outcome: 'incomplete', pending: ['limits'] })
    bench.trouble({ faults: always('PATCH /keys/:hash', refused(400)) })
    const { finished, undone, outstanding } = done(await bench.run((vault) => vault.reconcile()))
    expect([finished, outstanding]).toEqual([[], []])
    expect(undone).toEqual([{ name: 'alpha', state: 'active', pending: [], reason: 'Invalid request parameters' }])
    expect((await shown(bench)).limits).toMatchObject({ monthlySpend: 10 })
  })

  it('of a suspended key holds when it is resumed', async () => {
    const bench = await limited()
    done(await bench.run((vault) => vault.suspend('alpha')))
    expect(done(await update(bench, { monthlyLimit: 4 })).notes).toEqual(['it stays contained for: user'])
    expect(remoteKey(bench, 'alpha')).toMatchObject({ disabled: true, limit: 0n })
    done(await bench.run((vault) => vault.resume('alpha')))
    expect(remoteKey(bench, 'alpha')).toMatchObject({ disabled: false, limit: dollars('4') })
  })
})
