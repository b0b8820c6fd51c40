import { describe, expect, it } from 'vitest'

import { committedSpend, spendOnKey } from '../../src/adapters/simulated-openrouter/world.js'
import { zero } from '../../src/domain/shared/picodollars.js'
import { dollars } from '../adapters/openrouter/fakes.js'
import { done, failed, minute, remoteKey } from './bench-views.js'
import type { Bench } from './harness.js'
import { benchWithTwo, remove } from './removal-bench.js'
import { from, unreachable } from './trouble.js'

const day = 24 * 60 * minute

const spend = (bench: Bench, cost: string, name = 'alpha'): boolean =>
  spendOnKey(bench.world, bench.now(), remoteKey(bench, name).hash, { credits: dollars(cost), byok: zero })

const cached = { cached: true }
const usage = async (bench: Bench, options = {}) => done(await bench.run((vault) => vault.getCurrentUsage('alpha', options)))
const monthsOf = (bench: Bench): ReadonlyArray<string> => [...bench.store.byStream.keys()].filter((stream) => stream.startsWith('spend/alpha'))

describe('usage', () => {
  it("is the sandbox's ledger to the last digit, once the lag has passed", async () => {
    const bench = await benchWithTwo({ settings: { usageLag: 30_000 } })
    for (let n = 0; n < 40; n += 1) {
      expect(spend(bench, '0.0123456789')).toBe(true)
      bench.advance(1_000)
    }
    bench.advance(30_000)
    const spent = Number(committedSpend(bench.world, remoteKey(bench, 'alpha').hash).credits) / 1e12
    expect(spent).toBe(0.493827156)
    expect(await usage(bench)).toMatchObject({
      name: 'alpha',
      usage: { currentMonth: spent, currentDay: spent, stale: false },
      remaining: { month: 5 - spent, day: null },
      binding: 'monthly',
      level: 'ok',
      enforcedBy: { monthly: 'openrouter', daily: null },
      overshootBound: 9.1,
    })
    const [listed] = done(await bench.run((vault) => vault.list()))
    expect(listed).toMatchObject({ usage: { currentMonth: spent, stale: false } })
    expect(done(await bench.run((vault) => vault.show('alpha')))).toMatchObject({ usage: { currentDay: spent } })
  })

  it('is unknown before it was read, and again after each turn, never 0', async () => {
    const bench = await benchWithTwo()
    const never = { currentMonth: null, currentDay: null, lastUpdated: null, stale: true }
    expect(await usage(bench, cached)).toMatchObject({ usage: never, level: 'unknown', remaining: { month: null } })
    spend(bench, '1')
    await usage(bench)
    bench.advance(day)
    expect(await usage(bench, cached)).toMatchObject({ usage: { currentMonth: 1, currentDay: null, stale: true }, level: 'ok' })
    expect(await usage(bench)).toMatchObject({ usage: { currentMonth: 1, currentDay: 0, stale: false } })
  })

  it('says when a limit is near and when nothing is left', async () => {
    const bench = await benchWithTwo()
    spend(bench, '4')
    expect(await usage(bench)).toMatchObject({ level: 'warning', remaining: { month: 1 } })
    spend(bench, '2')
    expect(await usage(bench)).toMatchObject({ level: 'exceeded', remaining: { month: 0 }, usage: { currentMonth: 6 } })
  })

  it('of all keys takes one listing, and writes nothing of keys that did not spend', async () => {
    const bench = await benchWithTwo()
    done(await bench.run((vault) => vault.usage()))
    spend(bench, '1', 'beta')
    bench.takeRequests()
    const before = bench.store.all.length
    const all = done(await bench.run((vault) => vault.usage()))
    expect(all.map((each) => [each.name, each.usage.currentMonth, each.usage.stale])).toEqual([
      ['alpha', 0, false],
      ['beta', 1, false],
    ])
    expect(bench.store.all.length - before).toBe(1)
    expect(bench.takeRequests().filter((line) => line.startsWith('GET /keys/'))).toEqual([])
    bench.advance(10 * minute)
    expect(await usage(bench, cached)).toMatchObject({ usage: { stale: true } })
  })

  it('opens each month with what is known, so that a year of readings costs one month to read', async () => {
    const bench = await benchWithTwo({ check: false })
    for (let n = 0; n < 365; n += 1) {
      spend(bench, '0.01')
      await usage(bench)
      bench.advance(day)
    }
    const months = monthsOf(bench)
    expect(months).toHaveLength(13)
    expect(Math.max(...months.map((month) => bench.store.byStream.get(month)?.length ?? 0))).toBeLessThanOrEqual(33)
    spend(bench, '0.01')
    const month = (await usage(bench)).usage.currentMonth
    expect(month).toBe(Number(remoteKey(bench, 'alpha').usage.month.amount) / 1e12)
    const closings = months.map((stream) => bench.store.byStream.get(stream)?.at(-1)?.type)
    expect(closings.slice(0, -1)).toEqual(Array.from({ length: 12 }, () => 'SpendMonthClosed'))
  })

  it('counts a reported cost at once and once, until a reading confirms it', async () => {
    const bench = await benchWithTwo({ settings: { usageLag: 30_000 } })
    await usage(bench)
    spend(bench, '0.5')
    const report = () => bench.run((vault) => vault.recordUsage('alpha', '0.5', 'gen-1'))
    expect([done(await report()), done(await report())]).toEqual(['recorded', 'known'])
    expect(await usage(bench)).toMatchObject({ usage: { currentDay: 0.5 } })
    bench.advance(30_000)
    expect(await usage(bench)).toMatchObject({ usage: { currentDay: 0.5 } })
    expect(done(await report())).toBe('known')
    expect(failed(await bench.run((vault) => vault.recordUsage('alpha', -1, 'gen-2')))._tag).toBe('InvalidInput')
    expect(failed(await bench.run((vault) => vault.recordUsage('alpha', 1, '')))._tag).toBe('InvalidInput')
    expect(failed(await bench.run((vault) => vault.recordUsage('nobody', 1, 'gen-2')))._tag).toBe('KeyNotFound')
  })

  it('is what was last known of a removed key, and an error where OpenRouter cannot be reached', async () => {
    const bench = await benchWithTwo()
    spend(bench, '1')
    await usage(bench)
    bench.trouble({ faults: from(0, unreachable) })
    expect(failed(await bench.run((vault) => vault.getCurrentUsage('alpha')))._tag).toBe('RemoteUnavailable')
    expect(await usage(bench, cached)).toMatchObject({ usage: { currentMonth: 1 } })
    bench.trouble({})
    done(await remove(bench))
    expect(await usage(bench)).toMatchObject({ usage: { currentMonth: 1 } })
    expect(done(await bench.run((vault) => vault.usage())).map(({ name }) => name)).toEqual(['beta'])
    expect(failed(await bench.run((vault) => vault.getCurrentUsage('nobody')))._tag).toBe('KeyNotFound')
  })

  it('is told by two at once without one losing what the other wrote', async () => {
    const bench = await benchWithTwo()
    spend(bench, '1')
    const both = await bench.together([
      (vault) => vault.getCurrentUsage('alpha'),
      (vault) => vault.getCurrentUsage('alpha'),
    ])
    for (const each of both) expect(done(each)).toMatchObject({ usage: { currentMonth: 1 } })
    expect(bench.store.byStream.get('spend/alpha#1/2027-01')?.map(({ type }) => type)).toEqual(['SpendMonthOpened', 'UsageObserved'])
  })
})
