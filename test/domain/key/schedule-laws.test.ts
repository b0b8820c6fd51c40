import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { fold } from '../../../src/domain/decider.js'
import { keyDecider } from '../../../src/domain/key/index.js'
import { nextStep } from '../../../src/domain/key/next-step.js'
import { noSchedule, type Schedule } from '../../../src/domain/key/schedule.js'
import type { KeyState } from '../../../src/domain/key/state.js'
import { incarnationOf, pendingWork, publicState } from '../../../src/domain/key/view.js'
import type { Millis } from '../../../src/domain/shared/instant.js'
import { runs } from '../../support/fc-runs.js'
import { anyHistory } from '../../support/key-history.js'
import { changeSchedule } from '../../support/key-story.js'

const scheduleOf = ({ stage }: KeyState): Schedule | null => incarnationOf(stage)?.schedule ?? null
const fresh = { after: 77_000 as Millis, byWatcher: true }

describe('the schedule of a key', () => {
  it('can be said wherever there is a key, and changes nothing else', () => {
    fc.assert(
      fc.property(anyHistory, ({ state, now: at }) => {
        const decision = keyDecider.decide(changeSchedule(fresh)(state, at), state)
        const { stage } = state
        expect(isRight(decision)).toBe(stage._tag !== 'Vacant' && stage._tag !== 'Removed')
        if (isLeft(decision)) return
        const next = fold(keyDecider, state, decision.right)
        expect(scheduleOf(next)).toEqual(fresh)
        expect([publicState(next), pendingWork(next), next.claim]).toEqual([publicState(state), pendingWork(state), state.claim])
        expect(nextStep(next, at)._tag).toBe(nextStep(state, at)._tag)
        expect(keyDecider.decide(changeSchedule(fresh)(next, at), next)).toEqual({ _tag: 'Left', left: { _tag: 'AlreadySettled' } })
        const back = fold(keyDecider, next, [{ type: 'RotationScheduled', ...(scheduleOf(state) ?? noSchedule), at: state.updatedAt ?? at }])
        expect(back).toEqual(state)
      }),
      runs(200),
    )
  })

  it('stays through every rotation until somebody changes it, and begins with nothing', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { before, after, command } of turnings) {
          if (before.lineages !== after.lineages) expect(scheduleOf(after)).toEqual(noSchedule)
          if (before.lineages !== after.lineages || command._tag === 'ChangeSchedule') continue
          if (scheduleOf(before) !== null && scheduleOf(after) !== null) expect(scheduleOf(after)).toEqual(scheduleOf(before))
        }
      }),
      runs(300),
    )
  })
})
