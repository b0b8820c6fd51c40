import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { spendEventCodec } from '../../../src/adapters/event-codec/event-codec.js'
import { monthStart, readTally, record, emptyTally, type Tally } from '../../../src/adapters/simulated-openrouter/windows.js'
import type { Instant, Millis } from '../../../src/domain/shared/instant.js'
import type { Lineage } from '../../../src/domain/shared/identifiers.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { decideReading, seenAgain } from '../../../src/domain/spend/decide-reading.js'
import type { SpendEvent } from '../../../src/domain/spend/event.js'
import { evolveSpend } from '../../../src/domain/spend/evolve-spend.js'
import { newborn, type SpendState } from '../../../src/domain/spend/spend-state.js'
import { usageOf } from '../../../src/domain/spend/usage.js'
import { windowKinds } from '../../../src/domain/spend/window.js'
import { runs } from '../../support/fc-runs.js'

const lag = 60_000 as Millis
const day = 86_400_000
const time = (iso: string): Instant => Date.parse(iso) as Instant
const money = (n: number): Picodollars => BigInt(n) as Picodollars
const totals = (total: number, today: number | null, at: Instant) => ({
  at,
  total: money(total),
  day: today === null ? null : money(today),
  week: null,
  month: null,
})

const reading = (state: SpendState, ...args: Parameters<typeof totals>): SpendState =>
  decideReading(state, totals(...args)).reduce<SpendState | null>(evolveSpend, state) ?? state

const today = (state: SpendState, now: Instant) => usageOf(state, 'day', now, lag)

const evening = time('2026-11-30T23:50:00Z')
const dawn = time('2026-12-01T00:00:10Z')
const later = time('2026-12-01T00:02:00Z')

describe('readings around midnight', () => {
  const born = newborn(time('2026-11-20T10:00:00Z'))

  it('of yesterday do not lock the key today', () => {
    const before = reading(born, 10, 4, evening)
    const stale = reading(before, 10, 4, dawn)
    expect(today(seenAgain(stale, dawn), dawn)).toEqual({ used: 0n, enforced: 0n })
    const risen = reading(before, 12, 6, dawn)
    expect(today(risen, dawn)).toEqual({ used: 2n, enforced: 2n })
    expect(today(reading(risen, 12, 0, later), later)).toEqual({ used: 0n, enforced: 0n })
  })

  it('count a rise that may be of either day in both until they are surely of this one', () => {
    const idle = reading(born, 10, 0, evening)
    const risen = reading(idle, 13, 1, dawn)
    expect(today(risen, dawn)).toEqual({ used: 1n, enforced: 3n })
    expect(today(reading(risen, 14, 2, later), later)).toEqual({ used: 2n, enforced: 2n })
  })

  it('free no budget: after a turn nothing is known until something is read', () => {
    const before = reading(born, 10, 4, evening)
    expect(today(before, dawn)).toEqual({ used: null, enforced: null })
  })
})

describe('a reading', () => {
  const state = reading(newborn(evening), 10, 4, evening)

  it.each([
    ['has shrunk', totals(9, 3, dawn), 'shrunken'],
    ['tells no total', { ...totals(0, 3, dawn), total: null }, 'unreadable'],
  ])('that %s is suspicious, once, and is no truth', (_, read, reason) => {
    const events = decideReading(state, read)
    expect(events).toMatchObject([{ type: 'ReadingSuspected', reason }])
    const after = events.reduce<SpendState | null>(evolveSpend, state) ?? state
    expect(after.last).toEqual(state.last)
    expect(decideReading(after, { ...read, at: later })).toEqual([])
    expect(decideReading(after, totals(10, 4, later))).toMatchObject([{ type: 'UsageObserved' }])
  })

  it('that changes nothing, or is older than the last, is no fact', () => {
    expect(decideReading(state, totals(10, 4, later))).toEqual([])
    expect(decideReading(state, totals(11, 5, (evening - 1) as Instant))).toEqual([])
  })

  it('counts what was reported until it confirms it', () => {
    const reported = evolveSpend(state, { type: 'CostReported', generation: 'gen-1', cost: money(3), at: (evening + 1) as Instant }) ?? state
    const now = (evening + 2_000) as Instant
    expect(today(reported, now).used).toBe(7n)
    expect(today(reading(reported, 12, 6, now), now).used).toBe(7n)
    expect(today(reading(reported, 13, 7, now), now).used).toBe(7n)
    const muchLater = (evening + 5_000) as Instant
    expect(today(reading(reported, 15, 9, muchLater), muchLater).used).toBe(9n)
  })
})

const anySteps = fc.array(
  fc.record({ wait: fc.oneof(fc.nat(300_000), fc.nat(2 * day)), cost: fc.nat(5), reads: fc.boolean(), age: fc.nat(lag) }),
  { minLength: 1, maxLength: 40 },
)

describe('against a ledger that is read late and out of date', () => {
  it('enforcement never counts less than the window held when it was read, nor more than the total rose by', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 * day }), anySteps, (start, steps) => {
        let now = time('2026-10-01T00:00:00Z') + start
        let ledger: ReadonlyArray<readonly [number, Tally]> = [[now, emptyTally]]
        let state = newborn(now as Instant)
        for (const { wait, cost, reads, age } of steps) {
          now += wait
          const last = ledger[ledger.length - 1]?.[1] ?? emptyTally
          ledger = [...ledger, [now, record(last, money(cost), now)]]
          if (!reads) continue
          const seenAt = Math.max(now - age, ledger[0]?.[0] ?? 0)
          const seen = ledger.filter(([at]) => at <= seenAt).pop()?.[1] ?? emptyTally
          const { total, daily, weekly, monthly } = readTally(seen, seenAt)
          const read = { at: now as Instant, total, day: daily, week: weekly, month: monthly }
          state = seenAgain(decideReading(state, read).reduce<SpendState | null>(evolveSpend, state) ?? state, now as Instant)
          const truth = readTally(seen, now)
          const held = { day: truth.daily, week: truth.weekly, month: truth.monthly }
          for (const kind of windowKinds) {
            const { used, enforced } = usageOf(state, kind, now as Instant, lag)
            expect(enforced).not.toBeNull()
            expect(enforced ?? 0n).toBeGreaterThanOrEqual(total === state.last.total ? held[kind] : 0n)
            expect(enforced ?? 0n).toBeGreaterThanOrEqual(used ?? 0n)
            expect(enforced ?? 0n).toBeLessThanOrEqual(state.last.total - state.bases[kind].before)
          }
        }
      }),
      runs(2_000),
    )
  })
})

describe('a month', () => {
  it('opens with all that the months before it told, and is stored and read without loss', () => {
    const state = reading(reading(newborn(evening), 10, 4, evening), 12, 1, dawn)
    const opened: SpendEvent = { type: 'SpendMonthOpened', lineage: 'a#1' as Lineage, month: '2026-12', carried: state, at: dawn }
    expect(evolveSpend(null, opened)).toEqual(state)
    const { data, ...record } = spendEventCodec.encode(opened)
    expect(spendEventCodec.decode({ ...record, data, sequence: 1, stream: 'spend/a#1/2026-12', version: 1 })).toEqual({
      _tag: 'Right',
      right: opened,
    })
    expect(monthStart(dawn)).toBe(state.bases.month.start)
  })
})
