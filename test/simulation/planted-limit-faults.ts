import { isConverged, wantedOf } from '../../src/domain/key/wanted.js'
import type { PlantedFault } from './planted-faults.js'
import { honest, realProtocol } from './run-plan.js'

const { evolve, nextStep } = realProtocol.decider

/** Mistakes with limits that somebody could make, and that the simulation must catch. */
export const limitFaults: ReadonlyArray<PlantedFault> = [
  {
    name: 'changes the key first, whichever half tightens',
    tampering: {
      ...honest,
      protocol: {
        ...realProtocol,
        decider: {
          ...realProtocol.decider,
          nextStep: (state, now) => {
            const next = nextStep(state, now)
            const { stage } = state
            if (next._tag !== 'Due' || next.step._tag !== 'Guard' || stage._tag !== 'Held') return next
            const { key } = stage
            if (key.remote._tag === 'Unknown' || isConverged(key)) return next
            return { _tag: 'Due', step: { _tag: 'Apply', effect: 'converge', hash: key.hash, policy: wantedOf(key) } }
          },
        },
      },
    },
  },
  {
    name: 'forgets that a change of a guardrail had no answer',
    tampering: {
      ...honest,
      protocol: {
        ...realProtocol,
        decider: {
          ...realProtocol.decider,
          evolve: (state, event) => {
            const next = evolve(state, event)
            if (event.type !== 'ChangeOutcomeUnknown' || state.claim?.effect !== 'guard' || next.stage._tag !== 'Held') return next
            return { ...next, stage: { ...next.stage, key: { ...next.stage.key, guard: { _tag: 'None' } } } }
          },
        },
      },
    },
  },
  {
    name: 'activates a key before its guardrail is on it',
    tampering: {
      ...honest,
      protocol: {
        ...realProtocol,
        decider: {
          ...realProtocol.decider,
          nextStep: (state, now) => {
            const next = nextStep(state, now)
            if (next._tag !== 'Due' || next.step._tag !== 'Guard' || state.stage._tag !== 'Provisioned') return next
            const { key } = state.stage
            return { _tag: 'Due', step: { _tag: 'Apply', effect: 'activate', hash: key.hash, policy: wantedOf(key) } }
          },
        },
      },
    },
  },
]
