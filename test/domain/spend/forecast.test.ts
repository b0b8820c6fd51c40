import { describe, expect, it } from 'vitest'

import type { Instant } from '../../../src/domain/shared/instant.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { forecast } from '../../../src/domain/spend/forecast.js'

const at = (text: string): Instant => Date.parse(text) as Instant
const money = (amount: bigint): Picodollars => amount as Picodollars
const noon = at('2026-03-10T12:00:00Z')
const long = at('2026-01-01T00:00:00Z')

describe('a forecast', () => {
  it('draws the pace of the window on to its end', () => {
    expect(forecast('day', money(200n), null, noon, long)).toEqual({ atEnd: 400n, limitReachedAt: null })
    expect(forecast('month', money(93n), null, at('2026-03-02T00:00:00Z'), long)).toEqual({ atEnd: 93n * 31n, limitReachedAt: null })
  })

  it('counts from the birth of a key that is younger than the window', () => {
    expect(forecast('day', money(200n), null, noon, at('2026-03-10T06:00:00Z'))).toEqual({ atEnd: 600n, limitReachedAt: null })
  })

  it('says when the limit is reached, within the window and not before it is sure', () => {
    const reached = (limit: bigint, used = 200n) => forecast('day', money(used), money(limit), noon, long)?.limitReachedAt
    expect(reached(300n)).toBe(at('2026-03-10T18:00:00Z'))
    expect(reached(400n)).toBeNull()
    expect(reached(399n)).toBe(noon + Math.ceil((199 * 12 * 3_600_000) / 200))
    expect(reached(200n)).toBeNull()
    expect(reached(100n)).toBeNull()
    expect(reached(100n, 0n)).toBeNull()
    expect(forecast('day', money(0n), null, noon, long)).toEqual({ atEnd: 0n, limitReachedAt: null })
  })

  it('says nothing in the first forty-eighth of a window', () => {
    expect(forecast('day', money(1n), null, at('2026-03-10T00:29:59.999Z'), long)).toBeNull()
    expect(forecast('day', money(1n), null, at('2026-03-10T00:30:00Z'), long)).toEqual({ atEnd: 48n, limitReachedAt: null })
  })
})
