import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { fold } from '../../../src/domain/decider.js'
import type { KeyCommand } from '../../../src/domain/key/command.js'
import { keyDecider } from '../../../src/domain/key/index.js'
import { nextStep } from '../../../src/domain/key/next-step.js'
import type { NextStep } from '../../../src/domain/key/step.js'
import type { KeyState } from '../../../src/domain/key/state.js'
import { pendingWork, publicState } from '../../../src/domain/key/view.js'
import type { Instant } from '../../../src/domain/shared/instant.js'
import { runs } from '../../support/fc-runs.js'
import { anyHistory, driveWell, type History, play } from '../../support/key-history.js'
import { add, contain, forced, leakedAndForced, leaked, leaveAlive, lift, plain, remove } from '../../support/key-story.js'

/** The states of a history, each at the time it was reached. */
const moments = ({ turnings }: History): ReadonlyArray<readonly [KeyState, Instant]> => [
  [keyDecider.initial, play([]).now],
  ...turnings.map((turning) => [turning.after, turning.at] as const),
]

const withoutTime = (state: KeyState): KeyState => ({ ...state, updatedAt: null })

const ownerCommands = (state: KeyState, at: Instant): ReadonlyArray<KeyCommand> =>
  [add, contain, lift, ...[plain, leaked, forced, leakedAndForced].map((mode) => remove(mode)), leaveAlive].map((turn) =>
    turn(state, at),
  )

/** A new date for what has no date yet, or a late change where nothing can be disturbed: the fact is worth telling all the same. */
const mayTellOnly = new Set(['RetryRequested', 'LateOutcomeObserved', 'RevocationStalled', 'ConvergenceStalled'])

describe('decide', () => {
  it('gives facts that evolve takes, each making another state', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { before, events } of turnings) {
          events.reduce((state, event) => {
            const next = keyDecider.evolve(state, event)
            expect(next, event.type).not.toBe(state)
            if (!mayTellOnly.has(event.type)) expect(withoutTime(next), event.type).not.toEqual(withoutTime(state))
            return next
          }, before)
        }
      }),
      runs(250),
    )
  })

  it('dates its facts as the command is dated', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { command, events } of turnings) expect(events.every((event) => event.at === command.at)).toBe(true)
      }),
      runs(100),
    )
  })

  it('refuses what an owner has just been granted', () => {
    fc.assert(
      fc.property(anyHistory, ({ state, now: at }) => {
        for (const command of ownerCommands(state, at)) {
          const first = keyDecider.decide(command, state)
          if (isLeft(first)) continue
          const again = keyDecider.decide(command, fold(keyDecider, state, first.right))
          expect(isLeft(again), `${command._tag} is granted twice`).toBe(true)
        }
      }),
      runs(300),
    )
  })

  it('says of a wish that is fulfilled that it is settled, or why it can be no more', () => {
    fc.assert(
      fc.property(anyHistory, ({ state, now: at }) => {
        for (const command of ownerCommands(state, at)) {
          const decision = keyDecider.decide(command, state)
          if (isLeft(decision)) continue
          const done = driveWell(fold(keyDecider, state, decision.right), at)
          const again = keyDecider.decide({ ...command, at: done.now }, done.state)
          const next = isRight(again) ? again.right[0].type : again.left._tag
          const expected: Partial<Record<KeyCommand['_tag'], ReadonlyArray<string>>> = {
            Add: ['NameTaken'],
            Contain: ['AlreadySettled'],
            Lift: ['AlreadySettled'],
            Remove: ['NotFound'],
            LeaveAlive: ['NotFound'],
          }
          expect(expected[command._tag]).toContain(next)
        }
      }),
      runs(300),
    )
  })

  it('lets nothing new come of a state in which all is done', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const { state, now: at } = driveWell(history.state, history.now)
        expect(nextStep(state, at)).toEqual({ _tag: 'None' })
        for (const command of [
          { _tag: 'RetryNow', at },
          { _tag: 'GiveUp', cause: { kind: 'unreachable', status: null, message: '' }, lastLook: 'unread', retryAt: at, at },
        ] as const) {
          const decision = keyDecider.decide(command, state)
          expect(isLeft(decision), `${command._tag} in ${state.stage._tag}`).toBe(true)
        }
      }),
      runs(300),
    )
  })
})

const dateOf = (next: NextStep): number => (next._tag === 'Later' ? next.at : -1)

describe('the next step', () => {
  it('is there exactly while work is pending', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (const [state, at] of moments(history)) {
          const nothing = nextStep(state, at)._tag === 'None'
          expect(pendingWork(state).length === 0, `${state.stage._tag} ${JSON.stringify(pendingWork(state))}`).toBe(nothing)
          const shown = publicState(state)
          if (nothing) expect(['active', 'suspended', 'removed', null]).toContain(shown)
          if (shown === null || shown === 'removed') expect(nothing).toBe(true)
        }
      }),
      runs(300),
    )
  })

  it('waits for dates that lie ahead, and moves on when they come', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (const [state, at] of moments(history)) {
          let next = nextStep(state, at)
          for (let dates = 0; next._tag === 'Later'; dates++) {
            expect(dates).toBeLessThan(20)
            expect(dateOf(next)).toBeGreaterThan(dates === 0 ? at : -1)
            const later = nextStep(state, next.at)
            if (later._tag === 'Later') expect(later.at).toBeGreaterThan(next.at)
            next = later
          }
        }
      }),
      runs(250),
    )
  })

  it('lets what has stalled rest until its date', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (const [state, at] of moments(history)) {
          const { claim, stage, strays } = state
          if (claim !== null || !('stall' in stage) || stage.stall === null) continue
          if (stage._tag === 'Held' && nextStep(state, at)._tag === 'None') continue
          if (stage._tag === 'Outstanding' && stage.mode.force && stage.key.secretHeld) continue
          const others = strays.filter((stray) => stray.stall === null || stray.stall.retryAt <= at)
          const rests = stage.stall.retryAt > at && others.length === 0
          expect(nextStep(state, at)._tag).toBe(rests ? 'Later' : 'Due')
        }
      }),
      runs(250),
    )
  })

  it('comes to an end when all goes well, from wherever it begins', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (const [state, at] of moments(history).slice(-3)) {
          const done = driveWell(state, at)
          expect(done.steps, `${state.stage._tag} did not settle`).toBeLessThan(60)
          expect(pendingWork(done.state)).toEqual([])
        }
      }),
      runs(200),
    )
  })
})
