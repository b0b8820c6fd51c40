import { describe, expect, it } from 'vitest'

import type { GuardrailId, KeyHash, VaultId } from '../../../src/domain/shared/identifiers.js'
import type { Picodollars } from '../../../src/domain/shared/picodollars.js'
import { findGuardrail, type GuardrailTerms, guardrailWith, hasTerms, isOwnGuardrail, type ListedGuardrail, ownOf } from '../../../src/domain/spend/choose-guardrail.js'
import { guardrailName } from '../../../src/domain/spend/guardrail-name.js'
import type { GuardrailCap } from '../../../src/domain/spend/policy.js'

const ours = 'a'.repeat(32) as VaultId
const theirs = 'b'.repeat(32) as VaultId
const [hash, other] = ['1'.repeat(64) as KeyHash, '2'.repeat(64) as KeyHash]
const id = (text: string): GuardrailId => text as GuardrailId
const money = (amount: number): Picodollars => BigInt(amount) as Picodollars

const cap: GuardrailCap = { limit: money(5), reset: 'daily' }
const mine = guardrailName(ours, cap, true)
const listed = (more: Partial<ListedGuardrail> = {}): ListedGuardrail => ({ id: id('g-1'), name: mine, limit: money(5), reset: 'daily', includeByok: true, ...more })
const terms: GuardrailTerms = { id: id('g-1'), cap, includeByok: true }

/** Every way in which terms are no budget that we count on. */
const noBudget: ReadonlyArray<Partial<ListedGuardrail>> = [{ limit: null }, { includeByok: null }, { reset: 'weekly' }, { reset: 'other' }, { reset: null }]
const names: Readonly<Record<string, string>> = { ours: mine, theirs: guardrailName(theirs, cap, true), nobody: 'mine, honestly' }

describe('the guardrail of a key', () => {
  const found = (guardrail: ListedGuardrail, held: GuardrailId | null = null) =>
    findGuardrail(ours, hash, [listed({ id: id('g-0') }), guardrail], [{ guardrail: id('g-0'), hash: other }, { guardrail: id('g-1'), hash }], held)

  it('is none where none is assigned to this key, whatever others are under', () => {
    expect(findGuardrail(ours, hash, [listed()], [], null)).toEqual({ _tag: 'None' })
    expect(findGuardrail(ours, hash, [listed()], [{ guardrail: id('g-1'), hash: other }], id('g-1'))).toEqual({ _tag: 'None' })
  })

  it.each(Object.keys(names))('is ours by the name or by being held: %s', (who) => {
    const told = listed({ name: names[who] ?? '' })
    const isOurs = { _tag: 'Ours', guardrail: terms }
    expect(isOwnGuardrail(ours, told)).toBe(who === 'ours')
    expect(found(told)).toEqual(who === 'ours' ? isOurs : { _tag: 'Foreign' })
    expect(found(told, id('g-0'))).toEqual(who === 'ours' ? isOurs : { _tag: 'Foreign' })
    expect(found(told, id('g-1'))).toEqual(isOurs)
  })

  it('is somebody’s where it is assigned and not listed', () => {
    expect(findGuardrail(ours, hash, [listed({ id: id('g-9') })], [{ guardrail: id('g-1'), hash }], id('g-1'))).toEqual({ _tag: 'Foreign' })
  })

  it.each(noBudget)('is none where its terms are no budget: %j', (more) => {
    expect(found(listed(more))).toEqual({ _tag: 'None' })
    expect(found(listed({ ...more, name: names['nobody'] ?? '' }))).toEqual({ _tag: 'Foreign' })
  })

  it('says what it really does, and not what its name says', () => {
    const edited = { limit: money(9), reset: 'monthly', includeByok: false } as const
    expect(found(listed(edited))).toEqual({ _tag: 'Ours', guardrail: { id: id('g-1'), cap: { limit: money(9), reset: 'monthly' }, includeByok: false } })
  })

  it('is held only where it is ours', () => {
    expect(ownOf({ _tag: 'Ours', guardrail: terms })).toBe(terms)
    expect([ownOf({ _tag: 'None' }), ownOf({ _tag: 'Foreign' })]).toEqual([null, null])
  })
})

describe('terms', () => {
  it('are those that are wanted where all three are', () => {
    for (const limit of [5, 6])
      for (const reset of ['daily', 'monthly'] as const)
        for (const byok of [true, false]) expect(hasTerms(terms, { limit: money(limit), reset }, byok)).toBe(limit === 5 && reset === 'daily' && byok)
  })
})

describe('a guardrail to use again', () => {
  it('is one of ours that does what is wanted, and of several always the same', () => {
    const several = [listed({ id: id('g-3') }), listed({ id: id('g-2') }), listed({ id: id('g-4') })]
    for (const order of [several, [...several].reverse(), [several[1], several[0], several[2]].flatMap((each) => each ?? [])])
      expect(guardrailWith(ours, order, cap, true)).toEqual({ ...terms, id: id('g-2') })
  })

  it.each<Partial<ListedGuardrail>>([...noBudget, { name: names['theirs'] ?? '' }, { name: names['nobody'] ?? '' }, { limit: money(6) }, { reset: 'monthly' }, { includeByok: false }])(
    'is none of another kind: %#',
    (more) => {
      expect(guardrailWith(ours, [listed(more)], cap, true)).toBeNull()
      expect(guardrailWith(ours, [listed(more), listed({ id: id('g-7') })], cap, true)).toEqual({ ...terms, id: id('g-7') })
    },
  )

  it('is none of nothing', () => {
    expect(guardrailWith(ours, [], cap, true)).toBeNull()
  })
})
