import { left } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { SealedSecret } from '../../src/application/ports/event-log.js'
import type { KeyDecider } from '../../src/domain/key/index.js'
import { honest, realProtocol, type Tampering } from './run-plan.js'

/** A mistake in the protocol that somebody could make, and that the simulation must catch. */
export interface PlantedFault {
  readonly name: string
  readonly tampering: Tampering
  /** A seed that is known to catch it, which is tried before all others: most of the time of a fault goes into runs that do not meet it. */
  readonly seed?: number
}

/** The seeds to try, the known one first. */
export const seedsFor = ({ seed }: Pick<PlantedFault, 'seed'>, most: number): ReadonlyArray<number> => {
  const all = Array.from({ length: most }, (_, n) => n + 1)
  return seed === undefined ? all : [seed, ...all.filter((each) => each !== seed)]
}

const withDecider = (change: Partial<KeyDecider>): Tampering => ({
  ...honest,
  protocol: { ...realProtocol, decider: { ...realProtocol.decider, ...change } },
})

const { decide, evolve, nextStep } = realProtocol.decider

const resendsThePost: PlantedFault = {
  name: 'resends the POST after a lost answer',
  tampering: {
    ...honest,
    client: (client) => ({
      ...client,
      createKey: (key) =>
        pipe(
          client.createKey(key),
          TE.orElse((error) => (error._tag === 'OutcomeUnknown' ? client.createKey(key) : TE.left(error))),
        ),
    }),
  },
}

const sealsTooLate: PlantedFault = {
  name: 'seals the secret after the limit was raised',
  tampering: {
    ...honest,
    log: (log) => {
      let kept: ReadonlyArray<SealedSecret> = []
      return {
        ...log,
        commit: (commit) => {
          const types = commit.appends.flatMap(({ records }) => records.map((record) => record.type))
          if (types.includes('Provisioned')) {
            kept = [...kept, ...commit.seal]
            return log.commit({ ...commit, seal: [] })
          }
          if (!types.includes('Activated')) return log.commit(commit)
          const seal = [...commit.seal, ...kept]
          kept = []
          return log.commit({ ...commit, seal })
        },
      }
    },
  },
}

const takesTimeoutsForFailures: PlantedFault = {
  name: 'takes a timeout for a failure',
  tampering: {
    ...honest,
    client: (client) => ({
      ...client,
      createKey: (key) =>
        pipe(
          client.createKey(key),
          TE.mapLeft((error) => (error._tag === 'OutcomeUnknown' ? { _tag: 'NotSent', message: error.message } : error)),
        ),
    }),
  },
}

const forgetsTheWatchList: PlantedFault = {
  name: 'forgets the watch list',
  tampering: withDecider({ evolve: (state, event) => ({ ...evolve(state, event), watched: [] }) }),
}

const skipsTheCanary: PlantedFault = {
  name: 'skips the canary',
  tampering: {
    ...honest,
    protocol: {
      ...realProtocol,
      judge: (witnesses) =>
        realProtocol.judge(witnesses.canary === 'missing' ? { ...witnesses, canary: 'held-key' } : witnesses),
    },
  },
}

const sweepsByMarker: PlantedFault = {
  name: 'sweeps by the marker alone',
  tampering: {
    ...honest,
    protocol: {
      ...realProtocol,
      sweep: (vault, states, listed) =>
        realProtocol.sweep(vault, states, listed).map((finding) => {
          const [name] = [...states.keys()]
          return finding._tag === 'Unheld' && name !== undefined
            ? { _tag: 'Orphan', name, hash: finding.hash, nonce: '0'.repeat(32) as never, origin: 'late-create' }
            : finding
        }),
    },
  },
}

const believesTheFirstLook: PlantedFault = {
  name: 'believes the first look after a lost create',
  tampering: withDecider({
    decide: (command, state) =>
      command._tag === 'RecordLook' && state.stage._tag === 'CreateUnknown'
        ? decide({ ...command, lookedAt: state.stage.settleUntil }, state)
        : decide(command, state),
  }),
}

const ignoresClaims: PlantedFault = {
  name: 'does not wait for the claims of others',
  tampering: withDecider({
    nextStep: (state, now) => {
      const next = nextStep(state, now)
      if (next._tag !== 'Later' || next.why !== 'in-flight' || state.stage._tag !== 'Creating') return next
      const { incarnation, attempt } = state.stage
      return { _tag: 'Due', step: { _tag: 'Create', incarnation, birthLimit: attempt.birthLimit } }
    },
    decide: (command, state) =>
      command._tag === 'IntendCreation' && state.stage._tag === 'Creating'
        ? decide(command, {
            ...state,
            stage: {
              _tag: 'CreateDue',
              incarnation: state.stage.incarnation,
              birthLimit: state.stage.attempt.birthLimit,
              tries: state.stage.tries,
            },
          })
        : decide(command, state),
    evolve: (state, event) =>
      event.type === 'CreationIntended' && state.stage._tag === 'Creating'
        ? evolve(
            {
              ...state,
              stage: {
                _tag: 'CreateDue',
                incarnation: state.stage.incarnation,
                birthLimit: state.stage.attempt.birthLimit,
                tries: state.stage.tries,
              },
            },
            event,
          )
        : evolve(state, event),
  }),
}

const shredsBeforeTheProof: PlantedFault = {
  name: 'takes a deletion that was answered for a proof',
  tampering: {
    ...honest,
    protocol: {
      ...realProtocol,
      judge: (witnesses) => ({
        _tag: 'Gone',
        proof: { strength: 'strong', witnesses: { ...witnesses, canary: 'held-key' } },
      }),
    },
  },
}

const rollsBackToEnabled: PlantedFault = {
  name: 'forgets why a key was contained when it is read',
  tampering: withDecider({
    evolve: (state, event) => {
      const next = evolve(state, event)
      if (event.type !== 'PolicyObserved' || next.stage._tag !== 'Held' || next.stage.key.reasons.length === 0) return next
      return { ...next, stage: { ...next.stage, key: { ...next.stage.key, reasons: [] } } }
    },
  }),
}

const forgetsLostChanges: PlantedFault = {
  name: 'forgets that a lost change may still arrive',
  tampering: withDecider({
    evolve: (state, event) => (event.type === 'ChangeMayArrive' ? state : evolve(state, event)),
  }),
}

const dropsLateOutcomes: PlantedFault = {
  name: 'forgets a key that arrives after its attempt was closed',
  tampering: withDecider({
    decide: (command, state) =>
      command._tag === 'RecordCreation' &&
      (state.stage._tag !== 'Creating' || state.stage.attempt.id !== command.attempt)
        ? left({ _tag: 'Superseded' })
        : decide(command, state),
    evolve: (state, event) => ({ ...evolve(state, event), watched: [] }),
  }),
}

/** Every planted fault; each must be caught within a bounded number of seeds. */
export const plantedFaults: ReadonlyNonEmptyArray<PlantedFault> = [
  resendsThePost,
  sealsTooLate,
  takesTimeoutsForFailures,
  forgetsTheWatchList,
  skipsTheCanary,
  sweepsByMarker,
  believesTheFirstLook,
  ignoresClaims,
  shredsBeforeTheProof,
  rollsBackToEnabled,
  dropsLateOutcomes,
  forgetsLostChanges,
]
