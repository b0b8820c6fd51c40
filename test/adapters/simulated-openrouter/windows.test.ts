import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { dayStart, emptyTally, monthStart, readTally, record, weekStart } from '../../../src/adapters/simulated-openrouter/windows.js'
import { notNegative } from '../../../src/adapters/simulated-openrouter/money.js'

const at = fc.integer({ min: 0, max: 4_102_444_800_000 })
const utc = (time: number): string => new Date(time).toISOString()

describe('windows', () => {
  it('turn at midnight UTC, on Mondays and on the first', () => {
    const sunday = Date.parse('2026-03-01T23:59:59.999Z')
    expect([dayStart, weekStart, monthStart].map((start) => utc(start(sunday)))).toEqual([
      '2026-03-01T00:00:00.000Z',
      '2026-02-23T00:00:00.000Z',
      '2026-03-01T00:00:00.000Z',
    ])
    expect([dayStart, weekStart].map((start) => utc(start(sunday + 1)))).toEqual(['2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00.000Z'])
  })

  it('hold every instant, and begin where the calendar says', () => {
    fc.assert(
      fc.property(at, (time) => {
        const day = new Date(dayStart(time))
        const week = new Date(weekStart(time))
        const month = new Date(monthStart(time))
        expect(utc(time).slice(0, 10)).toBe(day.toISOString().slice(0, 10))
        expect(week.getUTCDay()).toBe(1)
        expect(time - week.getTime()).toBeLessThan(7 * 86_400_000)
        expect(time - week.getTime()).toBeGreaterThanOrEqual(0)
        expect(month.toISOString()).toBe(`${utc(time).slice(0, 7)}-01T00:00:00.000Z`)
      }),
    )
  })

  it('sum what was recorded in them, and no more', () => {
    const spend = fc.record({ at, amount: fc.bigInt({ min: 0n, max: 10n ** 15n }) })
    fc.assert(
      fc.property(fc.array(spend, { maxLength: 30 }), at, (spends, last) => {
        const ordered = [...spends].filter((one) => one.at <= last).sort((a, b) => a.at - b.at)
        const tally = ordered.reduce((sum, one) => record(sum, notNegative(one.amount), one.at), emptyTally)
        const since = (start: number): bigint => ordered.filter((one) => one.at >= start).reduce((sum, one) => sum + one.amount, 0n)
        expect(readTally(tally, last)).toEqual({
          total: since(0),
          daily: since(dayStart(last)),
          weekly: since(weekStart(last)),
          monthly: since(monthStart(last)),
        })
      }),
    )
  })
})
