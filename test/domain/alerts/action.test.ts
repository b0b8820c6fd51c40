import { describe, expect, it } from 'vitest'

import { actionStanding } from '../../../src/domain/alerts/action.js'
import type { KeyEvent } from '../../../src/domain/key/event.js'
import { initialKeyState } from '../../../src/domain/key/initial-state.js'
import type { KeyState } from '../../../src/domain/key/state.js'
import { lineageOf } from '../../../src/domain/shared/identifiers.js'
import { add, anActiveKey, applied, aRemovedKey, aSuspendedKey, claim, giveUp, intend, leaveAlive, name, read, refused, remove, enabledPolicy, tell, type Turn } from '../../support/key-story.js'
import { at, minute } from './facts.js'

const subject = lineageOf(name, 1)
const wished = (time: number, note: string | null = 'for (alert one)'): KeyEvent => ({ type: 'ContainmentRequested', reason: 'alert', note, at: at(time) })
const undone = (time: number, reason: 'alert' | 'user' = 'alert'): KeyEvent => ({ type: 'ContainmentRolledBack', reason, cause: refused, at: at(time) })
const lifted = (reason: 'alert' | 'user'): KeyEvent => ({ type: 'LiftingRequested', reason, at: at(500) })
const forAlert: Turn = (_state, time) => ({ _tag: 'Contain', reason: 'alert', note: 'for (alert one)', at: time })

const active = tell(...anActiveKey)
const standing = (state: KeyState, events: ReadonlyArray<KeyEvent> = [], now = 1_000, of: typeof subject | 'account' = subject) => actionStanding(of, 'alert one', { state, events }, at(now))

const wish = { _tag: 'Wish' }
const wait = { _tag: 'Wait' }
const contained = { _tag: 'Over', outcome: 'contained' }
const nothing = { _tag: 'Over', outcome: 'nothing-to-contain' }

describe('what is left to do for an alert that contains its key', () => {
  it.each<readonly [told: string, state: KeyState, answer: unknown]>([
    ['active', active, wish],
    ['suspended by its owner', tell(...aSuspendedKey), wish],
    ['to be contained for an alert, and nothing was sent', tell(...anActiveKey, forAlert), wait],
    ['contained for an alert', tell(...anActiveKey, forAlert, claim(), applied), contained],
    ['being made', tell(add, intend), wait],
    ['on its way out', tell(...anActiveKey, remove()), nothing],
    ['owed', tell(...anActiveKey, remove(), read(enabledPolicy), claim(), applied, giveUp()), nothing],
    ['being left alive', tell(...anActiveKey, leaveAlive), nothing],
    ['unknown', initialKeyState, nothing],
    ['of a later life', tell(...aRemovedKey, ...anActiveKey), nothing],
  ])('for a key that is %s', (_, state, answer) => {
    expect(standing(state)).toEqual(answer)
  })

  it('is nothing for an alert about another key or the account', () => {
    expect(standing(active, [], 1_000, lineageOf(name, 2))).toEqual(nothing)
    expect(standing(active, [], 1_000, 'account')).toEqual(nothing)
  })

  it('is nothing more for a key that was resumed since', () => {
    expect(standing(active, [wished(100), lifted('alert')])).toEqual(contained)
    expect(standing(tell(...anActiveKey, remove()), [wished(100), lifted('alert')])).toEqual(contained)
    expect(standing(active, [wished(100), lifted('user')])).toEqual(wish)
  })

  it('counts from the first wish for this alert on', () => {
    expect(standing(active, [lifted('alert'), wished(600)])).toEqual(wish)
    expect(standing(active, [wished(100, 'for (alert two)'), lifted('alert')])).toEqual(wish)
    expect(standing(active, [wished(100, null), lifted('alert')])).toEqual(wish)
    expect(standing(active, [wished(100, 'for (alert two)'), lifted('alert'), wished(600)])).toEqual(wish)
    expect(standing(active, [wished(100), lifted('alert'), wished(600)])).toEqual(contained)
  })
})

describe('a containment that was refused', () => {
  const past = (times: number) => [wished(0), ...Array.from({ length: times }, (_, n) => undone(n + 1))]

  it.each([[1, 1], [2, 2], [3, 4], [4, 8], [6, 32], [7, 60], [30, 60]])('%i times is wished again after %i minutes', (times, minutes) => {
    const due = times + minutes * minute
    expect(standing(active, past(times), due - 1)).toEqual(wait)
    expect(standing(active, past(times), due)).toEqual(wish)
  })

  it('for another reason holds nothing back', () => {
    expect(standing(active, [wished(0), undone(1, 'user')], 2)).toEqual(wish)
    expect(standing(active, [undone(1), wished(2)], 3)).toEqual(wish)
  })
})
