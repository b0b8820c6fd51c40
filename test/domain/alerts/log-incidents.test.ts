import { isLeft } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'

import { keyFactsOf } from '../../../src/domain/alerts/key-facts-of.js'
import { logIncidents } from '../../../src/domain/alerts/log-incidents.js'
import { fold } from '../../../src/domain/decider.js'
import type { KeyEvent } from '../../../src/domain/key/event.js'
import { keyDecider } from '../../../src/domain/key/index.js'
import { lineageOf } from '../../../src/domain/shared/identifiers.js'
import { defaultAssumptions } from '../../../src/domain/spend/overshoot.js'
import { add, anActiveKey, applied, aRemovedKey, claim, condemn, contain, enabledPolicy, foreignHash, foreignPolicy, giveUp, lift, name, observe, passing, read, remove, start, tell, type Turn } from '../../support/key-story.js'
import { at, dayLength } from './facts.js'

/** What is recorded of a story whose turns are a second apart. */
const history = (...turns: ReadonlyArray<Turn>): ReadonlyArray<KeyEvent> =>
  turns.reduce<ReadonlyArray<KeyEvent>>((events, turn, n) => {
    const state = fold(keyDecider, keyDecider.initial, events)
    const decision = keyDecider.decide(turn(state, at(start + n * 1000)), state)
    return isLeft(decision) ? events : [...events, ...decision.right]
  }, [])

const found = (turns: ReadonlyArray<Turn>, now = start + dayLength, more: ReadonlyArray<KeyEvent> = []) => {
  const events = [...history(...turns), ...more]
  return logIncidents(keyDecider, fold(keyDecider, keyDecider.initial, events), events, at(now))
}

const turn = (n: number): number => start + n * 1000
const none = { contained: null, debt: null, drift: null }
const active = anActiveKey.length

describe('what the facts of a name tell', () => {
  it('is nothing of a key that is well, of none, and of one that is removed', () => {
    for (const turns of [[], [add], anActiveKey, aRemovedKey, [...anActiveKey, remove()]]) expect(found(turns)).toEqual(none)
  })

  it('is since when it is contained, and why, until it is not', () => {
    const told = (since: number, why: string) => ({ ...none, contained: { at: turn(since), text: `contained (${why})` } })
    expect(found([...anActiveKey, contain])).toEqual(told(active, 'user'))
    expect(found([...anActiveKey, contain, claim(), applied])).toEqual(told(active, 'user'))
    expect(found([...anActiveKey, contain, claim(), applied, lift, claim(), applied])).toEqual(none)
    expect(found([...anActiveKey, contain, claim(), applied, lift, claim(), applied, contain])).toEqual(told(active + 6, 'user'))
    const again: Turn = (_state, time) => ({ _tag: 'Contain', reason: 'alert', note: null, at: time })
    expect(found([...anActiveKey, contain, claim(), applied, again])).toEqual(told(active, 'user, alert'))
  })

  it('is since when a remote key is owed, and what the last try came to', () => {
    const debt = (since: number, why: string) => ({ ...none, debt: { at: turn(since), text: `a remote key is still to be revoked${why}` } })
    expect(found([add, condemn(foreignHash)])).toEqual(none)
    expect(found([condemn(foreignHash)])).toEqual(debt(0, ''))
    expect(found([condemn(foreignHash), giveUp()])).toEqual(debt(0, ` (${passing.message})`))
    const owing = [...anActiveKey, remove(), read(enabledPolicy), claim(), applied, giveUp()]
    const since = history(...owing).at(-1)?.at
    expect(found(owing).debt).toEqual({ at: since, text: `a remote key is still to be revoked (${passing.message})` })
    const [one, other] = [condemn(foreignHash), condemn('e'.repeat(64) as typeof foreignHash)]
    expect(found([one, giveUp(), other])).toEqual(debt(0, ` (${passing.message})`))
    expect(found([one, other])).toEqual(debt(0, ''))
  })

  it('is what somebody else changed, for a day', () => {
    const drift = (time: number, text: string) => ({ at: time, text })
    expect(found([...anActiveKey, observe(foreignPolicy)]).drift).toEqual(drift(turn(active), 'changed at OpenRouter by somebody else'))
    expect(found([...anActiveKey, observe(null)]).drift).toEqual(drift(turn(active), 'deleted at OpenRouter by somebody else'))
    const guardrail = (time: number): KeyEvent => ({ type: 'GuardrailDriftObserved', guardrail: null, at: at(time) })
    const late = turn(active + 9)
    expect(found([...anActiveKey, observe(foreignPolicy)], late, [guardrail(late)]).drift).toEqual(drift(late, 'its guardrail was changed at OpenRouter by somebody else'))
    expect(found([...anActiveKey, observe(foreignPolicy)], turn(active) + dayLength).drift).not.toBeNull()
    expect(found([...anActiveKey, observe(foreignPolicy)], turn(active) + dayLength + 1).drift).toBeNull()
  })
})

describe('the facts of a name', () => {
  const facts = (...turns: ReadonlyArray<Turn>) => {
    const events = history(...turns)
    const seen = { name, state: tell(...turns), events, spending: null, readings: [], freshFor: null }
    return keyFactsOf(keyDecider, seen, defaultAssumptions, at(start + dayLength))
  }

  it('are none where no key holds it and it owes nothing', () => {
    expect(facts()).toBeNull()
    expect(facts(...aRemovedKey)).toBeNull()
  })

  it('that only owes are those of nobody', () => {
    expect(facts(condemn(foreignHash))).toMatchObject({ lineage: lineageOf(name, 1), tags: {}, bornAt: null, expiresAt: null, thresholds: null, windows: [], boundBroken: null })
  })

  it('are those of the life that it has', () => {
    expect(facts(...aRemovedKey, ...anActiveKey)).toMatchObject({ lineage: lineageOf(name, 2), bornAt: turn(aRemovedKey.length), thresholds: null, debt: null })
  })
})
