import * as fc from 'fast-check'
import { isRight } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import type { DeclaredKey } from '../../../src/domain/declared/declared-key.js'
import { planKeys, stepsFor } from '../../../src/domain/declared/plan.js'
import { noSchedule, patchSchedule, sameSchedule, type Schedule, type SchedulePatch } from '../../../src/domain/key/schedule.js'
import type { KeySpec } from '../../../src/domain/key/spec.js'
import type { KeyState } from '../../../src/domain/key/state.js'
import { initialKeyState } from '../../../src/domain/key/initial-state.js'
import { patchTags, sameTags } from '../../../src/domain/key/tags.js'
import { publicState } from '../../../src/domain/key/view.js'
import type { KeyName } from '../../../src/domain/shared/identifiers.js'
import type { Millis } from '../../../src/domain/shared/instant.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { type LimitsPatch, patchLimits, sameLimits, type SpendLimits } from '../../../src/domain/spend/limits.js'
import { tellStates } from '../key/grid-states.js'

const name = 'alpha' as KeyName
const amount = fc.option(fc.bigInt(0n, 5n), { nil: null }).map((dollars) => (dollars === null ? null : ((dollars * 10n ** 12n) as Picodollars)))
const shares = fc.uniqueArray(fc.constantFrom(0.5, 0.8, 0.95, 1), { minLength: 1 })
const limits: fc.Arbitrary<SpendLimits> = fc
  .record({ monthly: amount, daily: amount, alertThresholds: shares.map((all) => [...all].sort()) })
  .filter(({ monthly, daily }) => monthly === null || daily === null || daily <= monthly)
const patch: fc.Arbitrary<LimitsPatch> = fc.record({ monthly: amount, daily: amount, alertThresholds: shares }, { requiredKeys: [] })
const tags = fc.dictionary(fc.constantFrom('team', 'tier', '__proto__', 'constructor'), fc.constantFrom('a', 'b', ''))
const after = fc.constantFrom(86_400_000 as Millis, 3_600_000 as Millis, 'never' as const, null)
const byWatcher = fc.constantFrom(true, false, null)
const schedules: fc.Arbitrary<Schedule> = fc.record({ after, byWatcher })
const schedulePatch: fc.Arbitrary<SchedulePatch> = fc.record({ after, byWatcher }, { requiredKeys: [] })
const declared: fc.Arbitrary<DeclaredKey> = fc.record({ name: fc.constant(name), limits: patch, tags: fc.option(tags, { nil: null }), schedule: schedulePatch })

const states = tellStates()
const held = states.filter(([, { stage }]) => stage._tag === 'Held' && stage.key.remote._tag !== 'Absent')

type Wishes = Partial<KeySpec> & { readonly schedule?: Schedule }

/** The state as if its key had this specification. */
const having = (state: KeyState, { schedule = noSchedule, ...change }: Wishes): KeyState => {
  if (state.stage._tag !== 'Held') throw new Error('only of a held key')
  const { key } = state.stage
  return { ...state, stage: { ...state.stage, key: { ...key, kept: null, incarnation: { ...key.incarnation, schedule, spec: { ...key.incarnation.spec, ...change } } } } }
}

const stepsWith = (spec: Wishes, key: DeclaredKey): ReturnType<typeof stepsFor> =>
  stepsFor(key, having(held[0]?.[1] ?? initialKeyState, spec)).filter(({ _tag }) => _tag !== 'Finish')

describe('the plan of declared keys', () => {
  it('changes what is said and nothing else, and then has nothing left to do', () => {
    fc.assert(
      fc.property(limits, tags, schedules, declared, (before, tagsBefore, scheduleBefore, key) => {
        const steps = stepsWith({ limits: before, tags: tagsBefore, schedule: scheduleBefore }, key)
        const wanted = patchLimits(before, key.limits)
        const limiting = steps.find((step) => step._tag === 'ChangeLimits')
        const scheduling = steps.find((step) => step._tag === 'ChangeSchedule')
        const schedule = patchSchedule(scheduleBefore, scheduling?.patch ?? {})
        expect(schedule).toEqual({ ...scheduleBefore, ...key.schedule })
        expect(scheduling === undefined).toBe(sameSchedule(schedule, scheduleBefore))
        const tagging = steps.find((step) => step._tag === 'ChangeTags')
        if (!isRight(wanted)) {
          expect(steps.at(-1)).toMatchObject({ _tag: 'Blocked', by: { _tag: 'LimitsInvalid' } })
          return
        }
        const after = limiting === undefined ? before : patchLimits(before, limiting.patch)
        const limitsAfter = 'right' in after ? after.right : before
        const tagsAfter = tagging === undefined ? tagsBefore : patchTags(tagsBefore, tagging.patch)
        expect(sameLimits(limitsAfter, wanted.right)).toBe(true)
        expect(sameTags(tagsAfter, key.tags ?? tagsBefore)).toBe(true)
        expect(stepsWith({ limits: limitsAfter, tags: tagsAfter, schedule }, key)).toEqual([])
      }),
    )
  })

  it.each(states)('of a key that is %s never removes it, and says one thing at most once', (_, state) => {
    fc.assert(
      fc.property(declared, (key) => {
        const steps = stepsFor(key, state)
        expect(steps.map(({ _tag }) => _tag)).not.toContain('Remove')
        expect(new Set(steps.map(({ _tag }) => _tag)).size).toBe(steps.length)
        const isAsDeclared = steps.length === 0
        if (isAsDeclared) expect(state.stage._tag).toBe('Held')
      }),
      { numRuns: 20 },
    )
  })

  it('removes what is not declared only where that is asked, last, and of one life each', () => {
    const all = new Map(states.map(([, state], n) => [`key-${n}` as KeyName, state] as const))
    const without = planKeys([], all, false)
    expect(without.steps).toEqual([])
    const pruned = planKeys([{ name, limits: {}, tags: null, schedule: {} }], all, true)
    expect(pruned.undeclared).toEqual(without.undeclared)
    expect(pruned.steps[0]).toMatchObject({ _tag: 'Add', name })
    for (const [key, state] of all) {
      const steps = pruned.steps.filter((step) => step.name === key)
      const shown = publicState(state)
      if (shown === null || shown === 'removed') expect(steps, key).toEqual([])
      for (const step of steps) expect(['Remove', 'Finish'], key).toContain(step._tag)
      if (state.stage._tag === 'Held') expect(steps).toMatchObject([{ _tag: 'Remove', lineage: state.stage.key.incarnation.lineage }])
    }
  })

  it('does not depend on the order of what is declared, but for the order of its steps', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(states.length - 1), { minLength: 2, maxLength: 6 }), fc.array(declared, { minLength: 6, maxLength: 6 }), (chosen, keys) => {
        const known = new Map(chosen.map((at) => [`key-${at}` as KeyName, states[at]?.[1] ?? initialKeyState] as const))
        const given = chosen.map((at, n) => ({ ...(keys[n] ?? { limits: {}, tags: null, schedule: {} }), name: `key-${at}` as KeyName }))
        const one = planKeys(given, known, true).steps
        const other = planKeys(given.toReversed(), new Map([...known].toReversed()), true).steps
        const byName = (steps: typeof one) => steps.map((step) => [step.name, step] as const).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        expect(byName(other)).toEqual(byName(one))
      }),
    )
  })
})
