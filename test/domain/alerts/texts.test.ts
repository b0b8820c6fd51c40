import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Condition } from '../../../src/domain/alerts/condition.js'
import { conditionsOf } from '../../../src/domain/alerts/conditions.js'
import type { AccountFacts, Incident, KeyFacts, WindowFacts } from '../../../src/domain/alerts/facts.js'
import { defaultPolicy } from '../../../src/domain/alerts/policy.js'
import { ruleNames } from '../../../src/domain/alerts/rule.js'
import { type KeyHash, type KeyName, lineageOf } from '../../../src/domain/shared/identifiers.js'
import type { Millis } from '../../../src/domain/shared/instant.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { at, dayLength, dollars, hour, minute, noon } from './facts.js'

const money = fc.bigInt({ min: 0n, max: 10n ** 18n }).map((amount) => amount as Picodollars)
const before = fc.integer({ min: 0, max: 40 * dayLength }).map((ago) => at(noon - ago))
const incident: fc.Arbitrary<Incident | null> = fc.option(fc.record({ at: before, text: fc.string({ maxLength: 80 }) }))
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/).map((text) => text as KeyName)

const window: fc.Arbitrary<WindowFacts> = fc.record({
  window: fc.constantFrom('day', 'week', 'month'),
  start: before,
  used: fc.option(money),
  readAt: fc.option(before),
  limit: fc.option(money),
  revision: fc.nat({ max: 9 }),
  forecast: fc.option(money),
})

/** A steady past and three rises at the end, small or large. */
const readings = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 3, 12, 80)).map(([cents, times]) => {
  let total = 0
  return Array.from({ length: 400 }, (_, n) => {
    total += (n > 396 ? cents * times : cents) / 100
    return { at: at(noon - (400 - n) * 10 * minute), total: dollars(total) }
  })
})

const key: fc.Arbitrary<KeyFacts> = fc.record({
  name,
  lineage: fc.constant(lineageOf('x' as KeyName, 1)),
  tags: fc.constant({}),
  bornAt: fc.option(before),
  windows: fc.array(window, { maxLength: 4 }),
  readings: fc.oneof(fc.constant([]), readings),
  readAt: fc.option(before),
  freshFor: fc.option(fc.integer({ min: 1, max: dayLength }).map((length) => length as Millis)),
  contained: incident,
  debt: incident,
  drift: incident,
  boundBroken: incident,
  expiresAt: fc.option(fc.integer({ min: -dayLength, max: 10 * dayLength }).map((ahead) => at(noon + ahead))),
  rotationDue: fc.option(before),
  thresholds: fc.option(fc.array(fc.double({ min: 1, max: 99, noNaN: true }), { maxLength: 4 })),
}).map((facts) => ({ ...facts, lineage: lineageOf(facts.name, 1) }))

const account: fc.Arbitrary<AccountFacts> = fc.record({
  credit: fc.option(money),
  creditReadAt: fc.option(before),
  unheld: fc.option(fc.array(fc.record({ hash: fc.stringMatching(/^[0-9a-f]{64}$/).map((text) => text as KeyHash), remoteName: fc.string({ maxLength: 60 }) }), { maxLength: 3 })),
  auditFailure: incident,
})

const number = /\$\d+\.\d{2,}|an unknown amount|\b0 such findings\b|is unknown/
const ageOf = /\((read just now|read \d+ (second|minute|hour|day)s? ago|never read)\)/
const limitOf = /of its \$\d+\.\d{2,} for the (day|week|month)|with no limit for the (day|week|month)|with an unknown limit|level to warn at is \$\d|so is its limit|are allowed/

/** What is wrong with the words of an alert. */
const wrongWith = ({ name: own, case: found, text: { happened, means, next } }: Condition): ReadonlyArray<string> => {
  const problems = {
    'the key’s name': own === null ? !/account|vault/.test(happened) : !happened.includes(own),
    'the number': !number.test(happened),
    'the limit': !limitOf.test(happened),
    'the age of the number': !ageOf.test(happened),
    'what it means': means.length < 15,
    'the next step': !/lean-vault|OpenRouter|backup|successor|Replace|Nothing/.test(next) || next.length < 15,
    'words only': /undefined|NaN|\[object|null/.test(`${means}${next}${happened.replace(own ?? '', '')}`) && !/undefined|NaN|\[object|null/.test(String(own)),
  }
  return Object.entries(problems).flatMap(([what, isWrong]) => (isWrong ? [`${found.rule}: ${what}: ${happened}`] : []))
}

const policy = { ...defaultPolicy, all: { ...defaultPolicy.all, rotateAfter: (2 * hour) as Millis, action: { spike: 'contain' as const } } }

describe('every alert, whatever the facts', () => {
  it('names its key, the number, the limit, the age of the number, and the next step', () => {
    const spoken = new Set<string>()
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 2 }), account, (keys, whole) => {
        const found = conditionsOf(policy, { now: noon, keys, account: whole }).filter(({ standing }) => standing === 'active')
        for (const condition of found) spoken.add(condition.case.rule)
        expect(found.flatMap(wrongWith)).toEqual([])
      }),
      { numRuns: 300 },
    )
    expect([...spoken].sort()).toEqual([...ruleNames].sort())
  })
})
