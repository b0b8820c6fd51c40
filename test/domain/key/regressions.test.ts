import { describe, expect, it } from 'vitest'

import type { KeyCommand } from '../../../src/domain/key/command.js'
import { keyDecider } from '../../../src/domain/key/index.js'
import { nextStep } from '../../../src/domain/key/next-step.js'
import { pendingWork } from '../../../src/domain/key/view.js'
import { isConverged } from '../../../src/domain/key/wanted.js'
import {
  add,
  after,
  applied,
  alive,
  anActiveKey,
  aSuspendedKey,
  bornLate,
  change,
  changeRefused,
  changeUnknown,
  claim,
  condemn,
  contain,
  containedPolicy,
  created,
  creationLost,
  deleted,
  enabledPolicy,
  foreignHash,
  foundAbsent,
  giveUp,
  hash,
  intend,
  keptDifferently,
  leaveAlive,
  lift,
  look,
  now,
  observe,
  passing,
  prove,
  read,
  remove,
  retryNow,
  shred,
  tell,
} from '../../support/key-story.js'

/** Each was once otherwise: found by the laws beside this file, told here so that it is met every time. */
describe('giving up', () => {
  it('says nothing of a held key that is as it should be when a stray of its name could not be destroyed', () => {
    const state = tell(...aSuspendedKey, condemn(foreignHash), giveUp())
    expect(state.stage).toMatchObject({ _tag: 'Held', stall: null, change: null })
    expect(keyDecider.decide(giveUp()(state, now), state)).toMatchObject({ left: { _tag: 'NothingNew' } })
  })

  it('undoes no suspension that was confirmed before somebody thought better of lifting it', () => {
    const state = tell(...aSuspendedKey, lift, contain, condemn(foreignHash), giveUp())
    expect('key' in state.stage && state.stage.key.reasons).toEqual(['user'])
  })

  it('calls no removal undone whose delete went through, though the key was seen alive after it', () => {
    const state = tell(...anActiveKey, remove(), read(null), claim(), deleted, prove(alive), giveUp())
    expect(state.stage._tag).toBe('Outstanding')
  })
})

describe('a suspension', () => {
  it('that was confirmed is kept when drift cannot be put back, whatever was thought of in between', () => {
    const state = tell(...aSuspendedKey, lift, contain, observe(enabledPolicy), claim(), changeRefused)
    expect('key' in state.stage && state.stage.key.reasons).toEqual(['user'])
    expect(pendingWork(state)).toEqual(['convergence'])
  })
})

describe('a change of our own without an answer', () => {
  it('is not told as drift when a sweep sees that it took hold, or that it did not', () => {
    for (const policy of [enabledPolicy, containedPolicy]) {
      const state = tell(...anActiveKey, contain, claim(), changeUnknown)
      expect(keyDecider.decide(observe(policy)(state, now), state)).toMatchObject({ right: [{ type: 'PolicyObserved', policy }] })
    }
  })
})

describe('a removal that is taken back after a last look', () => {
  it('keeps what was seen, so that nothing more has to be read', () => {
    const state = tell(...anActiveKey, remove(), read(enabledPolicy), claim(), changeUnknown, giveUp(passing, enabledPolicy, after))
    expect(state.stage).toMatchObject({ _tag: 'Held', key: { remote: { _tag: 'Known', policy: enabledPolicy } } })
    expect(pendingWork(state)).toEqual([])
  })

  it('is a debt while what was lost may still arrive', () => {
    const state = tell(...anActiveKey, remove(), read(enabledPolicy), claim(), changeUnknown, giveUp(passing, enabledPolicy))
    expect(state.stage._tag).toBe('Outstanding')
  })
})

describe('a lost change that may still arrive', () => {
  const lostAndRefused = [...anActiveKey, contain, claim(), changeUnknown, read(enabledPolicy), claim(), changeRefused]

  it('keeps a suspension that was refused after it from being as before, until a read that is late enough', () => {
    const state = tell(...lostAndRefused)
    expect(pendingWork(state)).toEqual(['convergence'])
    expect(nextStep(state, now)).toMatchObject({ step: { _tag: 'Read', notBefore: after } })
    expect(keyDecider.decide(read(enabledPolicy)(state, now), state)).toMatchObject({ left: { _tag: 'NothingNew' } })
    expect(pendingWork(tell(...lostAndRefused, read(enabledPolicy, after)))).toEqual([])
  })

  it('is put back when it arrives, and is not taken for what somebody did on the dashboard', () => {
    for (const seen of [read(containedPolicy), observe(containedPolicy)]) {
      const state = tell(...lostAndRefused, seen)
      expect('key' in state.stage && state.stage.key.reasons).toEqual([])
      expect(nextStep(state, now)).toMatchObject({ step: { _tag: 'Apply', policy: enabledPolicy } })
    }
  })

  it('keeps the opposite from being done, however it was confirmed', () => {
    const state = tell(...aSuspendedKey, lift, claim(), changeUnknown, contain, read(enabledPolicy), claim(), applied)
    expect(pendingWork(state)).toEqual(['containment'])
    expect(pendingWork(tell(...aSuspendedKey, lift, claim(), changeUnknown, contain, read(enabledPolicy), claim(), applied, read(containedPolicy, after)))).toEqual([])
  })

  it('is put back even when it arrives later than anything was waited for', () => {
    const ruledOut = [...lostAndRefused, read(enabledPolicy, after)]
    const state = tell(...ruledOut, observe(containedPolicy))
    expect('key' in state.stage && state.stage.key.reasons).toEqual([])
      const twice = tell(...ruledOut, observe(containedPolicy), claim(), applied, observe(containedPolicy))
    expect('key' in twice.stage && twice.stage.key.reasons).toEqual(['drift'])
  })

  it('delays nothing when it was repeated and took hold', () => {
    expect(pendingWork(tell(...anActiveKey, contain, claim(), changeUnknown, read(enabledPolicy), claim(), applied))).toEqual([])
  })
})

describe('a lost create whose key somebody has set up since', () => {
  it('is closed without destroying that key', () => {
    const state = tell(add, intend, creationLost)
    const lookedAt = { ...look([])(state, now), heldElsewhere: true } as KeyCommand
    expect(keyDecider.decide(lookedAt, state)).toMatchObject({ right: [{ type: 'AttemptClosed', finding: 'orphaned' }] })
  })
})

describe('a change that OpenRouter kept differently', () => {
  it.each([
    ['suspension', [...anActiveKey, contain]],
    ['lifting', [...aSuspendedKey, lift]],
  ])('leaves the %s undone and the key to be read', (_, turns) => {
    const state = tell(...turns, claim(), change({ _tag: 'Refused', cause: keptDifferently }))
    expect(nextStep(state, now)).toEqual({ _tag: 'Due', step: { _tag: 'Read', hash: hash(1), notBefore: null } })
    expect(pendingWork(state)).toEqual(['convergence'])
  })
})

describe('a key that the proof shows alive', () => {
  it('is not believed gone when its removal is rolled back', () => {
    const state = tell(...anActiveKey, remove(), read(null), claim(), foundAbsent, prove(alive), giveUp())
    expect(state.stage._tag).toBe('Held')
    expect('key' in state.stage && isConverged(state.stage.key)).toBe(false)
    expect(nextStep(state, now)).toMatchObject({ step: { _tag: 'Read' } })
  })
})

describe('a key that somebody deleted', () => {
  it('and whose deletion is refused is proven gone, and not put back to what is not there', () => {
    const state = tell(...anActiveKey, remove(), read(null), claim(), changeRefused)
    expect(state.stage).toMatchObject({ _tag: 'Removing', destruction: { phase: 'prove', alreadyGone: true } })
    expect(nextStep(state, now)).toMatchObject({ step: { _tag: 'Prove' } })
  })
})

describe('a birth that is reported twice', () => {
  it.each([
    ['provisioned', [add, intend, created]],
    ['held', anActiveKey],
    ['left alive by choice', [...anActiveKey, leaveAlive, shred]],
  ])('makes no stray of a key that is %s', (_, turns) => {
    const state = tell(...turns)
    expect(keyDecider.decide(bornLate(1)(state, now), state)).toMatchObject({ left: { _tag: 'Superseded' } })
  })
})

describe('the end of a removal', () => {
  it('leaves the claim of a stray to its owner', () => {
    const proven = [...anActiveKey, remove(), read(enabledPolicy), claim(), change({ _tag: 'Absent' }), prove()]
    const state = tell(...proven, condemn(foreignHash), claim(), shred)
    expect(state.stage._tag).toBe('Removed')
    expect(state.claim?.hash).toBe(foreignHash)
    expect(keyDecider.decide(retryNow(state, now), state)).toMatchObject({ left: { _tag: 'NothingNew' } })
  })
})
