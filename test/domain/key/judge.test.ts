import { describe, expect, it } from 'vitest'

import { judge, type Verdict, type Witnesses } from '../../../src/domain/key/proof.js'
import { allWitnesses } from '../../support/value-arbitraries.js'

/** The rule in the words of the design, one clause a line. */
const expected = ({ account, listing, byHash, canary, secret }: Witnesses): Verdict['_tag'] => {
  const seenAlive = secret === 'accepted' || listing === 'has-it' || byHash === 'present'
  if (!account) return 'Inconclusive'
  if (seenAlive) return 'Alive'
  return canary === 'missing' ? 'Inconclusive' : 'Gone'
}

describe('judge', () => {
  it('has every combination of witnesses to answer', () => {
    expect(allWitnesses.length).toBe(2 * 3 * 2 * 5 * 4)
  })

  it.each(['Gone', 'Alive', 'Inconclusive'] as const)('says %s exactly where the rule does', (verdict) => {
    const said = allWitnesses.filter((witnesses) => judge(witnesses)._tag === verdict)
    expect(said).toEqual(allWitnesses.filter((witnesses) => expected(witnesses) === verdict))
    expect(said.length).toBeGreaterThan(0)
  })

  it('lets a secret that still answers veto everything', () => {
    for (const witnesses of allWitnesses) if (witnesses.secret === 'accepted') expect(judge(witnesses)._tag).not.toBe('Gone')
  })

  it('proves nothing at another account, nor where a key that ought to answer does not', () => {
    for (const witnesses of allWitnesses)
      if (!witnesses.account || witnesses.canary === 'missing') expect(judge(witnesses)._tag).not.toBe('Gone')
  })

  it('calls a proof strong only with a complete listing and a canary, and keeps what was seen', () => {
    for (const witnesses of allWitnesses) {
      const verdict = judge(witnesses)
      if (verdict._tag !== 'Gone') {
        expect(verdict.witnesses).toEqual(witnesses)
        continue
      }
      const strong = witnesses.listing === 'lacks-it' && witnesses.canary !== 'none'
      expect(verdict.proof).toEqual({ strength: strong ? 'strong' : 'weak', witnesses })
      expect([witnesses.account, witnesses.byHash]).toEqual([true, 'absent'])
    }
  })

  it('believes less when a witness turns against the end: no change for the worse makes a key gone', () => {
    for (const witnesses of allWitnesses) {
      if (judge(witnesses)._tag === 'Gone') continue
      const worse: ReadonlyArray<Witnesses> = [
        { ...witnesses, account: false },
        { ...witnesses, listing: 'has-it' },
        { ...witnesses, byHash: 'present' },
        { ...witnesses, canary: 'missing' },
        { ...witnesses, secret: 'accepted' },
      ]
      for (const each of worse) expect(judge(each)._tag).not.toBe('Gone')
    }
  })
})
