import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Instant } from '../../../src/domain/shared/instant.js'
import { monthOf, windowEnd, windowKinds, windowStart } from '../../../src/domain/spend/window.js'
import { runs } from '../../support/fc-runs.js'
import { compareWindows } from '../../support/window-oracle.js'

const latest = Date.UTC(2199, 11, 31, 23, 59, 59, 999)
const anyInstant = fc.oneof(
  fc.integer({ min: 0, max: latest }),
  fc.tuple(fc.integer({ min: 0, max: 2_700 }), fc.integer({ min: -2, max: 2 })).map(([month, off]) => Math.max(0, Date.UTC(1970, month, 1) + off)),
)

describe('the windows of an instant', () => {
  it('are those of the calendar of the JavaScript engine, at any instant', () => {
    fc.assert(
      fc.property(anyInstant, (at) => {
        expect(compareWindows(at)).toBeNull()
      }),
      runs(5_000),
    )
  })

  it('hold the instant, adjoin the next, and begin on a Monday or a first', () => {
    fc.assert(
      fc.property(anyInstant, (at) => {
        for (const kind of windowKinds) {
          const start = windowStart(kind, at as Instant)
          const end = windowEnd(kind, at as Instant)
          expect(start <= at && at < end).toBe(true)
          expect(windowStart(kind, end)).toBe(end)
          expect(windowStart(kind, (end - 1) as Instant)).toBe(start)
        }
      }),
      runs(1_000),
    )
  })

  it.each([
    ['2024-02-29T23:59:59.999Z', '2024-02-26', '2024-03-01', '2024-02'],
    ['2026-12-31T23:59:59.999Z', '2026-12-28', '2027-01-01', '2026-12'],
    ['2027-01-01T00:00:00.000Z', '2026-12-28', '2027-02-01', '2027-01'],
    ['2100-02-28T12:00:00.000Z', '2100-02-22', '2100-03-01', '2100-02'],
  ])('of %s are known', (text, monday, monthEnds, month) => {
    const at = Date.parse(text) as Instant
    expect(windowStart('week', at)).toBe(Date.parse(monday))
    expect(windowEnd('month', at)).toBe(Date.parse(monthEnds))
    expect(monthOf(at)).toBe(month)
  })
})
