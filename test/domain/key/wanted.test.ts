import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { samePolicy } from '../../../src/domain/key/remote-policy.js'
import { noSchedule } from '../../../src/domain/key/schedule.js'
import { birthLimits, containedPolicy, enforced, type KeySpec } from '../../../src/domain/key/spec.js'
import type { HeldKey } from '../../../src/domain/key/state.js'
import { cannotSpend, isConverged, wantedOf, wantedPolicy } from '../../../src/domain/key/wanted.js'
import { zero } from '../../../src/domain/shared/picodollars.js'
import { noLimits } from '../../../src/domain/spend/limits.js'
import { runs } from '../../support/fc-runs.js'
import { dollars, hash, spec } from '../../support/key-story.js'
import { anyMoney, anyPolicy, anySpec } from '../../support/value-arbitraries.js'
import { tellStates } from './grid-states.js'

const cent = birthLimits.cent
const limited = (monthly: KeySpec['limits']['monthly'], includeByok = false): KeySpec => ({
  ...spec,
  limits: { ...noLimits, monthly },
  includeByok,
})

describe('the policy of a spec', () => {
  it.each([
    ['a limit', limited(dollars(100)), { disabled: false, limit: dollars(100), reset: 'monthly', includeByok: false }],
    ['no limit', limited(null), { disabled: false, limit: null, reset: null, includeByok: false }],
    ['a limit of nothing', limited(dollars(0)), { disabled: false, limit: dollars(0), reset: 'monthly', includeByok: false }],
    ['bring your own key', limited(dollars(1), true), { disabled: false, limit: dollars(1), reset: 'monthly', includeByok: true }],
  ] as const)('with %s sits on the key', (_, asked, policy) => {
    expect(enforced(asked)).toEqual(policy)
  })

  it.each([
    ['born at nothing, limited', limited(dollars(100)), birthLimits.none, dollars(0), 'monthly'],
    ['born at nothing, unlimited', limited(null), birthLimits.none, dollars(0), null],
    ['born at a cent, limited', limited(dollars(100)), cent, cent, 'monthly'],
    ['born at a cent, limited to nothing', limited(dollars(0)), cent, dollars(0), 'monthly'],
  ] as const)('of a key %s is contained at its floor', (_, asked, floor, limit, reset) => {
    expect(containedPolicy(asked, floor)).toEqual({ disabled: true, limit, reset, includeByok: false })
  })

  it('is never looser contained than not', () => {
    fc.assert(
      fc.property(anySpec, anyMoney, (asked, floor) => {
        const contained = containedPolicy(asked, floor)
        expect(contained.disabled && cannotSpend(contained)).toBe(true)
        expect(contained.limit).not.toBe(null)
        if (asked.limits.monthly !== null) expect((contained.limit ?? 0n) <= asked.limits.monthly).toBe(true)
        expect((contained.limit ?? 0n) <= floor).toBe(true)
      }),
      runs(300),
    )
  })
})

describe('samePolicy', () => {
  it('is equality of every part', () => {
    fc.assert(
      fc.property(anyPolicy, anyPolicy, (a, b) => {
        expect(samePolicy(a, { ...a })).toBe(true)
        expect(samePolicy(a, b)).toBe(samePolicy(b, a))
        for (const part of ['disabled', 'limit', 'reset', 'includeByok'] as const) {
          const other = { ...a, [part]: b[part] }
          expect(samePolicy(a, other)).toBe(a[part] === b[part])
        }
      }),
      runs(300),
    )
  })

  it('takes a window that is not known for another than any we want', () => {
    fc.assert(
      fc.property(anySpec, anyMoney, (asked, floor) => {
        for (const wanted of [enforced(asked), containedPolicy(asked, floor)])
          expect(samePolicy(wanted, { ...wanted, reset: 'other' })).toBe(false)
      }),
      runs(100),
    )
  })
})

describe('the wanted policy of a key', () => {
  const held: HeldKey = {
    incarnation: { lineage: 'k#1' as HeldKey['incarnation']['lineage'], spec, schedule: noSchedule, createdAt: 0 as HeldKey['aliveAt'], generation: 1, generationAt: 0 as HeldKey['aliveAt'] },
    hash: hash(1),
    label: 'label',
    floor: birthLimits.none,
    kept: null,
    tightened: null,
    reasons: [],
    remote: { _tag: 'Unknown' },
    guard: { _tag: 'None' },
    underway: [],
    lost: [],
    aliveAt: 0 as HeldKey['aliveAt'],
    secretHeld: true,
    cap: null,
    predecessors: null,
  }

  it('is enabled when no reason is left, and contained while one stands', () => {
    expect(wantedOf(held)).toEqual(enforced(spec))
    expect(wantedOf({ ...held, reasons: ['user'] })).toEqual(containedPolicy(spec, held.floor))
  })

  it('keeps the limit and window that an adopted key came with, and gives them back after containment', () => {
    const kept = { limit: dollars(7), reset: null }
    const adopted = { ...held, kept }
    expect(wantedOf(adopted)).toEqual({ disabled: false, ...kept, includeByok: spec.includeByok })
    expect(wantedOf({ ...adopted, reasons: ['user'] })).toEqual({ disabled: true, limit: zero, reset: null, includeByok: spec.includeByok })
  })

  it('is met only by what was read, never by what is unknown or gone', () => {
    expect(isConverged(held)).toBe(false)
    expect(isConverged({ ...held, remote: { _tag: 'Absent' } })).toBe(false)
    expect(isConverged({ ...held, remote: { _tag: 'Known', policy: enforced(spec) } })).toBe(true)
    expect(isConverged({ ...held, reasons: ['user'], remote: { _tag: 'Known', policy: enforced(spec) } })).toBe(false)
  })

  it('is as tabled for every stage', () => {
    const table = Object.fromEntries(
      tellStates().map(([name, { stage }]) => {
        const wanted = wantedPolicy(stage)
        return [name, wanted === null ? 'none' : wanted.disabled ? 'contained' : 'enabled'] as const
      }),
    )
    const of = (pattern: RegExp): ReadonlyArray<string> => [
      ...new Set(Object.entries(table).flatMap(([name, wanted]) => (pattern.test(name) ? [wanted] : []))),
    ]
    expect(of(/^(vacant|create|creating|leaving|removed|second life, creat)/)).toEqual(['none'])
    expect(of(/^(provisioned|held active, (absent|drifted|remote|convergence)|rolling back|second life, held)/)).toEqual(['enabled'])
    expect(of(/^(compensating|removing|outstanding|held suspended$|held suspended, (absent|drifted))/)).toEqual(['contained'])
    expect(of(/containment (pending|claimed|unknown$|stalled)/)).toEqual(['contained'])
    expect(of(/unknown and then refused/)).toEqual(['enabled'])
    expect(of(/lifting (pending|claimed|unknown)/)).toEqual(['enabled'])
    expect(of(/containment kept differently/)).toEqual(['enabled'])
    expect(of(/lifting kept differently/)).toEqual(['contained'])
  })
})
