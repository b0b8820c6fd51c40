import { isLeft } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { keyDecider } from '../../../src/domain/key/index.js'
import { nextStep } from '../../../src/domain/key/next-step.js'
import type { KeyState, StageTag } from '../../../src/domain/key/state.js'
import { cannotSpend, wantedPolicy } from '../../../src/domain/key/wanted.js'
import type { KeyHash } from '../../../src/domain/shared/identifiers.js'
import type { Instant } from '../../../src/domain/shared/instant.js'
import { runs } from '../../support/fc-runs.js'
import { anyHistory } from '../../support/key-history.js'
import type { Turning } from '../../support/key-commands.js'
import { shred } from '../../support/key-story.js'

const accountedFor = (state: KeyState): ReadonlySet<KeyHash> =>
  new Set([
    ...('key' in state.stage ? [state.stage.key.hash] : []),
    ...state.strays.map((stray) => stray.hash),
    ...state.buried.map((each) => each.hash),
    ...state.leftAlive,
  ])

/** Where a stage may go by what a single command records. */
const ways: Readonly<Record<StageTag, ReadonlyArray<StageTag>>> = {
  Vacant: ['CreateDue', 'Held'],
  CreateDue: ['Creating', 'Vacant'],
  Creating: ['CreateDue', 'CreateUnknown', 'Provisioned', 'Vacant'],
  CreateUnknown: ['CreateDue', 'Vacant'],
  Provisioned: ['Held', 'Compensating'],
  Compensating: ['Vacant'],
  Held: ['Removing', 'LeavingAlive'],
  Removing: ['RollingBack', 'Outstanding', 'Held', 'Removed', 'LeavingAlive'],
  RollingBack: ['Held', 'Removing', 'LeavingAlive'],
  Outstanding: ['Removed', 'LeavingAlive'],
  LeavingAlive: ['Removed'],
  Removed: ['CreateDue', 'Held'],
}

const dates = (turning: Turning): ReadonlyArray<Instant> => [turning.at, (turning.at + 100_000_000) as Instant]

describe('a remote key', () => {
  it('is never lost sight of: each hash that came to us is held, owed, buried, or left alive by choice', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        const ours = new Set<KeyHash>()
        for (const { events, after } of turnings) {
          for (const event of events) if (event.type === 'Provisioned' || event.type === 'StrayFound') ours.add(event.hash)
          const known = accountedFor(after)
          for (const hash of ours) expect(known).toContain(hash)
        }
      }),
      runs(250),
    )
  })

  it('is one thing at a time: the key of the name is no stray', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { after } of turnings) {
          const own = 'key' in after.stage ? after.stage.key.hash : null
          expect(after.strays.map((stray) => stray.hash)).not.toContain(own)
          expect(new Set(after.strays.map((stray) => stray.hash)).size).toBe(after.strays.length)
        }
      }),
      runs(300),
    )
  })

  it('that is a stray stays one until it is proven dead', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { before, after, events } of turnings)
          for (const { hash } of before.strays) {
            if (after.strays.some((stray) => stray.hash === hash)) continue
            expect(events.some((event) => event.type === 'RevocationProven' && event.hash === hash)).toBe(true)
            expect(after.buried.map((each) => each.hash)).toContain(hash)
          }
      }),
      runs(300),
    )
  })

  it('that was removed is never let spend again, nor are strays', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const turning of turnings) {
          const { after } = turning
          const dead = new Set([...after.buried.map((each) => each.hash), ...after.strays.map((stray) => stray.hash)])
          expect('key' in after.stage && dead.has(after.stage.key.hash)).toBe(false)
          for (const at of dates(turning)) {
            const next = nextStep(after, at)
            if (next._tag !== 'Due' || next.step._tag !== 'Apply' || cannotSpend(next.step.policy)) continue
            expect(dead).not.toContain(next.step.hash)
            expect(['Provisioned', 'Held', 'RollingBack']).toContain(after.stage._tag)
            expect(next.step.policy).toEqual(wantedPolicy(after.stage))
          }
        }
      }),
      runs(250),
    )
  })

  it('left alive by choice is never touched again', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const turning of turnings) {
          const left = new Set(turning.before.leftAlive)
          for (const event of turning.events)
            if (event.type === 'ChangeClaimed' || event.type === 'StrayFound') expect(left).not.toContain(event.hash)
        }
      }),
      runs(300),
    )
  })
})

describe('a life', () => {
  it('goes from stage to stage by known ways: a debt never becomes a held key again by itself', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { before, after, command } of turnings) {
          const [from, to] = [before.stage._tag, after.stage._tag]
          if (from !== to) expect(ways[from], `${from} by ${command._tag} to ${to}`).toContain(to)
        }
      }),
      runs(250),
    )
  })

  it('holds its key with its secret, or not at all, but for a key that was adopted without until somebody brings it', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        const bare = new Set<KeyHash>()
        for (const { after, events } of turnings) {
          const { stage } = after
          for (const event of events) {
            if (event.type === 'Adopted' && !event.sealed) bare.add(event.hash)
            if (event.type === 'SecretSealed') bare.delete(event.hash)
          }
          if ('key' in stage && bare.has(stage.key.hash)) expect(stage.key.secretHeld).toBe(false)
          else if (stage._tag === 'Held' || stage._tag === 'RollingBack' || stage._tag === 'Provisioned')
            expect(stage.key.secretHeld).toBe(true)
        }
      }),
      runs(250),
    )
  })

  it('counts its incarnations', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings, state }) => {
        const begun = turnings.flatMap(({ events }) => events.filter((event) => event.type === 'ProvisioningRequested' || event.type === 'Adopted'))
        expect(state.lineages).toBe(begun.length)
        expect(begun.map((event) => event.lineage)).toEqual(begun.map((_, index) => `k#${index + 1}`))
      }),
      runs(100),
    )
  })
})

describe('a removal', () => {
  it('ends with a proof and a shredded secret, or by the owner who leaves the key alive', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        const told = turnings.flatMap((turning) => turning.events)
        told.forEach((event, index) => {
          if (event.type !== 'Removed') return
          const earlier = told.slice(0, index)
          const shredded = earlier.some((each) => each.type === 'SecretShredded' && each.lineage === event.lineage)
          const never =
            earlier.some((each) => each.type === 'Adopted' && each.lineage === event.lineage && !each.sealed) &&
            !earlier.some((each) => each.type === 'SecretSealed' && each.hash === event.hash)
          expect(shredded || never).toBe(true)
          const proven = earlier.findLast((each) => each.type === 'RevocationProven' && each.hash === event.hash)
          if (event.remote === 'left-alive') expect(event.proof).toBe(null)
          else expect(event.proof).toEqual(proven?.type === 'RevocationProven' ? proven.proof : 'a proof')
        })
      }),
      runs(300),
    )
  })

  it('of a leaked key, or by force, never ends in a held key', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        let strict = false
        for (const { events, after } of turnings) {
          for (const event of events)
            if (event.type === 'RemovalRequested') strict = strict || event.mode.leaked || event.mode.force
          if (after.stage._tag === 'Removed' || after.stage._tag === 'LeavingAlive') strict = false
          if (strict) expect(['Removing', 'Outstanding']).toContain(after.stage._tag)
        }
      }),
      runs(250),
    )
  })

  it('destroys the secret of a key that may live only when it was told to', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { after, at } of turnings) {
          // Whoever may come to shred, and for whatever reason.
          const decision = keyDecider.decide(shred(after, at), after)
          if (isLeft(decision) || !decision.right.some((event) => event.type === 'SecretShredded')) continue
          const { stage } = after
          const proven = 'destruction' in stage && stage.destruction.phase === 'shred'
          const forced = stage._tag === 'Outstanding' && stage.mode.force
          expect(proven || forced || stage._tag === 'LeavingAlive').toBe(true)
        }
      }),
      runs(300),
    )
  })
})
