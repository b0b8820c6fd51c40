import { describe, expect, it } from 'vitest'

import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { noLimits, patchLimits, sameLimits, shareOf, type SpendLimits, spendLimits } from '../../../src/domain/spend/limits.js'
import { compilePolicy, type Enforcement, enforcersOf, headroom, headroomUnder, type Spent } from '../../../src/domain/spend/policy.js'

const finest = 100_000_000n
const money = (amount: number): Picodollars => (BigInt(amount) * finest) as Picodollars
const limits = (monthly: number | null, daily: number | null): SpendLimits => ({
  ...noLimits,
  monthly: monthly === null ? null : money(monthly),
  daily: daily === null ? null : money(daily),
})
const refused = (field: string, rule: string) => ({ _tag: 'Left', left: { _tag: 'InvalidValue', field, rule } })

/** Every kind of limits: what the key itself holds, and whether a second window is left to another. */
const table: ReadonlyArray<readonly [number | null, number | null, number | null, 'daily' | 'monthly' | null, boolean]> = [
  [null, null, null, null, false],
  [9, null, 9, 'monthly', false],
  [0, null, 0, 'monthly', false],
  [null, 5, 5, 'daily', false],
  [null, 0, 0, 'daily', false],
  [9, 9, 9, 'monthly', false],
  [0, 0, 0, 'monthly', false],
  [9, 0, 0, 'daily', false],
  [9, 5, 9, 'monthly', true],
  [9, 1, 9, 'monthly', true],
]

describe.each(table)('limits of %j a month and %j a day', (monthly, daily, onKey, reset, hasSecond) => {
  const these = limits(monthly, daily)
  const second = money(daily ?? 0)
  const key = { limit: onKey === null ? null : money(onKey), reset }

  it('are held by the key, and a second window by a guardrail, or by the watcher where guardrails are refused', () => {
    expect(spendLimits(these)).toEqual({ _tag: 'Right', right: these })
    expect(compilePolicy(these, { guardrails: true })).toEqual({ key, guardrail: hasSecond ? { limit: second, reset: 'daily' } : null, watcher: null })
    expect(compilePolicy(these, { guardrails: false })).toEqual({ key, guardrail: null, watcher: hasSecond ? { window: 'day', limit: second } : null })
  })

  it('are enforced by who is there, and by nobody else', () => {
    for (const guardrails of [true, false])
      for (const guardrailAssigned of [true, false])
        for (const watcherAlive of [true, false]) {
          const by: Enforcement = { guardrailAssigned, watcherAlive }
          const other = guardrails ? (guardrailAssigned ? 'guardrail' : 'nobody') : watcherAlive ? 'watcher' : 'nobody'
          expect(enforcersOf(these, compilePolicy(these, { guardrails }), by)).toEqual({
            monthly: monthly === null ? null : 'openrouter',
            daily: daily === null ? null : hasSecond ? other : 'openrouter',
          })
        }
  })

  it('leave what the smaller rest is, and never less than nothing', () => {
    for (const spentMonth of [0, 3, 5, 8, 9, 20])
      for (const spentDay of [0, 1, 3, 5, 9].filter((day) => day <= spentMonth)) {
        const spent: Spent = { month: money(spentMonth), day: money(spentDay) }
        const rests = [monthly === null ? [] : [Math.max(0, monthly - spentMonth)], daily === null ? [] : [Math.max(0, daily - spentDay)]].flat()
        const rest = rests.length === 0 ? null : money(Math.min(...rests))
        expect(headroom(these, spent)).toBe(rest)
        for (const guardrails of [true, false]) expect(headroomUnder(compilePolicy(these, { guardrails }), spent)).toBe(rest)
      }
  })
})

describe('limits', () => {
  const decimals = 'must have at most four decimals'
  it('say which rule is broken', () => {
    expect(spendLimits({ ...noLimits, monthly: 1n as Picodollars })).toEqual(refused('monthlyLimit', decimals))
    expect(spendLimits({ ...noLimits, daily: 1n as Picodollars })).toEqual(refused('dailyLimit', decimals))
    expect(spendLimits(limits(4, 5))).toEqual(refused('dailyLimit', 'must not be above the monthly limit'))
    const most = refused('alertThreshold', 'must be above 0 and at most 1, with at most four decimals; at most 10 of them')
    for (const alertThresholds of [[0.5, 2], [2, 0.5], [-0.1], Array.from({ length: 11 }, () => 0.5)]) expect(spendLimits({ ...noLimits, alertThresholds })).toEqual(most)
  })

  it('have thresholds up to one, the finest of them, and ten of them', () => {
    const ten = [0.0001, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1]
    expect(spendLimits({ ...noLimits, alertThresholds: [...ten].reverse() })).toEqual({ _tag: 'Right', right: { ...noLimits, alertThresholds: ten } })
  })

  it('are the same where every part is', () => {
    const one: SpendLimits = { ...limits(9, 5), alertThresholds: [0.5, 0.8] }
    expect(sameLimits(one, { ...one, alertThresholds: [0.5, 0.8] })).toBe(true)
    const others: ReadonlyArray<Partial<SpendLimits>> = [
      { monthly: null },
      { monthly: money(8) },
      { daily: null },
      { daily: money(4) },
      { alertThresholds: [0.5] },
      { alertThresholds: [] },
      { alertThresholds: [0.5, 0.9] },
      { alertThresholds: [0.4, 0.8] },
      { alertThresholds: [0.5, 0.8, 1] },
    ]
    for (const other of others) {
      expect(sameLimits(one, { ...one, ...other })).toBe(false)
      expect(sameLimits({ ...one, ...other }, one)).toBe(false)
    }
  })

  it('are changed where a patch gives something, with nothing for null', () => {
    const one: SpendLimits = { ...limits(9, 5), alertThresholds: [0.5] }
    expect(patchLimits(one, { monthly: null, alertThresholds: [1] })).toEqual({ _tag: 'Right', right: { monthly: null, daily: money(5), alertThresholds: [1] } })
    expect(patchLimits(one, { daily: money(9) })).toEqual({ _tag: 'Right', right: { ...one, daily: money(9) } })
  })

  it('have shares rounded up to the picodollar', () => {
    const shares = [[10n, 0.8, 8n], [10n, 0.75, 8n], [1n, 0.0001, 1n], [0n, 0.5, 0n], [3n, 1, 3n], [1_000_001n, 0.5, 500_001n]] as const
    for (const [amount, share, is] of shares) expect(shareOf(amount as Picodollars, share)).toBe(is)
  })
})
