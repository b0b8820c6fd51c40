import { describe, expect, it } from 'vitest'

import type { Instant, Millis } from '../../../src/domain/shared/instant.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { type FactsAbout, spendFacts } from '../../../src/domain/spend/facts.js'
import { noLimits, type SpendLimits } from '../../../src/domain/spend/limits.js'
import { defaultAssumptions } from '../../../src/domain/spend/overshoot.js'
import { newborn, type SpendState } from '../../../src/domain/spend/spend-state.js'

const born = Date.parse('2026-03-01T00:00:00Z') as Instant
const noon = Date.parse('2026-03-10T12:00:00Z') as Instant
const usd = (amount: number): Picodollars => (BigInt(Math.round(amount * 100)) * 10n ** 10n) as Picodollars
const limited = (daily: number | null, monthly: number | null): SpendLimits => ({
  daily: daily === null ? null : usd(daily),
  monthly: monthly === null ? null : usd(monthly),
  alertThresholds: [0.8, 0.95],
})

/** A key that spent so much today, and so much this month, as was read at `at`. */
const spent = (day: number, month: number, at: Instant = noon): SpendState => {
  const state = newborn(born)
  const midnight = Date.parse('2026-03-10T00:00:00Z') as Instant
  return {
    ...state,
    last: { at, total: usd(month), day: usd(day), week: usd(day), month: usd(month) },
    bases: { ...state.bases, day: { start: midnight, before: usd(month - day), earlier: null }, week: { start: midnight, before: usd(month - day), earlier: null } },
  }
}

const facts = (about: Partial<FactsAbout>) =>
  spendFacts({ limits: noLimits, state: spent(2, 10), now: noon, bornAt: born, credit: null, assumptions: defaultAssumptions, ...about })

describe('what is left', () => {
  it('is each limit without what was spent in its window', () => {
    const { day, month, limits } = facts({ limits: limited(5, 25) })
    expect(limits).toEqual(limited(5, 25))
    expect(day).toMatchObject({ limit: usd(5), used: usd(2), enforced: usd(2), remaining: usd(3), start: Date.parse('2026-03-10T00:00:00Z'), end: Date.parse('2026-03-11T00:00:00Z') })
    expect(month).toMatchObject({ limit: usd(25), used: usd(10), enforced: usd(10), remaining: usd(15), start: born, end: Date.parse('2026-04-01T00:00:00Z') })
  })

  it('is nothing, and not less, where more was spent', () => {
    expect(facts({ limits: limited(1, 25) }).day.remaining).toBe(0n)
    expect(facts({ limits: limited(2, 25) }).day.remaining).toBe(0n)
  })

  it('is unknown without a limit, and without a reading', () => {
    expect(facts({}).day).toMatchObject({ limit: null, remaining: null, used: usd(2) })
    expect(facts({ limits: limited(5, null), state: null }).day).toMatchObject({ used: null, enforced: null, remaining: null, forecast: null })
  })
})

describe('the level', () => {
  it.each([
    ['ok far from a threshold', 5, 25, 'ok'],
    ['warning at the first threshold of the day', 2.5, 25, 'warning'],
    ['warning at the first threshold of the month', 5, 12.5, 'warning'],
    ['ok just below it', 2.51, 25, 'ok'],
    ['exceeded where the day is spent', 2, 25, 'exceeded'],
    ['exceeded where the month is spent', 5, 10, 'exceeded'],
  ])('is %s', (_what, daily, monthly, level) => {
    expect(facts({ limits: limited(daily, monthly) }).level).toBe(level)
  })

  it('is unknown where a limit stands and nothing was read, and exceeded before that', () => {
    expect(facts({ limits: limited(5, null), state: null }).level).toBe('unknown')
    expect(facts({ state: null }).level).toBe('ok')
    const overnight = Date.parse('2026-03-11T01:00:00Z') as Instant
    expect(facts({ limits: limited(5, 25), now: overnight }).level).toBe('unknown')
    expect(facts({ limits: limited(5, 10), now: overnight }).level).toBe('exceeded')
  })

  it('warns of nothing without thresholds', () => {
    expect(facts({ limits: { ...limited(2.1, 25), alertThresholds: [] } }).level).toBe('ok')
  })
})

describe('what binds', () => {
  it.each([
    ['the day', limited(5, 25), null, 'daily'],
    ['the month', limited(50, 11), null, 'monthly'],
    ['the credit of the account', limited(5, 25), usd(1), 'credit'],
    ['the first of two that are equal', limited(5, 13), usd(3), 'daily'],
    ['the credit alone', noLimits, usd(1), 'credit'],
    ['nothing', noLimits, null, null],
  ])('is %s', (_what, limits, credit, binding) => {
    expect(facts({ limits, credit }).binding).toBe(binding)
  })
})

describe('a reading', () => {
  const gap = defaultAssumptions.pollGap + defaultAssumptions.lag
  it('is stale once it is older than the gap and the lag together, or where there is none', () => {
    expect(facts({ state: spent(2, 10, (noon - gap) as Instant) }).stale).toBe(false)
    expect(facts({ state: spent(2, 10, (noon - gap - 1) as Instant) }).stale).toBe(true)
    expect(facts({}).readAt).toBe(noon)
    expect(facts({ state: null })).toMatchObject({ stale: true, readAt: null, suspicion: null })
  })

  it('that is not believed makes what is known stale, and says why', () => {
    expect(facts({ state: { ...spent(2, 10), suspicion: 'shrunken' } })).toMatchObject({ stale: true, suspicion: 'shrunken' })
  })

  it('gives a forecast once something is known', () => {
    expect(facts({ limits: limited(5, 25) }).month.forecast).not.toBeNull()
    expect((facts({ limits: limited(5, 25) }).month.forecast?.atEnd ?? 0n) > usd(10)).toBe(true)
  })

  it('soon after a turn counts for enforcement what may be of the window before', () => {
    const soon = (Date.parse('2026-03-10T00:00:00Z') + 1) as Instant
    const state = spent(0, 10, soon)
    const { day } = facts({ limits: limited(5, 25), state: { ...state, bases: { ...state.bases, day: { ...state.bases.day, before: usd(7) } } }, now: soon, assumptions: { ...defaultAssumptions, lag: 60_000 as Millis } })
    expect(day).toMatchObject({ used: 0n, enforced: usd(3), remaining: usd(2) })
  })
})
