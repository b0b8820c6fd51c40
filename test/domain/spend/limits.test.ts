import * as E from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { fromDecimalDollars, type Picodollars } from '../../../src/domain/shared/picodollars.js'
import { noLimits, patchLimits, sameLimits, shareOf, spendLimits } from '../../../src/domain/spend/limits.js'
import { compilePolicy, enforcersOf, headroom, headroomUnder } from '../../../src/domain/spend/policy.js'
import { defaultAssumptions, overshootBound } from '../../../src/domain/spend/overshoot.js'
import { runs } from '../../support/fc-runs.js'

const usd = (text: string): Picodollars => {
  const read = fromDecimalDollars(text)
  if (E.isLeft(read)) throw new Error(text)
  return read.right
}
const finest = 100_000_000n
const money = (most: bigint): fc.Arbitrary<Picodollars> => fc.bigInt({ min: 0n, max: most }).map((n) => n as Picodollars)
const anyLimit = fc.option(fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 40n })).map((n) => (n * finest) as Picodollars))
const anyLimits = fc
  .record({ monthly: anyLimit, daily: anyLimit })
  .map((limits) => ({ ...noLimits, ...limits }))
  .filter((limits) => E.isRight(spendLimits(limits)))
const anySpent = money(50n * finest).chain((month) => money(month).map((day) => ({ month, day })))

describe('limits', () => {
  it.each([
    [{ monthly: usd('1'), daily: usd('1.0001') }, 'dailyLimit'],
    [{ monthly: usd('1.00001') }, 'monthlyLimit'],
    [{ daily: usd('0.00005') }, 'dailyLimit'],
    [{ monthly: -100_000_000n as Picodollars }, 'monthlyLimit'],
    [{ alertThresholds: [0] }, 'alertThreshold'],
    [{ alertThresholds: [1.01] }, 'alertThreshold'],
    [{ alertThresholds: [Number.NaN] }, 'alertThreshold'],
    [{ alertThresholds: [0.0000001] }, 'alertThreshold'],
    [{ alertThresholds: [0.80001] }, 'alertThreshold'],
    [{ alertThresholds: Array.from({ length: 11 }, (_, n) => (n + 1) / 20) }, 'alertThreshold'],
  ])('%# are refused by their field', (bad, field) => {
    expect(spendLimits({ ...noLimits, ...bad })).toMatchObject({ _tag: 'Left', left: { field } })
  })

  it('keep their thresholds in order and each once', () => {
    expect(spendLimits({ ...noLimits, alertThresholds: [1, 0.5, 1, 0.8] })).toMatchObject({
      right: { alertThresholds: [0.5, 0.8, 1] },
    })
  })

  it('are patched field by field, and refused as a whole', () => {
    const limits = { monthly: usd('10'), daily: usd('5'), alertThresholds: [0.8] }
    expect(patchLimits(limits, { daily: null })).toMatchObject({ right: { monthly: usd('10'), daily: null } })
    expect(patchLimits(limits, {})).toEqual(E.right(limits))
    expect(E.isLeft(patchLimits(limits, { monthly: usd('4') }))).toBe(true)
    expect(sameLimits(limits, { ...limits, alertThresholds: [0.9] })).toBe(false)
  })

  it('have shares that are never rounded down', () => {
    expect(shareOf(usd('10'), 0.8)).toBe(usd('8'))
    expect(shareOf(1n as Picodollars, 0.5)).toBe(1n)
  })
})

describe('a compiled policy', () => {
  it('lets exactly as much be spent as the limits, whoever holds it', () => {
    fc.assert(
      fc.property(anyLimits, fc.boolean(), anySpent, (limits, guardrails, spent) => {
        expect(headroomUnder(compilePolicy(limits, { guardrails }), spent)).toBe(headroom(limits, spent))
      }),
      runs(3_000),
    )
  })

  it('never gives a guardrail zero, leaves the month to the key, and leaves nothing to nobody', () => {
    fc.assert(
      fc.property(anyLimits, fc.boolean(), (limits, guardrails) => {
        const policy = compilePolicy(limits, { guardrails })
        expect(policy.guardrail?.limit).not.toBe(0n)
        if (limits.monthly !== null && limits.daily !== 0n) expect(policy.key).toEqual({ limit: limits.monthly, reset: 'monthly' })
        expect(policy.guardrail === null || policy.watcher === null).toBe(true)
        expect(guardrails && policy.watcher !== null).toBe(false)
        expect(Object.values(enforcersOf(limits, policy, { guardrailAssigned: true, watcherAlive: true }))).not.toContain('nobody')
      }),
      runs(1_000),
    )
  })

  it('says nobody where the guardrail is not assigned or the watcher is not there', () => {
    const limits = { ...noLimits, monthly: usd('3'), daily: usd('1') }
    const nobody = { guardrailAssigned: false, watcherAlive: false }
    expect(enforcersOf(limits, compilePolicy(limits, { guardrails: true }), nobody)).toEqual({ monthly: 'openrouter', daily: 'nobody' })
    expect(enforcersOf(limits, compilePolicy(limits, { guardrails: false }), nobody)).toEqual({ monthly: 'openrouter', daily: 'nobody' })
    expect(enforcersOf(noLimits, compilePolicy(noLimits, { guardrails: true }), nobody)).toEqual({ monthly: null, daily: null })
  })
})

describe('the overshoot bound', () => {
  it('counts the requests of the blind time, and more of them where a watcher enforces', () => {
    expect(overshootBound(defaultAssumptions, 'native')).toBe(usd('9.1'))
    expect(overshootBound(defaultAssumptions, 'watcher')).toBe(usd('19.6'))
  })
})
