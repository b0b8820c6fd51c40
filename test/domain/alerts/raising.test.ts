import { isRight } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { alertDecider } from '../../../src/domain/alerts/alert-decider.js'
import type { Condition } from '../../../src/domain/alerts/condition.js'
import type { AlertEvent } from '../../../src/domain/alerts/event.js'
import { type AlertIdentity, caseKey, refOf } from '../../../src/domain/alerts/identity.js'
import { stepOf } from '../../../src/domain/alerts/make-condition.js'
import type { AlertState } from '../../../src/domain/alerts/state.js'
import { caseOf, condition, identity, raised, told } from './alert-story.js'
import { at } from './facts.js'

const now = 1_000
const nobody: AlertState['mutes'] = new Map()

const news = (conditions: ReadonlyArray<Condition>, events: ReadonlyArray<AlertEvent> = [], elsewhere = nobody): ReadonlyArray<AlertEvent> => {
  const decision = alertDecider.decide({ _tag: 'Tell', conditions, elsewhere, at: at(now) }, told(...events))
  return isRight(decision) ? decision.right : []
}

const alert = (which: Partial<AlertIdentity> = {}, more: object = {}) => ({ ...raised(now, which), asOf: 500, ...more })
const clearedOf = (which: Partial<AlertIdentity>, asOf: number, time = now): AlertEvent => ({ type: 'AlertCleared', case: caseOf(which), asOf: at(asOf), at: at(time) })
/** As a rule of steps makes it. */
const step = (which: Partial<AlertIdentity>, time = 500, more: Partial<Condition> = {}) => condition(time, which, { ...stepOf(caseOf(which)), ...more })

const standing = { rule: 'credit-low', threshold: '', scope: '', revision: 0 } as const
const level = (time: number, stood: Condition['standing'], rearms = true) => step(standing, time, { standing: stood, rearms })

describe('a condition', () => {
  it('is told where it is active, and nothing is told of others', () => {
    expect(news([step({})])).toEqual([alert()])
    expect(news([step({}, 500, { standing: 'between' }), step({}, 500, { standing: 'cleared', rearms: true })])).toEqual([])
    expect(news([])).toEqual([])
  })

  it('is told once, also after it was not there for a while', () => {
    expect(news([step({})], [raised(100)])).toEqual([])
    expect(news([level(500, 'active')], [raised(100, standing)])).toEqual([])
    expect(news([step({ scope: 'day 2' })], [raised(100)])).toEqual([alert({ scope: 'day 2' })])
  })

  it('that rearms is told again once it was cleared, as the next occurrence', () => {
    const past = [raised(100, standing), clearedOf(standing, 300, 310)]
    expect(news([level(500, 'active')], past)).toEqual([alert({ ...standing, occurrence: 2 })])
    expect(news([level(300, 'active')], past)).toEqual([alert({ ...standing, occurrence: 2 }, { asOf: 300 })])
    expect(news([level(299, 'active')], past)).toEqual([])
    expect(news([level(500, 'active', false)], past)).toEqual([])
    const third = [...past, raised(400, { ...standing, occurrence: 2 }), clearedOf(standing, 450, 460)]
    expect(news([level(500, 'active')], third)).toEqual([alert({ ...standing, occurrence: 3 })])
  })

  it('is cleared once, by what was read later than what it was told by', () => {
    const open = [raised(100, standing)]
    expect(news([level(500, 'cleared')], open)).toEqual([clearedOf(standing, 500)])
    expect(news([level(99, 'cleared')], open)).toEqual([])
    expect(news([level(500, 'cleared', false)], open)).toEqual([])
    expect(news([level(500, 'between')], open)).toEqual([])
    expect(news([level(500, 'cleared')])).toEqual([])
    expect(news([level(500, 'cleared')], [...open, clearedOf(standing, 300, 310)])).toEqual([])
  })
})

describe('of the steps of one thing', () => {
  const steps = [step({ threshold: '80' }), step({ threshold: '95' }), step({ rule: 'limit-reached', threshold: '' })]

  it('only the highest is told', () => {
    expect(news(steps)).toEqual([alert({ rule: 'limit-reached', threshold: '' })])
    expect(news([...steps].reverse())).toEqual([alert({ rule: 'limit-reached', threshold: '' })])
    expect(news([...steps.slice(0, 2), step({ scope: 'day 2' })])).toEqual([alert({ threshold: '95' }), alert({ scope: 'day 2' })])
  })

  it('one below what was told already is no news, and one above it is', () => {
    expect(news(steps.slice(0, 1), [raised(100, { threshold: '95' })])).toEqual([])
    expect(news(steps.slice(1, 2), [raised(100, { threshold: '80' })])).toEqual([alert({ threshold: '95' })])
    expect(news(steps.slice(0, 2), [raised(100, { threshold: '95' }), raised(101, { threshold: '50' })])).toEqual([])
    expect(news(steps.slice(1), [raised(100, { rule: 'limit-reached', threshold: '' })])).toEqual([])
  })

  it('that were cleared none counts any more', () => {
    expect(news(steps.slice(0, 1), [raised(100, { threshold: '95' }), clearedOf({ threshold: '95' }, 300)])).toEqual([alert()])
  })

  it('the nearest expiry is the highest', () => {
    const leads = ['168', '24'].map((threshold) => step({ rule: 'expiring', threshold, scope: 'at 9', revision: 0 }))
    expect(news(leads)).toEqual([alert({ rule: 'expiring', threshold: '24', scope: 'at 9', revision: 0 })])
    expect(stepOf(caseOf({ rule: 'expiring', threshold: '24', scope: 'at 9', revision: 0 }))).toEqual({ family: 'expiring|at 9|r0', level: -24 })
    expect(stepOf(caseOf({ rule: 'limit-reached', threshold: '' }))).toEqual({ family: 'spend|month 2026-11-01|r1', level: 100 })
    expect(stepOf(caseOf())).toEqual({ family: 'spend|month 2026-11-01|r1', level: 80 })
    expect(stepOf(caseOf({ rule: 'debt' }))).toEqual({ family: 'debt|month 2026-11-01|r1', level: 100 })
  })
})

describe('a limit that was changed', () => {
  it('is measured anew, and the one before it has no say any more', () => {
    expect(news([step({ revision: 2 })], [raised(100)])).toEqual([alert({ revision: 2 })])
    expect(news([step({ threshold: '95' })], [raised(100, { revision: 2 })])).toEqual([])
    expect(news([step({ threshold: '95' })], [raised(100, { rule: 'limit-reached', threshold: '', revision: 2 })])).toEqual([])
    expect(news([step({ threshold: '95', revision: 2 })], [raised(100, { revision: 2 }), raised(101, { revision: 1 })])).toEqual([alert({ threshold: '95', revision: 2 })])
    expect(news([step({ threshold: '95' })], [raised(100, { revision: 2 }), raised(101, { revision: 1, threshold: '50' })])).toEqual([])
    expect(news([step({})], [raised(100, { scope: 'day 2', revision: 2 })])).toEqual([alert()])
    expect(news([step({ rule: 'debt' })], [raised(100, { revision: 2 })])).toEqual([alert({ rule: 'debt' })])
  })
})

describe('a mute', () => {
  const mute = (rule: string | null, until: number): AlertEvent => ({ type: 'AlertsMuted', rule, until: at(until), note: null, at: at(1) })

  it('has what is raised recorded and not sent, here or for every subject', () => {
    expect(news([step({})], [mute('threshold', 1_001)])).toEqual([alert({}, { muted: true })])
    expect(news([step({})], [mute('threshold', 1_000)])).toEqual([alert()])
    expect(news([step({})], [], new Map([['*', at(1_001)]]))).toEqual([alert({}, { muted: true })])
    expect(news([step({})], [], new Map([['debt', at(1_001)]]))).toEqual([alert()])
  })

  it('has a rule that acts leave the key alone', () => {
    const acting = step({}, 500, { action: 'contain' })
    expect(news([acting])).toEqual([alert(), { type: 'AlertActionDue', alert: refOf(identity()), at: now }])
    expect(news([acting], [mute(null, 2_000)])).toEqual([alert({}, { muted: true })])
    expect(news([step({}, 500, { action: 'tell' })])).toEqual([alert()])
    const again = [raised(100, standing), clearedOf(standing, 300)]
    expect(news([step(standing, 500, { rearms: true, action: 'contain' })], again)[1]).toEqual({ type: 'AlertActionDue', alert: refOf(identity({ ...standing, occurrence: 2 })), at: now })
  })
})

describe('the end of a containment', () => {
  const contained = (since: number) => ({ rule: 'contained', threshold: '', scope: `since ${since}`, revision: 0 }) as const
  const lifted = step({ rule: 'lifted', threshold: '', scope: '', revision: 0 })
  const ended = (since: number) => [alert({ ...contained(since), rule: 'lifted' }), clearedOf(contained(since), 500)]

  it('is told where its beginning was, with the same scope, and ends it', () => {
    expect(news([lifted], [raised(100, contained(90))])).toEqual(ended(90))
    expect(news([lifted], [raised(100, contained(90)), raised(200, contained(190))])).toEqual(ended(190))
    expect(news([lifted])).toEqual([])
    expect(news([lifted], [raised(100)])).toEqual([])
  })

  it('is not told twice, nor by what was read before it began', () => {
    expect(news([lifted], [raised(100, contained(90)), clearedOf(contained(90), 300)])).toEqual([])
    expect(news([lifted], [raised(500, contained(90))])).toEqual([])
    expect(news([lifted], [raised(499, contained(90))])).toEqual(ended(90))
    expect(news([step({ rule: 'lifted' }, 500, { standing: 'between' })], [raised(100, contained(90))])).toEqual([])
  })
})

describe('an identity as text', () => {
  it('has every part in it, and the occurrence last', () => {
    expect(caseKey(caseOf())).toBe('ci-bot#1|threshold|80|month 2026-11-01|r1')
    expect(refOf(identity({ occurrence: 3 }))).toBe('ci-bot#1|threshold|80|month 2026-11-01|r1|3')
  })
})
