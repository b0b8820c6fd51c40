import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { nextStep } from '../../../src/domain/key/next-step.js'
import { stagesOf } from '../../../src/domain/key/rotation.js'
import type { KeyState } from '../../../src/domain/key/state.js'
import { owedWork, pendingWork, publicState } from '../../../src/domain/key/view.js'
import type { KeyHash } from '../../../src/domain/shared/identifiers.js'
import { runs } from '../../support/fc-runs.js'
import { anyRotation, driveWell } from '../../support/key-history.js'

const accountedFor = (state: KeyState): ReadonlySet<KeyHash> =>
  new Set([
    ...stagesOf(state).flatMap((stage) => ('key' in stage ? [stage.key.hash] : [])),
    ...state.strays.map((stray) => stray.hash),
    ...state.buried.map((each) => each.hash),
    ...state.leftAlive,
  ])

describe('a key that is replaced', () => {
  it('is never lost sight of, and neither is its successor: held, owed, buried, or left alive by choice', () => {
    fc.assert(
      fc.property(anyRotation, ({ turnings }) => {
        const ours = new Set<KeyHash>()
        for (const { events, after } of turnings) {
          for (const event of events) {
            const fact = event.type === 'OtherKeyChanged' ? event.fact : event
            if (fact.type === 'Provisioned' || fact.type === 'StrayFound') ours.add(fact.hash)
          }
          const known = accountedFor(after)
          for (const hash of ours) expect(known).toContain(hash)
        }
      }),
      runs(300),
    )
  })

  it('leaves the name with work pending exactly while something is due or has a date', () => {
    fc.assert(
      fc.property(anyRotation, ({ turnings }) => {
        for (const { after, at } of turnings) {
          const nothing = nextStep(after, at)._tag === 'None'
          expect(pendingWork(after).length === 0, `${after.stage._tag} ${JSON.stringify(pendingWork(after))}`).toBe(nothing)
        }
      }),
      runs(300),
    )
  })

  it('comes to an end when all goes well, from wherever it stands', () => {
    fc.assert(
      fc.property(anyRotation, (history) => {
        const done = driveWell(history.state, history.now)
        expect(done.steps).toBeLessThan(60)
        expect(owedWork(done.state)).toEqual([])
        expect(done.state.rotation).toBe(null)
        expect(['active', 'suspended', 'removed', null]).toContain(publicState(done.state))
      }),
      runs(300),
    )
  })
})
