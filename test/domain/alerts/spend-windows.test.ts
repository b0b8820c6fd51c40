import { describe, expect, it } from 'vitest'

import { brokenAssumption, type Measured } from '../../../src/domain/alerts/broken-assumption.js'
import { limitAt } from '../../../src/domain/alerts/limit-history.js'
import { type SpendKnown, spendWindows } from '../../../src/domain/alerts/spend-windows.js'
import type { Millis } from '../../../src/domain/shared/instant.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { defaultAssumptions } from '../../../src/domain/spend/overshoot.js'
import { newborn, type SpendState, type WindowBase } from '../../../src/domain/spend/spend-state.js'
import { at, dayLength, dollars, hour, minute, window } from './facts.js'

/** 2026-11-10T00:00:00Z, and the first of that month. */
const midnight = at(Date.UTC(2026, 10, 10))
const first = at(Date.UTC(2026, 10, 1))
const lag = minute
const ten = { from: at(0), amount: dollars(10), revision: 3 }
const reading = (time: number, total: number) => ({ at: at(time), total: dollars(total) })

const spending = (last: Partial<SpendState['last']> = {}, day: Partial<WindowBase> = {}, month: Partial<WindowBase> = {}): SpendState => {
  const fresh = newborn(at(0))
  return {
    ...fresh,
    last: { at: at(midnight + 5 * minute), total: dollars(12), day: dollars(2), week: null, month: dollars(12), ...last },
    bases: {
      ...fresh.bases,
      day: { start: midnight, before: dollars(9), earlier: dollars(8), ...day },
      month: { start: first, before: dollars(0), earlier: dollars(0), ...month },
    },
  }
}

const known = (more: Partial<SpendKnown> = {}): SpendKnown => ({
  history: { day: [ten], month: [] },
  spending: spending(),
  readings: [reading(midnight - 5 * minute, 9)],
  bornAt: at(0),
  lag: lag as Millis,
  now: at(midnight + 10 * minute),
  ...more,
})

const yesterday = (more: Partial<SpendKnown> = {}) => spendWindows(known(more)).filter(({ window: kind, start }) => kind === 'day' && start < midnight)

describe('the window before', () => {
  const told = { window: 'day', start: midnight - dayLength, used: dollars(9), readAt: midnight + 5 * minute, limit: dollars(10), revision: 3, forecast: null }

  it('is told by the counters on both sides of its end', () => {
    expect(yesterday()).toEqual([told])
    expect(yesterday({ spending: spending({ day: dollars(3) }) })).toEqual([{ ...told, used: dollars(8) }])
  })

  it.each<readonly [why: string, more: Partial<SpendKnown>]>([
    ['nothing was ever read', { spending: null }],
    ['no limit stood', { history: { day: [{ ...ten, from: midnight }], month: [] } }],
    ['nothing was read in this one', { spending: spending({}, { start: at(midnight - dayLength) }) }],
    ['its own counter is unknown', { spending: spending({}, { earlier: null }) }],
    ['the counter of this one is unknown', { spending: spending({ day: null }) }],
    ['a reading between is missing', { readings: [reading(midnight - 5 * minute, 8)] }],
    ['this one counted more than the total rose by', { spending: spending({ day: dollars(4) }) }],
    ['the newest reading may be older than its end', { spending: spending({ at: at(midnight + lag - 1) }) }],
    ['the last reading in it may be older than its beginning', { readings: [reading(midnight - dayLength + lag - 1, 9)] }],
    ['no reading is in it', { readings: [reading(midnight, 9)] }],
    ['no reading is kept', { readings: [] }],
  ])('is not told of where %s', (_, more) => {
    expect(yesterday(more)).toEqual([])
  })

  it('is told of where readings are just new enough', () => {
    expect(yesterday({ spending: spending({ at: at(midnight + lag) }) })).toHaveLength(1)
    expect(yesterday({ readings: [reading(midnight - dayLength + lag, 9)] })).toHaveLength(1)
    expect(yesterday({ readings: [reading(midnight - hour, 1), reading(midnight - 5 * minute, 9), reading(midnight, 11)] })).toHaveLength(1)
  })

  it('is looked back at for a day', () => {
    const october = (now: number) => {
      const turned = spending({ at: at(first + hour), month: dollars(2) }, {}, { start: first, before: dollars(9), earlier: dollars(8) })
      return spendWindows(known({ history: { day: [], month: [ten] }, spending: turned, readings: [reading(first - hour, 9)], now: at(now) })).filter(({ window: kind, start }) => kind === 'month' && start < first)
    }
    expect(october(first + dayLength)).toHaveLength(1)
    expect(october(first + dayLength + 1)).toEqual([])
  })

  it('is none on the first day of time', () => {
    expect(spendWindows(known({ now: at(hour) })).map(({ start }) => start)).toEqual([0, 0])
  })
})

describe('this window', () => {
  it('has the limit that stands, or none', () => {
    const [day, month] = spendWindows(known({ spending: null }))
    expect(day).toEqual({ window: 'day', start: midnight, used: null, readAt: null, limit: dollars(10), revision: 3, forecast: null })
    expect(month).toEqual({ window: 'month', start: first, used: null, readAt: null, limit: null, revision: 0, forecast: null })
    const later = { from: at(5), amount: null, revision: 4 }
    expect([4, 5, 6].map((time) => limitAt([ten, later], at(time))?.revision)).toEqual([3, 4, 4])
    expect(limitAt([later], at(4))).toBeNull()
  })

  const forecastAt = (time: number, used: number, from: readonly [time: number, total: number] | null, bornAt = at(0)) => {
    const state = spending({ at: at(midnight + time), total: dollars(3), day: dollars(used) }, { before: dollars(0) })
    const readings = from === null ? [] : [reading(midnight + from[0], from[1])]
    return spendWindows(known({ spending: state, readings, bornAt, now: at(midnight + time) })).find(({ window: kind, start }) => kind === 'day' && start === midnight)?.forecast
  }

  it('leads where its pace leads, or that of its last eighth, whichever is less', () => {
    expect(forecastAt(3 * hour, 3, [0, 1])).toBe(dollars(17))
    expect(forecastAt(3 * hour, 2, [0, 0])).toBe(dollars(16))
    expect(forecastAt(3 * hour, 3, [0, 3])).toBe(dollars(3))
  })

  it('leads nowhere before its pace has lasted an eighth of it, and where nobody looked then', () => {
    expect(forecastAt(3 * hour - 1, 3, [-minute, 1])).toBeNull()
    expect(forecastAt(3 * hour, 3, [0, 1], at(midnight + 1))).toBeNull()
    expect(forecastAt(3 * hour, 3, [1, 1])).toBeNull()
    expect(forecastAt(3 * hour, 3, null)).toBeNull()
    expect(forecastAt(3 * hour, 3, [0, 4])).toBeNull()
  })
})

describe('a broken assumption', () => {
  const bound = dollars(19.6)
  const exactly = (dollars(25) + bound) as Picodollars
  const above = (exactly + 1n) as Picodollars
  const limit = { from: first, amount: dollars(25), revision: 1 }
  const measured = (more: Partial<Measured>) => brokenAssumption({ windows: [], limits: [limit], readings: [], largestReported: null, now: at(midnight + hour), ...more }, defaultAssumptions)
  const using = (used: Picodollars | null, more: Partial<typeof limit> = {}) => measured({ windows: [window({ used })], limits: [{ ...limit, ...more }] })

  it('is a limit passed by more than was stated, where that limit stood all the time', () => {
    expect(using(above)).toEqual({ at: first, text: 'has gone $19.600000000001 beyond its limit of $25.00 for the month, where at most $19.60 was stated,' })
    expect(using(exactly)).toBeNull()
    expect(using(null)).toBeNull()
    expect(measured({ windows: [window({ limit: null, used: above })] })).toBeNull()
    for (const other of [{ from: at(first + 1) }, { amount: dollars(26) }, { revision: 2 }]) expect(using(above, other)).toBeNull()
    expect(measured({ windows: [window({ used: above })], limits: [] })).toBeNull()
  })

  const rising = (from: number, by: Picodollars) => measured({ readings: [{ at: at(from), total: dollars(1) }, { at: at(from + minute), total: (dollars(1) + by) as Picodollars }] })
  const most = dollars(15.1)

  it('is more within a time than can be charged in it, on this day', () => {
    expect(rising(midnight, (most + 1n) as Picodollars)).toEqual({ at: midnight, text: 'spent $15.100000000001 within 1 minute, where at most $15.10 was assumed,' })
    expect(rising(midnight, most)).toBeNull()
    expect(rising(midnight - 1, (most + 1n) as Picodollars)).toBeNull()
    expect(measured({ readings: [reading(midnight, 99)] })).toBeNull()
  })

  it('is one request above the largest', () => {
    expect(measured({ largestReported: dollars(0.1) })).toBeNull()
    expect(measured({ largestReported: dollars(0.11) })).toEqual({ at: midnight, text: 'had one request of $0.11, where at most $0.10 was assumed,' })
  })
})
