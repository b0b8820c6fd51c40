import { describe, expect, it } from 'vitest'

import type { Instant, Millis } from '../../../src/domain/shared/instant.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { decideReading, seenAgain, type TotalsRead } from '../../../src/domain/spend/decide-reading.js'
import { evolveSpend } from '../../../src/domain/spend/evolve-spend.js'
import type { Reading } from '../../../src/domain/spend/reading.js'
import { newborn, observed, type SpendState } from '../../../src/domain/spend/spend-state.js'
import { usageOf } from '../../../src/domain/spend/usage.js'

const at = (iso: string): Instant => Date.parse(iso) as Instant
const money = (amount: number): Picodollars => BigInt(amount) as Picodollars
/** A Wednesday, the second day of its month. */
const birth = at('2026-12-02T10:00:00Z')
const later = (milliseconds: number): Instant => (birth + milliseconds) as Instant
const reading = (when: Instant, total: number, counter = total): Reading => ({ at: when, total: money(total), day: money(counter), week: money(counter), month: money(counter) })

describe('a key at its birth', () => {
  it('has spent nothing in the windows that hold it', () => {
    expect(newborn(birth)).toEqual({
      last: reading(birth, 0),
      bases: {
        day: { start: at('2026-12-02T00:00:00Z'), before: 0n, earlier: null },
        week: { start: at('2026-11-30T00:00:00Z'), before: 0n, earlier: null },
        month: { start: at('2026-12-01T00:00:00Z'), before: 0n, earlier: null },
      },
      unconfirmed: [],
      suspicion: null,
    })
  })
})

describe('a reading', () => {
  const known = observed(newborn(birth), { ...reading(later(1_000), 10, 7), week: money(8), month: money(9) })

  it('that is older or shows less changes nothing', () => {
    expect(observed(known, reading(later(999), 20))).toBe(known)
    expect(observed(known, reading(later(2_000), 9))).toBe(known)
    expect(observed(known, reading(later(999), 9))).toBe(known)
    expect(observed(known, reading(later(1_000), 10)).last).toEqual(reading(later(1_000), 10))
  })

  it('begins a window anew where one turned, with the counter of that window, and only there', () => {
    const next = (iso: string): SpendState['bases'] => observed(known, reading(at(iso), 12)).bases
    const anew = (iso: string, earlier: number) => ({ start: at(iso), before: money(10), earlier: money(earlier) })
    expect(next('2026-12-02T23:59:59.999Z')).toEqual(known.bases)
    expect(next('2026-12-03T00:00:00Z')).toEqual({ ...known.bases, day: anew('2026-12-03T00:00:00Z', 7) })
    expect(next('2026-12-07T00:00:00Z')).toEqual({ ...known.bases, day: anew('2026-12-07T00:00:00Z', 7), week: anew('2026-12-07T00:00:00Z', 8) })
    expect(next('2027-01-01T00:00:00Z').month).toEqual(anew('2027-01-01T00:00:00Z', 9))
  })

  it('ends a suspicion', () => {
    expect(observed({ ...known, suspicion: 'shrunken' }, reading(later(2_000), 10)).suspicion).toBeNull()
  })
})

describe('costs that were reported', () => {
  const costs = [{ at: later(0), cost: money(4) }, { at: later(10), cost: money(3) }]
  const state: SpendState = { ...newborn(birth), unconfirmed: costs }
  const after = (rise: number, when = later(1_000)): ReadonlyArray<number> => observed(state, reading(when, rise)).unconfirmed.map(({ cost }) => Number(cost))

  it.each([
    [0, [4, 3]],
    [1, [3, 3]],
    [3, [1, 3]],
    [4, [3]],
    [5, [2]],
    [6, [1]],
    [7, []],
    [50, []],
  ])('are confirmed by a rise of %i, the oldest first', (rise, left) => {
    expect(after(rise)).toEqual(left)
  })

  it('are in every reading after ten minutes, or were never charged', () => {
    expect(after(0, later(599_999))).toEqual([4, 3])
    expect(after(0, later(600_000))).toEqual([3])
    expect(after(0, later(600_010))).toEqual([])
    expect(after(2, later(600_000))).toEqual([3])
    expect(after(6, later(600_000))).toEqual([1])
  })

  it('keep their time while a part of them is confirmed', () => {
    expect(observed(state, reading(later(1_000), 1)).unconfirmed).toEqual([{ ...costs[0], cost: money(3) }, costs[1]])
  })

  it('count on top in the windows that they lie in, the first instant of one among them', () => {
    const lag = 60_000 as Millis
    const used = (when: Instant): bigint | null => usageOf({ ...newborn(birth), unconfirmed: [{ at: when, cost: money(4) }] }, 'day', birth, lag).used
    expect([used(at('2026-12-02T00:00:00Z')), used(birth), used(at('2026-12-01T23:59:59.999Z'))]).toEqual([4n, 4n, 0n])
  })
})

describe('the first readings of a window', () => {
  const lag = 60_000 as Millis
  const turn = at('2026-12-03T00:00:00Z')
  const enforced = (earlier: number | null, after: number): bigint | null => {
    const base = { start: turn, before: money(10), earlier: earlier === null ? null : money(earlier) }
    const state = newborn(birth)
    const last = { ...reading((turn + after) as Instant, 15), day: money(2) }
    return usageOf({ ...state, last, bases: { ...state.bases, day: base } }, 'day', last.at, lag).enforced
  }

  it('count a whole rise until one is surely of this window: by its age, or because the old counter would have shown more', () => {
    expect([enforced(null, 59_999), enforced(0, 59_999), enforced(1, 59_999)]).toEqual([5n, 5n, 2n])
    expect([enforced(null, 60_000), enforced(0, 60_000), enforced(null, 60_001)]).toEqual([2n, 2n, 2n])
  })
})

describe('what a reading gives', () => {
  const known = observed(newborn(birth), reading(later(1_000), 10))
  const read = (more: Partial<TotalsRead>): TotalsRead => ({ ...reading(later(2_000), 10), ...more })

  it('is nothing where nothing changed, and a fact where any number did', () => {
    expect(decideReading(known, read({}))).toEqual([])
    expect(decideReading(known, read({ at: later(1_000) }))).toEqual([])
    for (const more of [{ total: money(11) }, { day: money(9) }, { week: money(9) }, { month: money(9) }, { day: null }, { at: later(1_000), total: money(11) }])
      expect(decideReading(known, read(more))).toEqual([{ type: 'UsageObserved', ...read(more) }])
    expect(decideReading(known, read({ at: later(999), total: money(11) }))).toEqual([])
  })

  it('is a suspicion once for each reason, and a fact again when it is over', () => {
    const suspected = (reason: 'unreadable' | 'shrunken', total: bigint | null) => [{ type: 'ReadingSuspected', reason, total, at: later(2_000) }]
    expect(decideReading(known, read({ total: null }))).toEqual(suspected('unreadable', null))
    expect(decideReading(known, read({ total: money(9) }))).toEqual(suspected('shrunken', 9n))
    const doubted: SpendState = { ...known, suspicion: 'shrunken' }
    expect(decideReading(doubted, read({ total: money(9) }))).toEqual([])
    expect(decideReading(doubted, read({ total: null }))).toEqual(suspected('unreadable', null))
    expect(decideReading(doubted, read({}))).toHaveLength(1)
  })

  it('is an age alone where nothing else changed, and never for one that is doubted', () => {
    const doubted: SpendState = { ...known, suspicion: 'shrunken' }
    expect(seenAgain(known, later(5_000)).last).toEqual(reading(later(5_000), 10))
    for (const [state, when] of [[known, null], [known, later(1_000)], [known, later(500)], [doubted, later(5_000)], [doubted, null]] as const) expect(seenAgain(state, when)).toBe(state)
  })

  it('changes nothing of a state when its month is closed', () => {
    expect(evolveSpend(known, { type: 'SpendMonthClosed', total: money(10), spent: money(10), at: later(3_000) })).toBe(known)
    expect(evolveSpend(null, { type: 'SpendMonthClosed', total: money(10), spent: money(10), at: later(3_000) })).toBeNull()
  })
})
