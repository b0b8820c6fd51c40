import { describe, expect, it } from 'vitest'

import type { DeclaredKey } from '../../../src/domain/declared/declared-key.js'
import { planKeys, removalOf, stepsFor } from '../../../src/domain/declared/plan.js'
import { initialKeyState } from '../../../src/domain/key/initial-state.js'
import { noSchedule } from '../../../src/domain/key/schedule.js'
import type { KeyState } from '../../../src/domain/key/state.js'
import { type KeyName, lineageOf } from '../../../src/domain/shared/identifiers.js'
import type { Millis } from '../../../src/domain/shared/instant.js'
import { noLimits } from '../../../src/domain/spend/limits.js'
import { adopt, anActiveKey, changeLimits, changeTags, dollars, name, spec, tell } from '../../support/key-story.js'
import { tellStates } from '../key/grid-states.js'

const states = new Map(tellStates())
const state = (told: string): KeyState => {
  const found = states.get(told)
  if (found === undefined) throw new Error(`no state is told as ${told}`)
  return found
}

/** Every key of the stories has $100 a month. */
const asItIs: DeclaredKey = { name, limits: { monthly: dollars(100) }, tags: {}, schedule: {} }
const week = (7 * 86_400_000) as Millis
const changed: DeclaredKey = { name, limits: { monthly: dollars(50) }, tags: { team: 'web' }, schedule: { after: week } }

const impossible: DeclaredKey = { ...asItIs, limits: { monthly: dollars(1), daily: dollars(2) } }
const problem = { _tag: 'InvalidValue', field: 'dailyLimit', rule: 'must not be above the monthly limit' }

const added = [
  { _tag: 'Add', name, limits: { ...noLimits, monthly: dollars(50) }, tags: { team: 'web' } },
  { _tag: 'ChangeSchedule', name, before: noSchedule, after: { after: week, byWatcher: null }, patch: { after: week } },
]
const tagged = { _tag: 'ChangeTags', name, before: {}, after: { team: 'web' }, patch: { team: 'web' } }
const scheduled = { _tag: 'ChangeSchedule', name, before: noSchedule, after: { after: week, byWatcher: null }, patch: { after: week } }
const limited = (before = spec.limits) => ({ _tag: 'ChangeLimits', name, before, after: { ...noLimits, monthly: dollars(50) }, patch: { monthly: dollars(50) } })
const finish = (...pending: ReadonlyArray<string>) => ({ _tag: 'Finish', name, pending })
const blocked = (why: string) => [{ _tag: 'Blocked', name, by: { _tag: why } }]

/** What is done for a key that is declared as it is, and for one that is declared otherwise. */
const table: ReadonlyArray<readonly [told: string, same: ReadonlyArray<unknown>, otherwise: ReadonlyArray<unknown>]> = [
  ['vacant', [{ _tag: 'Add', name, limits: spec.limits, tags: {} }], added],
  ['vacant, unheld stray to contain', [finish('stray-revocation'), { _tag: 'Add', name, limits: spec.limits, tags: {} }], [finish('stray-revocation'), ...added]],
  ['removed, revoked', [{ _tag: 'Add', name, limits: spec.limits, tags: {} }], added],
  ['compensating, delete', [finish('compensation'), { _tag: 'Add', name, limits: spec.limits, tags: {} }], [finish('compensation'), ...added]],
  ['create unknown, abandoned', [finish('settling'), { _tag: 'Add', name, limits: spec.limits, tags: {} }], [finish('settling'), ...added]],
  ['create unknown', [finish('settling')], [tagged, scheduled, finish('settling'), limited()]],
  ['create due', [finish('creation')], [tagged, scheduled, finish('creation'), limited()]],
  ['creating', [finish('creation')], [tagged, scheduled, finish('creation'), limited()]],
  ['provisioned', [finish('activation')], [tagged, scheduled, finish('activation'), limited()]],
  ['held active', [], [tagged, scheduled, limited()]],
  ['held suspended', [], [tagged, scheduled, limited()]],
  ['held active, drifted', [finish('convergence')], [tagged, scheduled, finish('convergence'), limited()]],
  ['held active, absent', blocked('Vanished'), blocked('Vanished')],
  ['removing plain, contain', blocked('BeingRemoved'), blocked('BeingRemoved')],
  ['rolling back', blocked('BeingRemoved'), blocked('BeingRemoved')],
  ['outstanding plain, contained', blocked('BeingRemoved'), blocked('BeingRemoved')],
  ['leaving alive', blocked('BeingRemoved'), blocked('BeingRemoved')],
]

describe('the steps of one declared key', () => {
  it.each(table)('that is %s', (told, same, otherwise) => {
    expect(stepsFor(asItIs, state(told))).toEqual(same)
    expect(stepsFor(changed, state(told))).toEqual(otherwise)
  })

  it.each(['vacant', 'create due', 'held active'])('say what is wrong with limits that contradict each other, where it is %s', (told) => {
    expect(stepsFor(impossible, state(told)).at(-1)).toEqual({ _tag: 'Blocked', name, by: { _tag: 'LimitsInvalid', problem } })
    expect(stepsFor(impossible, state(told)).map(({ _tag }) => _tag)).not.toContain('Add')
  })

  it('give a key of which nothing is said no tags, and no schedule', () => {
    expect(stepsFor({ ...asItIs, limits: {}, tags: null }, initialKeyState)).toEqual([{ _tag: 'Add', name, limits: noLimits, tags: {} }])
  })

  it('finish a key that was lost while it was made, as any other', () => {
    const lost = state('provisioned')
    if (lost.stage._tag !== 'Provisioned') throw new Error('not provisioned')
    const absent: KeyState = { ...lost, stage: { ...lost.stage, key: { ...lost.stage.key, remote: { _tag: 'Absent' } } } }
    expect(stepsFor(asItIs, absent)).toEqual([finish('activation')])
  })
})

describe('what a step asks for', () => {
  const held = tell(...anActiveKey, changeLimits({ daily: dollars(9), alertThresholds: [0.5, 0.9] }))
  const limits = { monthly: dollars(100), daily: dollars(9), alertThresholds: [0.5, 0.9] }
  const patchOf = (declared: DeclaredKey['limits']): unknown => {
    const step = stepsFor({ ...asItIs, limits: declared }, held).find(({ _tag }) => _tag === 'ChangeLimits')
    return step?._tag === 'ChangeLimits' ? step.patch : null
  }

  it('is only that limit which differs', () => {
    expect(patchOf(limits)).toBeNull()
    expect(patchOf({ ...limits, monthly: dollars(99) })).toEqual({ monthly: dollars(99) })
    expect(patchOf({ ...limits, daily: null })).toEqual({ daily: null })
    expect(patchOf({ ...limits, alertThresholds: [0.9] })).toEqual({ alertThresholds: [0.9] })
    expect(patchOf({ monthly: dollars(99), daily: dollars(8) })).toEqual({ monthly: dollars(99), daily: dollars(8) })
  })

  it('are only those tags that differ, in the order of their names', () => {
    const tags = tell(...anActiveKey, changeTags({ zone: 'a', old: 'b', kept: 'c' }))
    const step = stepsFor({ ...asItIs, tags: { kept: 'c', zone: 'b', area: 'd' } }, tags).find(({ _tag }) => _tag === 'ChangeTags')
    const patch = step?._tag === 'ChangeTags' ? step.patch : {}
    expect(Object.entries(patch)).toEqual([['area', 'd'], ['old', null], ['zone', 'b']])
  })

  describe('of a key that came with a limit that ours cannot say', () => {
    const adopted = tell(adopt())
    const told = (declared: DeclaredKey['limits']) => stepsFor({ ...asItIs, limits: declared }, adopted)

    it.each<DeclaredKey['limits']>([{ monthly: null }, { daily: null }, { monthly: null, daily: null }])('is that it be replaced, where an amount is declared, also by none: %j', (declared) => {
      expect(told(declared)).toEqual([{ _tag: 'ChangeLimits', name, before: noLimits, after: noLimits, patch: declared }])
    })

    it('is nothing where no amount is declared', () => {
      expect(told({})).toEqual([])
      expect(told({ alertThresholds: noLimits.alertThresholds })).toEqual([])
      expect(told({ alertThresholds: [0.5] })).toEqual([{ _tag: 'ChangeLimits', name, before: noLimits, after: { ...noLimits, alertThresholds: [0.5] }, patch: { alertThresholds: [0.5] } }])
    })
  })
})

describe('the end of a key that is not declared', () => {
  const removed = (lives: number, shown: string) => [{ _tag: 'Remove', name, lineage: lineageOf(name, lives), state: shown }]

  it.each<readonly [told: string, steps: ReadonlyArray<unknown>]>([
    ['vacant', []],
    ['removed, revoked', []],
    ['removed, left alive', []],
    ['vacant, unheld stray to contain', [finish('stray-revocation')]],
    ['compensating, delete', [finish('compensation')]],
    ['compensating, stalled', [finish('compensation')]],
    ['create due', removed(1, 'provisioning')],
    ['provisioned', removed(1, 'provisioning')],
    ['held active', removed(1, 'active')],
    ['held active, unheld stray to contain', removed(1, 'active')],
    ['held suspended', removed(1, 'suspended')],
    ['removing plain, contain', removed(1, 'removing')],
    ['outstanding plain, contained', removed(1, 'revocation-outstanding')],
    ['second life, held active', removed(2, 'active')],
  ])('that is %s', (told, steps) => {
    expect(removalOf(name, state(told))).toEqual(steps)
  })

  it('is not asked for again where only a debt of it is left, for there is nothing to remove', () => {
    expect(removalOf(name, state('removed, resurfaced'))).toEqual([finish('stray-revocation')])
  })
})

describe('a plan', () => {
  const [other, third] = ['b' as KeyName, 'c' as KeyName]
  const all = new Map([
    [other, state('held active')],
    [third, state('removed, revoked')],
    [name, state('held active')],
    ['d' as KeyName, initialKeyState],
  ])
  const gone = { _tag: 'Remove', name: other, lineage: lineageOf(name, 1), state: 'active' }

  it('names what is held and not declared, and removes it last and only where that is asked', () => {
    expect(planKeys([asItIs], all, false)).toEqual({ steps: [], undeclared: [other] })
    expect(planKeys([asItIs], all, true)).toEqual({ steps: [gone], undeclared: [other] })
    expect(planKeys([changed], all, true)).toEqual({ steps: [tagged, scheduled, limited(), gone], undeclared: [other] })
    expect(planKeys([{ ...asItIs, name: other }, asItIs], all, true)).toEqual({ steps: [], undeclared: [] })
  })
})
