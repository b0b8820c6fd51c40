import { isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { KeyCommand } from '../../../src/domain/key/command.js'
import type { KeyEvent } from '../../../src/domain/key/event.js'
import { keyDecider } from '../../../src/domain/key/index.js'
import { isTightened, samePolicy } from '../../../src/domain/key/remote-policy.js'
import { enforced } from '../../../src/domain/key/spec.js'
import type { HeldKey, KeyState } from '../../../src/domain/key/state.js'
import { containedFor } from '../../../src/domain/key/view.js'
import { isPolicySettled } from '../../../src/domain/key/underway.js'
import { isConverged, wantedOf, wantedPolicy } from '../../../src/domain/key/wanted.js'
import { runs } from '../../support/fc-runs.js'
import { anyHistory, type History } from '../../support/key-history.js'
import type { Turning } from '../../support/key-commands.js'
import {
  applied,
  attempt,
  change,
  changeRefused,
  changeUnknown,
  deleted,
  foundAbsent,
  hashOf,
} from '../../support/key-story.js'

const keyOf = ({ stage }: KeyState): HeldKey | null => ('key' in stage ? stage.key : null)

const undoings: ReadonlySet<string> = new Set(['ContainmentRolledBack', 'LiftingRolledBack', 'LimitsChangeRolledBack'])

describe('the wanted policy', () => {
  it('is the asked one exactly where the key is ours to keep and no reason is left', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { after } of turnings) {
          const wanted = wantedPolicy(after.stage)
          const key = keyOf(after)
          expect(wanted === null).toBe(key === null || after.stage._tag === 'LeavingAlive')
          if (wanted === null || key === null) continue
          const keeping = ['Provisioned', 'Held', 'RollingBack'].includes(after.stage._tag)
          expect(wanted.disabled).toBe(!keeping || key.reasons.length > 0)
          if (!wanted.disabled) expect(wanted).toEqual({ ...enforced(key.incarnation.spec), ...(key.kept ?? {}) })
        }
      }),
      runs(300),
    )
  })

  it('changes by an owner, and by nobody else, while the key is held', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { before, after, command, events } of turnings) {
          if (before.stage._tag !== 'Held' || after.stage._tag !== 'Held') continue
          if (samePolicy(wantedOf(before.stage.key), wantedOf(after.stage.key))) continue
          const undoing = events.some(({ type }) => undoings.has(type))
          if (events.some((event) => event.type === 'ContainmentRequested' && event.reason === 'drift')) continue
          expect(['Contain', 'Lift', 'ChangeLimits'].includes(command._tag) || undoing, command._tag).toBe(true)
        }
      }),
      runs(250),
    )
  })

  it('is never undone once it was confirmed: what was asked for and seen to hold stands until it is asked otherwise', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        let confirmed = false
        for (const { before, events } of turnings) {
          const { stage } = before
          // What a lost change may still undo is seen, and not confirmed.
          if (stage._tag === 'Held') confirmed = confirmed || isPolicySettled(stage.key)
          for (const event of events) {
            if (event.type === 'ContainmentRequested' || event.type === 'LiftingRequested') confirmed = false
            if (event.type === 'ContainmentRolledBack' || event.type === 'LiftingRolledBack') expect(confirmed).toBe(false)
          }
        }
      }),
      runs(400),
    )
  })
})

/** Each rollback with the state before what it undoes was asked, and the state after it. */
const rollbacks = (
  { turnings }: History,
  asked: KeyEvent['type'],
  undone: KeyEvent['type'],
): ReadonlyArray<readonly [KeyState, KeyState, Turning]> => {
  let begun: KeyState | null = null
  return turnings.flatMap((turning) => {
    if (turning.events.some((event) => event.type === asked)) begun = begun ?? turning.before
    const found = turning.events.some((event) => event.type === undone)
    const pair = found && begun !== null ? [[begun, turning.after, turning] as const] : []
    if (turning.after.stage._tag !== 'Removing' && turning.after.stage._tag !== 'RollingBack' && asked === 'RemovalRequested')
      begun = null
    return pair
  })
}

/** Whether the remote key of the name may be another than before what this command tells of. */
const mayHaveChanged = (before: KeyState, command: KeyCommand): boolean => {
  const mine = before.claim !== null && before.claim.hash === keyOf(before)?.hash
  if (!mine || !('attempt' in command) || command.attempt !== before.claim.attempt) return false
  if (command._tag === 'ExpireClaim') return true
  if (command._tag !== 'RecordChange') return false
  const { result } = command
  if (result._tag === 'Refused') return result.cause.kind === 'kept-differently'
  return result._tag === 'Applied' || result._tag === 'Unknown' || (result._tag === 'Deleted' && result.answer === 'deleted')
}

describe('a rollback', () => {
  it('of a removal brings back the policy that was wanted before, and nothing of the removal stays', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (const [before, after] of rollbacks(history, 'RemovalRequested', 'RemovalRolledBack')) {
          expect(after.stage._tag).toBe('Held')
          const [old, restored] = [keyOf(before), keyOf(after)]
          expect(restored?.hash).toBe(old?.hash)
          expect(restored?.secretHeld).toBe(old?.secretHeld)
          if (old === null || restored === null) continue
          const asked = (key: HeldKey): ReadonlyArray<string> => key.reasons.filter((reason) => reason !== 'drift')
          expect(asked(restored)).toEqual(asked(old))
          if (samePolicy(wantedOf(restored), wantedOf(old))) continue
          expect(restored.reasons).toContain('drift')
          expect(isTightened(wantedOf(restored), wantedOf(old)), 'what was found is tighter').toBe(true)
        }
      }),
      runs(250),
    )
  })

  it('of a removal is believed only where nothing can have changed, or where the policy was seen after it', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        let changed = false
        for (const { before, after, events, command } of turnings) {
          if (command._tag === 'Remove' && before.stage._tag === 'Held') changed = false
          changed = changed || mayHaveChanged(before, command)
          for (const event of events) {
            if (event.type === 'PolicyObserved') changed = false
            if (event.type !== 'RemovalRolledBack' || after.stage._tag !== 'Held') continue
            const looked = command._tag === 'GiveUp' && command.lastLook !== null && command.lastLook !== 'unread'
            if (changed && !looked) expect(isConverged(after.stage.key), 'something was sent, and nobody looked').toBe(false)
          }
        }
      }),
      runs(400),
    )
  })

  it('of a removal never follows a delete that went through, or may have', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        let deleted = false
        for (const { before, events, command } of turnings) {
          if (command._tag === 'Remove' && before.stage._tag === 'Held') deleted = false
          deleted = deleted || (before.claim?.effect === 'delete' && mayHaveChanged(before, command))
          for (const event of events) {
            if (event.type === 'PolicyObserved') deleted = false
            const looked = command._tag === 'GiveUp' && command.lastLook !== null && command.lastLook !== 'unread'
            expect(deleted && !looked && event.type === 'RemovalRolledBack').toBe(false)
          }
        }
      }),
      runs(400),
    )
  })

  it.each([
    ['ContainmentRequested', 'ContainmentRolledBack'],
    ['LiftingRequested', 'LiftingRolledBack'],
  ] as const)('of what %s asked brings back the reasons before it', (asked, undone) => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        let before: ReadonlyArray<string> | null = null
        for (const turning of turnings) {
          if (turning.events.some((event) => event.type === asked)) before = keyOf(turning.before)?.reasons ?? null
          if (turning.events.some((event) => event.type === undone)) expect(keyOf(turning.after)?.reasons).toEqual(before)
        }
      }),
      runs(250),
    )
  })

  it('believes the old policy only if nothing was changed: what OpenRouter kept differently is read', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { command, events, after } of turnings) {
          const kept =
            command._tag === 'RecordChange' &&
            command.result._tag === 'Refused' &&
            command.result.cause.kind === 'kept-differently'
          const undone = events.some((event) => /RolledBack$/.test(event.type))
          if (kept && undone) expect(keyOf(after)?.remote._tag).toBe('Unknown')
        }
      }),
      runs(250),
    )
  })
})

describe('containment', () => {
  it('is told only where a read said so', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { after } of turnings) {
          const { stage } = after
          if (stage._tag === 'Removing' || stage._tag === 'Outstanding')
            expect(containedFor(stage).includes('removal')).toBe(stage.destruction.contained)
        }
        for (const { events } of turnings)
          for (const event of events) if (event.type === 'Contained') expect(event.policy.disabled).toBe(true)
      }),
      runs(300),
    )
  })

  it('is begun again when the key is shown alive, and what was known of its policy is forgotten', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { events, after } of turnings)
          for (const event of events) {
            const key = keyOf(after)
            if (event.type === 'RevocationDisproved' && key?.hash === event.hash) expect(key.remote._tag).toBe('Unknown')
          }
      }),
      runs(250),
    )
  })

  it('is doubted by every late report of a change that may be there, and by no other', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { after, at } of turnings) {
          if (keyOf(after) === null) continue
          for (const [turn, doubts] of [
            [applied, true],
            [deleted, true],
            [changeUnknown, true],
            [foundAbsent, true],
            [changeRefused, false],
            [change({ _tag: 'Absent' }), false],
          ] as const) {
            const late = { ...turn(after, at), attempt: attempt(77_777), hash: hashOf(after) } as KeyCommand
            expect(isRight(keyDecider.decide(late, after))).toBe(doubts)
          }
        }
      }),
      runs(100),
    )
  })

  it('is doubted as soon as anything late may have undone it', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { events, after } of turnings) {
          if (!events.some((event) => event.type === 'LateOutcomeObserved')) continue
          const { stage } = after
          if (stage._tag === 'Removing' || stage._tag === 'Outstanding') expect(stage.destruction.contained).toBe(false)
          if (stage._tag !== 'LeavingAlive') expect(keyOf(after)?.remote._tag).toBe('Unknown')
        }
      }),
      runs(250),
    )
  })
})
