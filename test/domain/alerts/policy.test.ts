import { describe, expect, it } from 'vitest'

import { actionIn, type AlertPolicy, defaultPolicy, isOff, isQuiet, quietFor, type RuleSettings, settingsFor, thresholdsFor } from '../../../src/domain/alerts/policy.js'
import { isRotated, plannedRotation, rotationDate } from '../../../src/domain/alerts/rotation-date.js'
import { isOwnRule } from '../../../src/domain/alerts/rule.js'
import { noSchedule } from '../../../src/domain/key/schedule.js'
import type { Incarnation } from '../../../src/domain/key/state.js'
import { lineageOf } from '../../../src/domain/shared/identifiers.js'
import type { Millis } from '../../../src/domain/shared/instant.js'
import { spec } from '../../support/key-story.js'
import { name } from './alert-story.js'
import { at, dayLength, key, minute } from './facts.js'

const days = (count: number): Millis => (count * dayLength) as Millis
const [ofKey, ofTag, ofAll]: ReadonlyArray<RuleSettings> = [{ rotate: true }, { rotate: false }, { off: ['debt'] }]
const policy: AlertPolicy = { ...defaultPolicy, all: ofAll ?? {}, tags: { 'team=web': ofTag ?? {} }, keys: { 'ci-bot': ofKey ?? {} } }

describe('the settings of a key', () => {
  it('are those of its name, of its tags and for all, the strongest first', () => {
    expect(settingsFor(policy, { name, tags: { team: 'web', tier: '1' } })).toEqual([ofKey, ofTag, ofAll])
    expect(settingsFor({ ...policy, keys: {} }, { name, tags: { team: 'api' } })).toEqual([ofAll])
  })

  it('begin with its own schedule', () => {
    const scheduled = (after: Millis | 'never' | null, byWatcher: boolean | null) => settingsFor(policy, { name, tags: {}, schedule: { after, byWatcher } })[0]
    expect(scheduled(days(3), true)).toEqual({ rotateAfter: days(3), rotate: true })
    expect(scheduled('never', false)).toEqual({ rotateAfter: null, rotate: false })
    expect(scheduled(null, null)).toEqual({})
  })

  it('name thresholds between 0 and 100, each once, ascending', () => {
    expect(thresholdsFor(policy, key({ thresholds: [95, 100, 50, 0, 95, -1, 101] }))).toEqual([50, 95])
    expect(thresholdsFor(policy, key())).toEqual([])
    expect(thresholdsFor(defaultPolicy, key())).toEqual([80, 95])
  })

  it('switch a rule off where the strongest that speaks of it says so', () => {
    const off = { off: ['debt'] }
    const on = { on: ['debt'] }
    expect([[off], [on], [on, off], [off, on], [{}, off], [{ on: ['spike'] }, off], [{ off: ['spike'] }], []].map((each) => isOff(each, 'debt'))).toEqual([true, false, false, true, true, true, false, false])
  })

  it('have a rule act where the strongest that speaks of it says so, and only one that may', () => {
    const acting = (rule: string, ...actions: ReadonlyArray<Readonly<Record<string, 'tell' | 'contain'>> | null>) => actionIn(actions.map((action) => (action === null ? {} : { action })), rule)
    expect(acting('spike', { spike: 'contain' })).toBe('contain')
    expect(acting('spike', null, { debt: 'contain' }, { spike: 'contain' })).toBe('contain')
    expect(acting('spike', { spike: 'tell' }, { spike: 'contain' })).toBe('tell')
    expect(acting('spike')).toBe('tell')
    expect(acting('debt', { debt: 'contain' })).toBe('tell')
    expect(acting('acme:weekend', { 'acme:weekend': 'contain' })).toBe('contain')
  })

  it('know a rule of one’s own by its whole name', () => {
    expect(['acme:weekend', 'a1-b:c2-d', 'acme', 'acme:', ':weekend', 'Acme:weekend', 'x acme:weekend', 'acme:weekend!', '1acme:weekend'].map(isOwnRule)).toEqual([true, true, false, false, false, false, false, false, false])
  })
})

describe('quiet hours', () => {
  const [night, noon] = [{ from: 22 * 60, to: 7 * 60 }, { from: 12 * 60, to: 13 * 60 }]

  it('begin and end to the minute', () => {
    const quiet = (from: number, to: number, ...minutes: ReadonlyArray<number>) => minutes.map((each) => isQuiet({ from, to }, 9 * dayLength + each * minute))
    expect(quiet(60, 120, 59, 60, 119, 120, 1439)).toEqual([false, true, true, false, false])
    expect(quiet(1380, 60, 1379, 1380, 0, 59, 60)).toEqual([false, true, true, true, false])
    expect(quiet(60, 60, 0, 60, 61)).toEqual([false, false, false])
    expect(isQuiet(null, 0)).toBe(false)
  })

  it('are those of the key, of everything, or of the policy, and may be taken away', () => {
    const settings = { ...defaultPolicy, quiet: night, keys: { 'ci-bot': { quiet: noon } } }
    expect(quietFor(settings, key())).toEqual(noon)
    expect(quietFor(settings, null)).toEqual(night)
    expect(quietFor({ ...settings, keys: { 'ci-bot': { quiet: null } } }, key())).toBeNull()
    expect(quietFor({ ...settings, keys: {} }, key())).toEqual(night)
    expect(quietFor({ ...settings, all: { quiet: noon } }, null)).toEqual(noon)
  })
})

describe('the date of a rotation', () => {
  const dated = (settings: RuleSettings, expires: number | null, born: number | null = 0) =>
    rotationDate([settings], { bornAt: born === null ? null : at(born), expiresAt: expires === null ? null : at(expires) })
  const age = (time: number) => ({ at: time, why: 'age' })
  const expiry = (time: number) => ({ at: time, why: 'expiry' })

  it('is the age that its secret may reach', () => {
    expect(dated({ rotateAfter: days(30) }, null)).toEqual(age(days(30)))
    expect(dated({ rotateAfter: days(30) }, null, days(1))).toEqual(age(days(31)))
    expect(dated({ rotateAfter: null }, null)).toBeNull()
    expect(dated({}, days(30))).toBeNull()
    expect(dated({ rotateAfter: days(30) }, days(10))).toEqual(age(days(30)))
  })

  it('is before the expiry where the watcher rotates: two days, or half of a short life', () => {
    expect(dated({ rotate: true }, days(30))).toEqual(expiry(days(28)))
    expect(dated({ rotate: true }, days(2))).toEqual(expiry(days(1)))
    expect(dated({ rotate: false }, days(30))).toBeNull()
    expect(dated({ rotate: true }, null)).toBeNull()
    expect(dated({ rotate: true }, 0, 0)).toEqual(expiry(0))
  })

  it('is the earlier of both', () => {
    expect(dated({ rotate: true, rotateAfter: days(10) }, days(30))).toEqual(age(days(10)))
    expect(dated({ rotate: true, rotateAfter: days(29) }, days(30))).toEqual(expiry(days(28)))
    expect(dated({ rotate: true, rotateAfter: days(28) }, days(30))).toEqual(age(days(28)))
  })

  it('is unknown where nobody knows when it was born', () => {
    expect(dated({ rotate: true, rotateAfter: days(10) }, days(30), null)).toBeNull()
    expect(rotationDate([{ rotate: true, rotateAfter: days(10) }], { expiresAt: at(days(30)) })).toBeNull()
  })

  it('is planned by all that is said of the key', () => {
    const incarnation: Incarnation = { lineage: lineageOf(name, 1), spec: { ...spec, tags: { team: 'web' }, expiresAt: at(days(30)) }, schedule: noSchedule, createdAt: at(0), generation: 1, generationAt: at(5) }
    const rotating = { ...defaultPolicy, tags: { 'team=web': { rotate: true } } }
    expect(plannedRotation(rotating, name, incarnation)).toEqual({ date: expiry(days(28)), byWatcher: true })
    expect(plannedRotation(rotating, name, { ...incarnation, schedule: { after: days(3), byWatcher: false } })).toEqual({ date: age(days(3) + 5), byWatcher: false })
    expect(plannedRotation({ ...rotating, keys: { 'ci-bot': { rotateAfter: days(1) } } }, name, incarnation)).toEqual({ date: age(days(1) + 5), byWatcher: true })
    expect([isRotated([]), isRotated([{ rotate: false }, { rotate: true }])]).toEqual([false, false])
  })
})
