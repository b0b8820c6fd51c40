import { isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { fold } from '../../../src/domain/decider.js'
import type { KeyEvent } from '../../../src/domain/key/event.js'
import { keyDecider } from '../../../src/domain/key/index.js'
import { nextStep } from '../../../src/domain/key/next-step.js'
import type { KeyState } from '../../../src/domain/key/state.js'
import { containedFor, hashOf, heldKey, incarnationOf, pendingWork, publicState } from '../../../src/domain/key/view.js'
import { wantedPolicy } from '../../../src/domain/key/wanted.js'
import { anyKeyEvent, fewIdentities } from '../../support/event-arbitraries.js'
import { runs } from '../../support/fc-runs.js'
import { anyHistory } from '../../support/key-history.js'
import { after, now } from '../../support/key-story.js'
import { columns } from './grid-commands.js'

const frozen = <A>(value: A): A => {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) frozen(inner)
    Object.freeze(value)
  }
  return value
}

const anyEvents: fc.Arbitrary<ReadonlyArray<KeyEvent>> = fc.array(anyKeyEvent(fewIdentities), { maxLength: 40, size: 'max' })

/** A true history with events missing, doubled, out of order or made up: what a damaged log might give. */
const damaged: fc.Arbitrary<ReadonlyArray<KeyEvent>> = anyHistory.chain(({ turnings }) => {
  const events = turnings.flatMap((turning) => turning.events)
  if (events.length === 0) return anyEvents
  return fc
    .array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...events) }, { weight: 1, arbitrary: anyKeyEvent(fewIdentities) }), {
      maxLength: 60,
      size: 'max',
    })
    .map((some) => [...events.slice(0, some.length), ...some])
})

const anyList = fc.oneof(anyEvents, damaged)

const everyQuestion = (state: KeyState): void => {
  for (const at of [now, after]) expect(['None', 'Due', 'Later']).toContain(nextStep(state, at)._tag)
  publicState(state)
  pendingWork(state)
  wantedPolicy(state.stage)
  containedFor(state.stage)
  heldKey(state.stage)
  incarnationOf(state.stage)
  hashOf(state.stage)
}

describe('evolve', () => {
  it('takes any event in any state, and whatever comes of it can be asked anything', () => {
    fc.assert(
      fc.property(anyList, (events) => {
        const state = fold(keyDecider, keyDecider.initial, events)
        everyQuestion(state)
        for (const [, , commandFor] of columns) {
          const command = commandFor(state, now)
          const decision = command === null ? null : keyDecider.decide(command, state)
          if (decision !== null && isRight(decision)) everyQuestion(fold(keyDecider, state, decision.right))
        }
      }),
      runs(250),
    )
  })

  it('leaves a state as it is, and the very same, when an event means nothing in it', () => {
    fc.assert(
      fc.property(anyList, anyKeyEvent(fewIdentities), (events, event) => {
        const before = fold(keyDecider, keyDecider.initial, events)
        const next = keyDecider.evolve(before, event)
        if (next.updatedAt !== event.at) expect(next).toBe(before)
      }),
      runs(500),
    )
  })

  it('is a function: the same events make the same state, and neither is ever changed', () => {
    fc.assert(
      fc.property(anyList, (events) => {
        const first = fold(keyDecider, frozen(keyDecider.initial), frozen(events))
        expect(fold(keyDecider, keyDecider.initial, structuredClone(events))).toEqual(first)
        frozen(first)
        everyQuestion(first)
      }),
      runs(300),
    )
  })

  it('can stop anywhere and go on: a snapshot and the rest make what the whole makes', () => {
    fc.assert(
      fc.property(anyList, fc.nat(), (events, cut) => {
        const at = events.length === 0 ? 0 : cut % events.length
        const snapshot = fold(keyDecider, keyDecider.initial, events.slice(0, at))
        expect(fold(keyDecider, structuredClone(snapshot), events.slice(at))).toEqual(
          fold(keyDecider, keyDecider.initial, events),
        )
      }),
      runs(300),
    )
  })
})
