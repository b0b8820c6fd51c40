import { describe, expect, it } from 'vitest'

import type { Condition } from '../../../src/domain/alerts/condition.js'
import { conditionsOf } from '../../../src/domain/alerts/conditions.js'
import type { AccountFacts, KeyFacts } from '../../../src/domain/alerts/facts.js'
import { defaultPolicy, isQuiet } from '../../../src/domain/alerts/policy.js'
import { ruleNames, ruleSeverities } from '../../../src/domain/alerts/rule.js'
import { dayOf, moment } from '../../../src/domain/alerts/words.js'
import type { KeyHash } from '../../../src/domain/shared/identifiers.js'
import type { Millis } from '../../../src/domain/shared/instant.js'
import { account, at, dayLength, dollars, hour, key, minute, noon, window } from './facts.js'

const found = (more: Partial<KeyFacts>, policy = defaultPolicy): ReadonlyArray<Condition> =>
  conditionsOf(policy, { now: noon, keys: [key(more)], account: null })

const ofAccount = (more: Partial<AccountFacts>): ReadonlyArray<Condition> =>
  conditionsOf(defaultPolicy, { now: noon, keys: [], account: account(more) })

const active = (conditions: ReadonlyArray<Condition>): ReadonlyArray<string> =>
  conditions
    .filter(({ standing, case: each }) => standing === 'active' && each.rule !== 'lifted')
    .map(({ case: { rule, threshold } }) => (threshold === '' ? rule : `${rule} ${threshold}`))

const incident = { at: at(noon - hour), text: 'something that began' }

const steady = (perHour: number, last: number): KeyFacts['readings'] => {
  let total = 0
  return Array.from({ length: 10 * 24 * 4 }, (_, n, all = 10 * 24 * 4) => {
    total += (n >= all - 3 ? last : perHour) / 4
    return { at: at(noon - (all - n) * 15 * minute), total: dollars(total) }
  })
}

/** Facts by which each rule of a key speaks. */
const speaking: Readonly<Record<string, Partial<KeyFacts>>> = {
  threshold: { windows: [window({ used: dollars(21) })] },
  'limit-reached': { windows: [window({ used: dollars(25) })] },
  forecast: { windows: [window({ used: dollars(10), forecast: dollars(30) })] },
  spike: { readings: steady(0.5, 6) },
  contained: { contained: incident },
  lifted: {},
  debt: { debt: incident },
  drift: { drift: incident },
  'bound-broken': { boundBroken: incident },
  expiring: { expiresAt: at(noon + 3 * dayLength) },
  'rotation-due': { rotationDue: at(noon - dayLength) },
  'no-fresh-reading': { freshFor: minute as Millis },
}

const speakingOfAccount: Readonly<Record<string, Partial<AccountFacts>>> = {
  'credit-low': { credit: dollars(9), creditReadAt: at(noon - minute) },
  unheld: { unheld: [{ hash: 'a'.repeat(64) as KeyHash, remoteName: 'other [lv]' }] },
  'audit-failure': { auditFailure: incident },
}

describe('each rule', () => {
  it('has facts here by which it speaks', () => {
    expect([...Object.keys(speaking), ...Object.keys(speakingOfAccount)].sort()).toEqual([...ruleNames].sort())
    expect(Object.keys(ruleSeverities)).toEqual(ruleNames)
  })

  it.each(Object.entries(speaking))('%s speaks of a key with its name, the number, the limit, the age and the next step', (rule, more) => {
    const condition = found(more).find((each) => each.case.rule === rule && each.standing === 'active')
    const text = condition?.text ?? { happened: '', means: '', next: '' }
    expect(text.happened).toContain('ci-bot')
    expect(text.happened).toMatch(/\$\d+\.\d{2}/)
    expect(text.happened).toContain('$25.00')
    expect(text.happened).toMatch(/\(read (3 minutes|15 minutes|just now)( ago)?\)/)
    expect(text.means.length * text.next.length).toBeGreaterThan(100)
    expect(JSON.stringify(text)).not.toMatch(/undefined|\[object|NaN/)
  })

  it.each(Object.entries(speakingOfAccount))('%s speaks of the account with a number, a limit, an age and the next step', (rule, more) => {
    const condition = ofAccount(more).find((each) => each.case.rule === rule && each.standing === 'active')
    const text = condition?.text ?? { happened: '', means: '', next: '' }
    expect(text.happened).toMatch(/account|vault/)
    expect(text.happened).toMatch(/\d|unknown/)
    expect(text.happened).toMatch(/limit|level|allowed/)
    expect(text.happened).toMatch(/\(read .+\)/)
    expect(text.means.length * text.next.length).toBeGreaterThan(100)
  })

  it.each(Object.entries(speaking))('%s says nothing where it is switched off, for all, for a tag or for a key', (rule, more) => {
    const spoken = (policy: typeof defaultPolicy) => found({ ...more, tags: { team: 'web' } }, policy).filter((each) => each.case.rule === rule)
    expect(spoken(defaultPolicy).length).toBeGreaterThan(0)
    expect(spoken({ ...defaultPolicy, all: { ...defaultPolicy.all, off: [rule] } })).toEqual([])
    expect(spoken({ ...defaultPolicy, tags: { 'team=web': { off: [rule] } } })).toEqual([])
    expect(spoken({ ...defaultPolicy, keys: { 'ci-bot': { off: [rule] } } })).toEqual([])
  })
})

describe('a threshold', () => {
  it('is reached exactly, and not a picodollar before', () => {
    const using = (used: bigint) => active(found({ windows: [window({ used: used as never, limit: dollars(100) })] }))
    expect(using(dollars(80) - 1n)).toEqual([])
    expect(using(dollars(80))).toEqual(['threshold 80'])
    expect(using(dollars(99.99))).toEqual(['threshold 80', 'threshold 95'])
    expect(using(dollars(100))).toEqual(['threshold 80', 'threshold 95', 'limit-reached'])
  })

  it('is nothing where the number is unknown, or there is no limit, or nothing may be spent', () => {
    expect(found({ windows: [window({ used: null }), window({ limit: null }), window({ limit: dollars(0) })] }).filter((each) => each.case.rule === 'threshold')).toEqual([])
  })

  it('is that of the key, else of its tag, else of all', () => {
    const policy = { ...defaultPolicy, tags: { 'team=web': { thresholds: [30] } }, keys: { 'ci-bot': { thresholds: [20, 10] } } }
    const windows = [window({ used: dollars(10) })]
    expect(active(found({ windows }, policy))).toEqual(['threshold 10', 'threshold 20'])
    expect(active(found({ windows, tags: { team: 'web' } }, { ...policy, keys: {} }))).toEqual(['threshold 30'])
    expect(active(found({ windows, thresholds: [40] }, policy))).toEqual(['threshold 40'])
    expect(active(found({ windows }))).toEqual([])
  })
})

describe('a forecast', () => {
  it('has nothing to say once the limit is reached', () => {
    expect(active(found({ windows: [window({ used: dollars(26), forecast: dollars(50) })] }))).not.toContain('forecast')
  })
})

describe('a severity', () => {
  it('is as it is set, the strongest setting first', () => {
    const policy = { ...defaultPolicy, all: { ...defaultPolicy.all, severity: { debt: 'info' as const } }, keys: { 'ci-bot': { severity: { debt: 'warning' as const } } } }
    expect(found({ debt: incident }, policy).find((each) => each.case.rule === 'debt')?.severity).toBe('warning')
    expect(found({ debt: incident }, { ...policy, keys: {} }).find((each) => each.case.rule === 'debt')?.severity).toBe('info')
  })
})

describe('a rule of one’s own', () => {
  const own = (rule: string) => () => found({ debt: incident }).map((each) => ({ ...each, case: { ...each.case, rule } }))

  it('is heard under a name of its own, and never under one of ours', () => {
    const heard = (rule: string) => conditionsOf(defaultPolicy, { now: noon, keys: [], account: null }, [own(rule)])
    expect(heard('acme:weekend').length).toBeGreaterThan(0)
    expect(heard('debt')).toEqual([])
  })
})

describe('quiet hours', () => {
  it('go over midnight, and end when they say', () => {
    const quiet = { from: 22 * 60, to: 7 * 60 }
    const quietAt = (hours: number) => isQuiet(quiet, Date.UTC(2026, 10, 10, 0) + hours * hour)
    expect([21.99, 22, 23.5, 0, 6.99, 7, 12].map(quietAt)).toEqual([false, true, true, true, true, false, false])
    expect(isQuiet({ from: 60, to: 120 }, Date.UTC(2026, 10, 10, 1, 30))).toBe(true)
  })
})

describe('a moment in words', () => {
  it('is that of the calendar, on every day of many years', () => {
    for (let days = 0; days < 60_000; days += 17) {
      const when = days * dayLength + 3 * hour
      expect(dayOf(at(when))).toBe(new Date(when).toISOString().slice(0, 10))
    }
    expect(moment(noon)).toBe('2026-11-10 12:00 UTC')
  })
})
