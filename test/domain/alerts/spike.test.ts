import { describe, expect, it } from 'vitest'

import type { TotalReading } from '../../../src/domain/alerts/facts.js'
import { paceOf } from '../../../src/domain/alerts/spike.js'
import { at, dayLength, dollars, minute } from './facts.js'
import { habits, isCaught, told, trace, traceStart } from './spike-traces.js'

describe.each(Object.entries(habits))('%s', (what, habit) => {
  it('gives at most one false alarm in a month', () => {
    expect(told(trace(habit, 7, 45), traceStart + 15 * dayLength, 12)).toBeLessThanOrEqual(1)
  })

  // Such a job spends more than ten times the baseline each time, so that is nothing new: the thresholds speak of it.
  const usedToMore = what.startsWith('a job')

  it(`and ten times the baseline is ${usedToMore ? 'not ' : ''}told within three readings`, () => {
    const seeds = Array.from({ length: 12 }, (_, seed) => seed)
    expect(seeds.filter((seed) => isCaught(habit, seed) === usedToMore)).toEqual([])
  })
})

describe('a pace', () => {
  const flat = (count: number, cents: number): ReadonlyArray<TotalReading> =>
    Array.from({ length: count }, (_, n) => ({ at: at(traceStart + n * 10 * minute), total: dollars((n * cents) / 100) }))

  it('is not judged by less than a day, or by a few readings', () => {
    expect(paceOf(flat(100, 5), 5)).toBeNull()
    expect(paceOf([], 5)).toBeNull()
    expect(paceOf(flat(2, 5), 5)).toBeNull()
    expect(paceOf(flat(400, 5), 5)).toMatchObject({ standing: 'cleared' })
  })

  it('of next to nothing is never a spike', () => {
    const readings = flat(400, 0.001)
    const last = readings.at(-1)!
    const more = [1, 2, 3].map((n) => ({ at: at(last.at + n * minute), total: dollars(0.004 + n * 0.0001) }))
    expect(paceOf([...readings, ...more], 5)?.standing).not.toBe('active')
  })

  it('that shrinks or stands still is none', () => {
    const readings = flat(400, 5)
    const shrunken = [...readings.slice(0, -1), { at: readings.at(-1)!.at, total: dollars(0) }]
    expect(paceOf(shrunken, 5)?.recent).toBe(0n)
  })
})
