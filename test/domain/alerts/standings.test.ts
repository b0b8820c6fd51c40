import { describe, expect, it } from 'vitest'

import type { Condition } from '../../../src/domain/alerts/condition.js'
import { conditionsOf, type OwnRule } from '../../../src/domain/alerts/conditions.js'
import type { AccountFacts, KeyFacts, WindowFacts } from '../../../src/domain/alerts/facts.js'
import { isIdentityPart, isWellFormed } from '../../../src/domain/alerts/identity.js'
import { type AlertPolicy, defaultPolicy, type RuleSettings } from '../../../src/domain/alerts/policy.js'
import { age, money, span, standing, standingOf } from '../../../src/domain/alerts/words.js'
import { accountFactsOf } from '../../../src/domain/alerts/account-facts-of.js'
import type { Millis } from '../../../src/domain/shared/instant.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { caseOf, condition } from './alert-story.js'
import { account, at, dayLength, dollars, hour, key, minute, noon, window } from './facts.js'

const set = (settings: RuleSettings): AlertPolicy => ({ ...defaultPolicy, all: { ...defaultPolicy.all, ...settings } })

const found = (rule: string, more: Partial<KeyFacts>, policy = defaultPolicy): ReadonlyArray<Condition> =>
  conditionsOf(policy, { now: noon, keys: [key(more)], account: null }).filter((each) => each.case.rule === rule)

const ofAccount = (more: Partial<AccountFacts>, policy = defaultPolicy): ReadonlyArray<Condition> => conditionsOf(policy, { now: noon, keys: [], account: account(more) })

const stands = (conditions: ReadonlyArray<Condition>): ReadonlyArray<string> => conditions.map((each) => each.standing)
const happened = (conditions: ReadonlyArray<Condition>): string => conditions.map(({ text }) => text.happened).join()
const oneMore = (amount: Picodollars, by = 1n): Picodollars => (amount + by) as Picodollars
const incident = { at: at(noon - hour), text: 'something that began' }

describe('the credit of the account', () => {
  const credit = (left: Picodollars | null) => ofAccount({ credit: left, creditReadAt: at(noon - minute) })

  it('is low at its level, and well again from half above it on', () => {
    const ten = dollars(10)
    expect([ten, oneMore(ten), oneMore(dollars(15), -1n), dollars(15), dollars(99)].flatMap((left) => stands(credit(left)))).toEqual(['active', 'between', 'between', 'cleared', 'cleared'])
    expect(credit(ten)).toMatchObject([{ rearms: true, asOf: noon - minute, case: { subject: 'account', scope: '' }, name: null, severity: 'warning' }])
  })

  it('is not spoken of where it is unknown or of unknown age, or the rule is off', () => {
    expect(credit(null)).toEqual([])
    expect(ofAccount({ credit: dollars(1), creditReadAt: null })).toEqual([])
    expect(ofAccount({ credit: dollars(1), creditReadAt: noon }, set({ off: ['credit-low'] }))).toEqual([])
    expect(accountFactsOf({ credits: { bought: dollars(5), used: null, at: noon } })).toMatchObject({ credit: null, creditReadAt: null })
  })
})

describe('what has begun and not ended', () => {
  it.each(['contained', 'debt', 'drift', 'boundBroken'] as const)('is told by when it began: %s', (which) => {
    const rule = which === 'boundBroken' ? 'bound-broken' : which
    expect(found(rule, { [which]: incident })).toMatchObject([{ case: { scope: `since ${incident.at}` }, standing: 'active', rearms: false, asOf: noon }])
    expect(found(rule, {})).toEqual([])
  })

  it('is told of an audit by its damage, where that has a name', () => {
    expect(ofAccount({ auditFailure: incident })).toMatchObject([{ case: { scope: `since ${incident.at}` } }])
    expect(ofAccount({ auditFailure: { ...incident, id: 'x1' } })).toMatchObject([{ case: { scope: 'damage x1' } }])
  })

  it('is the end of a containment only where none is', () => {
    expect(found('lifted', {})).toHaveLength(1)
    expect(found('lifted', { contained: incident })).toEqual([])
  })
})

describe('an expiry', () => {
  const soon = (left: number, policy = defaultPolicy, more: Partial<KeyFacts> = {}) => found('expiring', { expiresAt: at(noon + left), ...more }, policy)

  it('is told a week and a day before', () => {
    const week = 7 * dayLength
    expect([week + 1, week, dayLength + 1, dayLength, -1].map((left) => stands(soon(left)))).toEqual([['between', 'between'], ['active', 'between'], ['active', 'between'], ['active', 'active'], ['active', 'active']])
    expect(soon(week).map((each) => [each.case.threshold, each.case.scope])).toEqual([['168', `at ${noon + week}`], ['24', `at ${noon + week}`]])
    expect(found('expiring', {})).toEqual([])
  })

  it('is told in words', () => {
    expect(soon(3 * dayLength)[0]?.text.happened).toContain('ci-bot expires in 3 days, at 2026-11-13 12:00 UTC.')
    expect(soon(0)[0]?.text.happened).toContain('ci-bot expired at 2026-11-10 12:00 UTC.')
  })

  it('is told as early as was set, and of a key that the watcher replaces only once that is late', () => {
    expect(soon(dayLength, set({ expiring: [hour as Millis] })).map((each) => each.case.threshold)).toEqual(['1'])
    const rotated = { bornAt: at(noon - 90 * dayLength) }
    const leads = set({ rotate: true, expiring: [3, 2, 1].map((days) => (days * dayLength) as Millis) })
    expect(soon(dayLength, leads, rotated).map((each) => each.case.threshold)).toEqual(['48', '24'])
    expect(soon(dayLength, leads).map((each) => each.case.threshold)).toEqual(['72', '48', '24'])
    expect(soon(dayLength, set({ rotateAfter: dayLength as Millis }), rotated)).toHaveLength(2)
  })
})

describe('a rotation', () => {
  const late = (ago: number, more: Partial<KeyFacts> = {}, settings: RuleSettings = {}) =>
    found('rotation-due', { bornAt: at(noon - dayLength - ago), ...more }, set({ rotateAfter: dayLength as Millis, ...settings }))
  const failed = { at: at(noon - minute), text: 'refused' }

  it('is due at its date, and an hour later where the watcher does it and nothing failed', () => {
    expect([-1, 0, hour].map((ago) => stands(late(ago))[0])).toEqual(['between', 'active', 'active'])
    expect([-1, 0, hour - 1, hour].map((ago) => stands(late(ago, {}, { rotate: true }))[0])).toEqual(['between', 'between', 'between', 'active'])
    expect([-1, 0, 1].map((ago) => stands(late(ago, { rotationFailed: failed }, { rotate: true }))[0])).toEqual(['between', 'active', 'active'])
    expect([-1, 0].map((ago) => stands(late(0, { rotationDue: at(noon - ago) }, { rotate: true }))[0])).toEqual(['between', 'active'])
    expect(found('rotation-due', {})).toEqual([])
    expect(late(0)).toMatchObject([{ case: { scope: `at ${noon}` }, asOf: noon }])
  })

  it('says why, and what the last try came to', () => {
    expect(late(0)[0]?.text).toMatchObject({ happened: expect.stringContaining('rotated by 2026-11-10 12:00 UTC. It has'), means: 'Its secret is older than you wanted any secret to be.' })
    expect(happened(late(0, { rotationFailed: failed }))).toContain('12:00 UTC; the last try, at 2026-11-10 11:59 UTC, came to nothing: refused. It has')
    const expiring = found('rotation-due', { bornAt: at(0), expiresAt: at(noon + dayLength) }, set({ rotate: true }))
    expect(expiring[0]?.text.means).toBe('OpenRouter refuses it from 2026-11-11 12:00 UTC on, and its successor is not in use.')
    expect(late(0, { expiresAt: at(noon + 90 * dayLength) })[0]?.text.means).toContain('older')
    expect(late(0, { rotationDue: noon, expiresAt: at(noon + dayLength) })[0]?.text.means).toContain('older')
  })
})

describe('a key that nobody reads', () => {
  const read = (ago: number | null, more: Partial<KeyFacts> = {}) => found('no-fresh-reading', { freshFor: (10 * minute) as Millis, readAt: ago === null ? null : at(noon - ago), ...more })

  it('is told of when its reading is too old, and again once it was half as old', () => {
    const ten = 10 * minute
    expect([ten + 1, ten, ten / 2 + 1, ten / 2, 0].map((ago) => stands(read(ago))[0])).toEqual(['active', 'between', 'between', 'cleared', 'cleared'])
    expect(read(ten)).toMatchObject([{ rearms: true, asOf: noon - ten }])
  })

  it('is as old as the key where it was never read, and unknown where nobody watches or knows', () => {
    expect(stands(read(null, { bornAt: at(noon - hour) }))).toEqual(['active'])
    expect(read(null)).toEqual([])
    expect(read(null, { bornAt: null })).toEqual([])
    expect(read(hour, { freshFor: null })).toEqual([])
  })
})

describe('the limit of a window', () => {
  const windows = (more: Partial<WindowFacts>) => ({ windows: [window({ used: dollars(10), forecast: dollars(25), ...more })] })

  it('is forecast to be passed where it will be reached, and is not yet', () => {
    expect(stands(found('forecast', windows({})))).toEqual(['active'])
    expect(stands(found('forecast', windows({ forecast: oneMore(dollars(25), -1n) })))).toEqual(['between'])
    expect(stands(found('forecast', windows({ used: dollars(25), forecast: dollars(30) })))).toEqual(['between'])
    for (const unknown of [{ used: null }, { limit: null }, { readAt: null }, { forecast: null }, { limit: dollars(0) }]) expect(found('forecast', windows(unknown))).toEqual([])
  })

  it('is reached in its window, or in one that is over', () => {
    expect(found('limit-reached', windows({ readAt: null }))).toEqual([])
    expect(stands(found('limit-reached', windows({})))).toEqual(['between'])
    expect(stands(found('threshold', windows({})))).toEqual(['between', 'between'])
    const means = (start: number) => found('limit-reached', windows({ start: at(start) }))[0]?.text.means
    expect(means(Date.UTC(2026, 10, 1))).toContain('until the next month begins (UTC)')
    expect(means(Date.UTC(2026, 9, 1))).toBe('That month began on 2026-10-01 and is over; it shows only now.')
  })
})

describe('a rule that acts', () => {
  const acting = set({ action: { drift: 'contain', debt: 'contain', 'credit-low': 'contain' } })

  it('says that it contains the key, and what lets it go', () => {
    expect(found('drift', { drift: incident }, acting)).toMatchObject([{ action: 'contain', text: { next: expect.stringMatching(/puts it back\. This rule contains the key; lean-vault resume ci-bot lets it go\.$/) } }])
    expect(found('drift', { drift: incident })[0]).not.toHaveProperty('action')
    expect(found('debt', { debt: incident }, acting)[0]).not.toHaveProperty('action')
  })

  it('of one’s own acts on a key and on nothing else', () => {
    const own = (name: Condition['name']): OwnRule => () => [condition(1, { rule: 'acme:weekend' }, { name })]
    const heard = (name: Condition['name'], settings: RuleSettings) => conditionsOf(set(settings), { now: noon, keys: [], account: null }, [own(name)])
    const contains: RuleSettings = { action: { 'acme:weekend': 'contain' } }
    expect(heard(key().name, contains)).toMatchObject([{ action: 'contain' }])
    expect(heard(null, contains)[0]).not.toHaveProperty('action')
    expect(heard(key().name, { off: ['acme:weekend'] })).toEqual([])
    expect(heard(key().name, { severity: { 'acme:weekend': 'info' } })).toMatchObject([{ severity: 'info' }])
  })
})

describe('an identity', () => {
  it('has parts of one line without a bar or a key in them', () => {
    expect(['', 'day 1', 'x'.repeat(200), 'an äöü'].map(isIdentityPart)).toEqual([true, true, true, true])
    expect(['x'.repeat(201), 'a|b', '|', 'a\nb', 'a\u0000', 'sk-or-v1', 'my sk-or-v1-abc', '\ud800'].map(isIdentityPart)).toEqual(Array.from({ length: 8 }, () => false))
  })

  it('is well formed where all of it is', () => {
    expect([{}, { subject: 'account' as const }, { revision: 0 }].map((which) => isWellFormed(caseOf(which)))).toEqual([true, true, true])
    const wrong = [{ subject: 'somebody' as never }, { rule: 'a|b' }, { threshold: 'a|b' }, { scope: 'a|b' }, { revision: -1 }, { revision: 0.5 }]
    expect(wrong.map((which) => isWellFormed(caseOf(which)))).toEqual(wrong.map(() => false))
  })
})

describe('in words', () => {
  it('a length of time is in its largest whole unit', () => {
    expect([0, 999, 1_000, 59_999, minute, 2 * minute, hour, dayLength, 3 * dayLength - 1].map(span)).toEqual(['0 seconds', '0 seconds', '1 second', '59 seconds', '1 minute', '2 minutes', '1 hour', '1 day', '2 days'])
    expect([null, noon, at(noon - 999), at(noon - 1_000), at(noon - hour)].map((read) => age(read, noon))).toEqual(['never read', 'read just now', 'read just now', 'read 1 second ago', 'read 1 hour ago'])
    expect([dollars(4.2), dollars(0), dollars(1234), dollars(0.001)].map(money)).toEqual(['$4.20', '$0.00', '$1234.00', '$0.001'])
  })

  it('a key stands as in the newest window that has a limit', () => {
    expect(standing(window({ used: null, limit: null }), noon)).toBe('an unknown amount with no limit for the month (read 3 minutes ago)')
    expect(standing(window(), noon)).toBe('$1.00 of its $25.00 for the month (read 3 minutes ago)')
    const [old, today, free] = [window({ start: at(1) }), window({ window: 'day', start: at(noon - hour), limit: dollars(3) }), window({ window: 'week', start: noon, limit: null })]
    expect(standingOf(key({ windows: [old, free, today] }), noon)).toContain('of its $3.00 for the day')
    expect(standingOf(key({ windows: [today, old] }), noon)).toContain('for the day')
    expect(standingOf(key({ windows: [{ ...old, limit: null }, free] }), noon)).toContain('with no limit for the week')
    expect(standingOf(key({ windows: [] }), noon)).toBe('It has spent an unknown amount, with an unknown limit (read 3 minutes ago).')
  })
})
