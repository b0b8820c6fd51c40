import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { accountFactsOf } from '../../../src/domain/alerts/account-facts-of.js'
import { conditionsOf } from '../../../src/domain/alerts/conditions.js'
import { keyFactsOf, type KeySeen } from '../../../src/domain/alerts/key-facts-of.js'
import { defaultPolicy } from '../../../src/domain/alerts/policy.js'
import { readingsFrom, withReading } from '../../../src/domain/alerts/readings.js'
import type { TotalReading } from '../../../src/domain/alerts/facts.js'
import { keyDecider } from '../../../src/domain/key/index.js'
import type { Millis } from '../../../src/domain/shared/instant.js'
import { defaultAssumptions } from '../../../src/domain/spend/overshoot.js'
import { at, dayLength, dollars, hour, minute } from './facts.js'
import { anew, born, lookedAt, seenOf, type Story } from './seen.js'

/** 2026-11-10T00:00:00Z, a Tuesday */
const midnight = Date.UTC(2026, 10, 10)
const bornAt = Date.UTC(2026, 10, 2)
const quiet: Story = { bornAt, spent: [], looks: [midnight + 11 * hour] }

const factsAt = (seen: KeySeen, now: number) => keyFactsOf(keyDecider, seen, defaultAssumptions, at(now))

const spoken = (seen: KeySeen, now: number): ReadonlyArray<string> => {
  const facts = factsAt(seen, now)
  const found = conditionsOf(defaultPolicy, { now: at(now), keys: facts === null ? [] : [facts], account: null })
  return found
    .filter(({ standing, case: each }) => standing === 'active' && each.rule !== 'lifted')
    .map(({ case: { rule, threshold, scope, revision } }) => [rule, threshold, scope, `r${String(revision)}`].filter((part) => part !== '').join(' '))
}

const every = (from: number, to: number, step: number): ReadonlyArray<number> =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, n) => from + n * step)

describe('the way from readings to alerts', () => {
  const limits = { monthly: dollars(100), daily: dollars(10) }

  it('tells thresholds and limits of both windows', () => {
    const spent: Story['spent'] = [[midnight - 2 * dayLength, 71], [midnight + hour, 9.6]]
    const story = { bornAt, spent, looks: [midnight - 2 * dayLength + hour, midnight + 2 * hour] }
    expect(spoken(seenOf([born(limits, bornAt)], story), midnight + 3 * hour)).toEqual([
      'threshold 80 day 2026-11-10 r1',
      'threshold 95 day 2026-11-10 r1',
      'threshold 80 month 2026-11-01 r1',
    ])
    const more = { ...story, spent: [...spent, [midnight + 3 * hour, 0.4]] as const, looks: [...story.looks, midnight + 4 * hour] }
    expect(spoken(seenOf([born(limits, bornAt)], more), midnight + 4 * hour)).toContain('limit-reached day 2026-11-10 r1')
  })

  it('measures by the key’s own thresholds, with decimals', () => {
    const story = { bornAt, spent: [[midnight + hour, 1.26]] as const, looks: [midnight + 2 * hour] }
    const seen = seenOf([born({ monthly: dollars(10), alertThresholds: [0.125, 0.5, 1] }, bornAt)], story)
    expect(spoken(seen, midnight + 3 * hour)).toEqual(['threshold 12.5 month 2026-11-01 r1'])
  })

  it('takes the default threshold of a key for no wish of its own', () => {
    expect(factsAt(seenOf([born({ alertThresholds: [0.8] }, bornAt)], quiet), midnight)?.thresholds).toBeNull()
  })

  it('takes a key for as old as its last rotation', () => {
    const seen = seenOf([born(limits, bornAt)], quiet)
    const { stage } = seen.state
    if (stage._tag !== 'Held') throw new Error('not held')
    const incarnation = { ...stage.key.incarnation, generation: 2, generationAt: at(midnight) }
    const rotated = { ...seen, state: { ...seen.state, stage: { ...stage, key: { ...stage.key, incarnation } } } }
    expect([factsAt(seen, midnight)?.bornAt, factsAt(rotated, midnight)?.bornAt]).toEqual([bornAt, midnight])
  })

  it('knows nothing where nobody has read anything, and says 0 of nothing', () => {
    const facts = factsAt(seenOf([born(limits, bornAt)], { ...quiet, looks: [] }), midnight)
    expect(facts?.windows.map(({ used, readAt }) => [used, readAt])).toEqual([[null, null], [null, null]])
  })

  it('gives each change of a limit a revision, and a new life of the name new ones', () => {
    const revisions = (...lives: ReadonlyArray<readonly [limits: object, lineage: number]>) => {
      const events = lives.map(([given, lineage], n) => born(given, bornAt + n * hour, lineage))
      const seen = { ...seenOf([events[events.length - 1]!], quiet), events }
      return keyFactsOf(anew, seen, defaultAssumptions, at(midnight))?.windows.map(({ limit, revision }) => [limit, revision])
    }
    const five = { ...limits, daily: dollars(5) }
    expect(revisions([limits, 1], [limits, 1])).toEqual([[dollars(10), 1], [dollars(100), 1]])
    expect(revisions([limits, 1], [five, 1], [limits, 1])).toEqual([[dollars(10), 3], [dollars(100), 1]])
    expect(revisions([limits, 1], [five, 2])).toEqual([[dollars(5), 1], [dollars(100), 1]])
  })

  it('tells that a key expires, and that nobody has read it for too long, from its birth on', () => {
    const seen = (more: Partial<KeySeen>, looks: ReadonlyArray<number>) =>
      seenOf([born({}, bornAt, 1, { expiresAt: at(midnight + 3 * dayLength) })], { ...quiet, looks }, more)
    const freshFor = (3 * minute) as Millis
    expect(spoken(seen({ freshFor }, [midnight - minute]), midnight)).toEqual(['expiring 168 at 1794528000000 r0'])
    expect(spoken(seen({ freshFor }, [midnight - 4 * minute]), midnight)).toContain('no-fresh-reading r0')
    expect(spoken(seen({ freshFor }, []), midnight)).toContain('no-fresh-reading r0')
    expect(spoken(seen({ freshFor }, []), bornAt + minute)).not.toContain('no-fresh-reading r0')
  })
})

describe('a window that is over', () => {
  const limits = { monthly: null, daily: dollars(10) }
  const near = [midnight - 2 * hour, midnight - 5 * minute]

  it('is told of in the next one, where it shows only there', () => {
    const story: Story = { bornAt, spent: [[midnight - 3 * hour, 5], [midnight - minute, 6]], looks: [...near, midnight + 5 * minute] }
    const seen = seenOf([born(limits, bornAt)], story)
    expect(spoken(seen, midnight + 6 * minute)).toEqual(['threshold 80 day 2026-11-09 r1', 'threshold 95 day 2026-11-09 r1', 'limit-reached day 2026-11-09 r1'])
    const [condition] = conditionsOf(defaultPolicy, { now: at(midnight + 6 * minute), keys: [factsAt(seen, midnight + 6 * minute)!], account: null })
    expect(condition?.text.means).toContain('is over')
  })

  it('is measured by the limit that stood then', () => {
    const story: Story = { bornAt, spent: [[midnight - minute, 9]], looks: [...near, midnight + 5 * minute] }
    const events = [born(limits, bornAt), born({ monthly: null, daily: dollars(5) }, midnight + 2 * minute)]
    const facts = keyFactsOf(anew, { ...seenOf([events[1]!], story), events }, defaultAssumptions, at(midnight + 6 * minute))
    expect(facts?.windows.filter(({ window }) => window === 'day').map(({ limit, revision, used }) => [limit, revision, used])).toEqual([
      [dollars(10), 1, dollars(9)],
      [dollars(5), 2, dollars(0)],
    ])
  })

  it('is never told above the truth, and exactly where somebody looked at all', () => {
    const time = fc.integer({ min: -24 * 60 + 5, max: 8 * 60 })
    const arbitrary = fc.record({
      spent: fc.array(fc.tuple(time, fc.integer({ min: 1, max: 500 })), { maxLength: 20 }),
      looks: fc.array(time, { minLength: 2, maxLength: 12 }),
    })
    let known = 0
    fc.assert(
      fc.property(arbitrary, ({ spent, looks }) => {
        const story: Story = {
          bornAt,
          spent: spent.map(([when, cents]) => [midnight + when * minute, cents / 100]),
          looks: [...new Set(looks)].sort((a, b) => a - b).map((when) => midnight + when * minute + 1),
        }
        const facts = factsAt(seenOf([born(limits, bornAt)], story), midnight + 9 * hour)
        const yesterday = facts?.windows.find(({ window, start }) => window === 'day' && start < midnight)
        if (yesterday === undefined) return
        known += 1
        const truth = story.spent.filter(([when]) => when < midnight).reduce((sum, [, amount]) => sum + Math.round(amount * 100), 0)
        expect(yesterday.used).toBe(dollars(truth / 100))
      }),
      { numRuns: 300 },
    )
    expect(known).toBeGreaterThan(50)
  })
})

describe('a forecast', () => {
  const limits = { monthly: null, daily: dollars(10) }
  const forecastAt = (story: Story, now: number) =>
    factsAt(seenOf([born(limits, bornAt)], story), now)?.windows.find(({ window, start }) => window === 'day' && start === midnight)?.forecast ?? null

  it('is drawn from a pace that lasted', () => {
    const spent = every(midnight, midnight + 6 * hour, 10 * minute).map((time) => [time, 0.1] as const)
    const story = { bornAt, spent, looks: every(midnight - hour, midnight + 6 * hour, 10 * minute) }
    const seen = seenOf([born(limits, bornAt)], story)
    expect(spoken(seen, midnight + 6 * hour)).toContain('forecast day 2026-11-10 r1')
  })

  it('is not drawn from an hour’s work that is done with', () => {
    const spent = every(midnight, midnight + hour, 10 * minute).map((time) => [time, 0.5] as const)
    const looks = every(midnight - hour, midnight + 9 * hour, 10 * minute)
    expect(forecastAt({ bornAt, spent, looks: looks.filter((time) => time <= midnight + 2 * hour) }, midnight + 2 * hour)).toBeNull()
    expect(forecastAt({ bornAt, spent, looks }, midnight + 9 * hour)).toBe(dollars(3.5))
  })
})

describe('a broken assumption', () => {
  const brokenBy = (spent: Story['spent'], looks: ReadonlyArray<number>, limits: object = {}) =>
    factsAt(seenOf([born(limits, bornAt)], { bornAt, spent, looks }), midnight + 9 * hour)?.boundBroken ?? null

  it('is more beyond a limit than was stated', () => {
    const looks = every(midnight - hour, midnight + 8 * hour, 5 * minute)
    const spent = every(midnight, midnight + 8 * hour, 5 * minute).map((time) => [time, 0.8] as const)
    expect(brokenBy(spent, looks, { daily: dollars(10) })).toMatchObject({ at: midnight, text: expect.stringMatching(/\$\d+\.\d+ beyond its limit of \$10\.00 for the day/) })
    expect(brokenBy(spent, looks, { daily: dollars(70) })).toBeNull()
  })

  it('is more within a time than the requests that are assumed can cost', () => {
    expect(brokenBy([[midnight + hour, 200]], [midnight + hour - minute, midnight + hour + 1])?.text).toContain('$200.00 within 1 minute')
    expect(brokenBy([[midnight + hour, 10]], [midnight + hour - minute, midnight + hour + 1])).toBeNull()
    expect(brokenBy([[midnight + hour, 200]], [midnight + 1, midnight + hour + 1])).toBeNull()
  })

  it('is one request that cost more than any was to cost', () => {
    const seen = seenOf([born({}, bornAt)], quiet)
    const reported = (cost: number) => ({ ...seen, spending: { ...seen.spending!, unconfirmed: [{ at: at(midnight + 11 * hour), cost: dollars(cost) }] } })
    expect(factsAt(reported(0.2), midnight + 12 * hour)?.boundBroken?.text).toContain('one request of $0.20')
    expect(factsAt(reported(0.1), midnight + 12 * hour)?.boundBroken).toBeNull()
  })
})

describe('readings', () => {
  it('of two weeks are thinned, those of the last hour kept', () => {
    const all = every(bornAt, bornAt + 20 * dayLength, minute).reduce<ReadonlyArray<TotalReading>>(
      (readings, time) => withReading(readings, { at: at(time), total: dollars((time - bornAt) / dayLength) }),
      [],
    )
    expect(all.length).toBeLessThan(2_300)
    expect(all.length).toBeGreaterThan(2_000)
    const end = bornAt + 20 * dayLength
    expect(all.filter((each) => each.at > end - hour)).toHaveLength(60)
    expect(all[0]!.at).toBeGreaterThan(end - 15 * dayLength)
  })

  it('that come late or shrink are none', () => {
    const readings = withReading([], { at: at(10), total: dollars(2) })
    expect(withReading(readings, { at: at(9), total: dollars(3) })).toBe(readings)
    expect(withReading(readings, { at: at(11), total: dollars(1) })).toBe(readings)
  })

  it('are found again in the facts', () => {
    const { spending } = lookedAt({ bornAt, spent: [], looks: [] })
    expect(spending).toBeNull()
    const observed = (time: number, total: number) => ({ type: 'UsageObserved' as const, at: at(time), total: dollars(total), day: null, week: null, month: null })
    expect(readingsFrom([observed(5, 1), { type: 'ReadingSuspected', reason: 'shrunken', total: dollars(0), at: at(6) }, observed(7, 2)])).toEqual([
      { at: 5, total: dollars(1) },
      { at: 7, total: dollars(2) },
    ])
  })
})

describe('the account', () => {
  const told = (bought: number | null, used: number | null) =>
    accountFactsOf({ credits: { bought: bought === null ? null : dollars(bought), used: used === null ? null : dollars(used), at: at(midnight) } })

  it('has left what was bought and not used, and unknown is not nothing', () => {
    expect(told(20, 12)).toMatchObject({ credit: dollars(8), creditReadAt: midnight })
    expect(told(5, 7)).toMatchObject({ credit: dollars(0) })
    expect(told(null, 7)).toMatchObject({ credit: null, creditReadAt: null })
    expect(accountFactsOf({})).toEqual({ credit: null, creditReadAt: null, unheld: null, auditFailure: null })
    expect(conditionsOf(defaultPolicy, { now: at(midnight), keys: [], account: told(20, 12) }).map(({ case: { rule } }) => rule)).toEqual(['credit-low'])
  })
})
