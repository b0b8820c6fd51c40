import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Instant } from '../../../src/domain/shared/instant.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { dailySpend } from '../../../src/domain/spend/daily-spend.js'
import type { Reading } from '../../../src/domain/spend/reading.js'
import { runs } from '../../support/fc-runs.js'

const at = (text: string): Instant => Date.parse(text) as Instant
const money = (amount: number | bigint): Picodollars => BigInt(amount) as Picodollars
const bornAt = at('2026-03-01T08:00:00Z')
const now = at('2026-03-05T12:00:00Z')

const read = (when: string, total: number, day: number | null): Reading => ({
  at: at(when),
  total: money(total),
  day: day === null ? null : money(day),
  week: null,
  month: null,
})

const told = (...readings: ReadonlyArray<Reading>): ReadonlyArray<string> =>
  dailySpend(readings, at('2026-03-01T00:00:00Z'), now, bornAt).map(({ spent, exact }) => `${String(spent)}${exact ? '' : '?'}`)

describe('spending by day', () => {
  it("is the day's counter, and what the next day's first reading shows that came late", () => {
    expect(told(read('2026-03-01T20:00:00Z', 5, 5), read('2026-03-02T09:00:00Z', 9, 1), read('2026-03-02T23:00:00Z', 12, 4), read('2026-03-03T10:00:00Z', 14, 2))).toEqual(['8', '4', '2?', 'null?', 'null?'])
  })

  it('is nothing on days across which the total did not rise', () => {
    expect(told(read('2026-03-01T20:00:00Z', 5, 5), read('2026-03-05T09:00:00Z', 5, 0))).toEqual(['5', '0', '0', '0', '0?'])
  })

  it('is unknown where the total rose and nobody read in between', () => {
    expect(told(read('2026-03-01T20:00:00Z', 5, 5), read('2026-03-05T09:00:00Z', 50, 1))).toEqual(['5?', 'null?', 'null?', 'null?', '1?'])
    expect(told()).toEqual(['null?', 'null?', 'null?', 'null?', 'null?'])
    expect(told(read('2026-03-01T20:00:00Z', 5, null))[0]).toBe('null?')
  })

  it('is nothing before the key was born', () => {
    expect(dailySpend([], at('2026-02-27T00:00:00Z'), at('2026-02-28T12:00:00Z'), bornAt)).toEqual([
      { start: at('2026-02-27T00:00:00Z'), spent: 0n, exact: true },
      { start: at('2026-02-28T00:00:00Z'), spent: 0n, exact: true },
    ])
  })

  it('is never more than was spent, and exact where it says so, however often somebody looks', () => {
    const hour = 3_600_000
    const costs = fc.array(fc.record({ hour: fc.integer({ min: 0, max: 99 }), cost: fc.integer({ min: 1, max: 50 }) }), { maxLength: 30 })
    const looks = fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { maxLength: 30 })
    fc.assert(
      fc.property(costs, looks, (spent, hours) => {
        const start = at('2026-03-02T00:00:00Z')
        const sum = (from: number, to: number): number => spent.filter((each) => each.hour >= from && each.hour < to).reduce((all, { cost }) => all + cost, 0)
        const readings = [...hours].sort((a, b) => a - b).map((look): Reading => ({
          at: (start + look * hour + 1) as Instant,
          total: money(sum(0, look + 1)),
          day: money(sum(look - (look % 24), look + 1)),
          week: null,
          month: null,
        }))
        const days = dailySpend(readings, start, (start + 100 * hour) as Instant, start)
        days.forEach((day, index) => {
          const truth = money(sum(index * 24, index * 24 + 24))
          if (day.exact) expect(day.spent).toBe(truth)
          else if (day.spent !== null) expect(day.spent <= truth).toBe(true)
        })
      }),
      runs(300),
    )
  })
})
