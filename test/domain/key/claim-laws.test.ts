import { isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { KeyEvent } from '../../../src/domain/key/event.js'
import { keyDecider } from '../../../src/domain/key/index.js'
import { nextStep } from '../../../src/domain/key/next-step.js'
import type { Instant } from '../../../src/domain/shared/instant.js'
import { runs } from '../../support/fc-runs.js'
import { anyHistory } from '../../support/key-history.js'
import type { Turning } from '../../support/key-commands.js'
import { intend } from '../../support/key-story.js'

const eventsOf = <T extends KeyEvent['type']>(
  turnings: ReadonlyArray<Turning>,
  type: T,
): ReadonlyArray<Extract<KeyEvent, { readonly type: T }>> =>
  turnings.flatMap(({ events }) =>
    events.flatMap((event) => (event.type === type ? [event as Extract<KeyEvent, { readonly type: T }>] : [])),
  )

describe('a claim', () => {
  it('keeps everybody else from acting until it runs out, and then is closed before anything else', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { after } of turnings) {
          const { claim } = after
          if (claim === null) continue
          expect(nextStep(after, (claim.until - 1) as Instant)).toEqual({
            _tag: 'Later',
            at: claim.until,
            why: 'in-flight',
            attempt: claim.attempt,
            owner: claim.owner,
          })
          for (const late of [claim.until, claim.until + 1_000_000])
            expect(nextStep(after, late as Instant)).toEqual({
              _tag: 'Due',
              step: { _tag: 'CloseClaim', attempt: claim.attempt, until: claim.until },
            })
        }
      }),
      runs(300),
    )
  })

  it('is given up by the report of its own attempt only, or when it has run out or its owner is dead', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { after, before, command, at } of turnings) {
          const { claim } = before
          if (claim === null || after.claim === claim) continue
          expect(['RecordChange', 'RecordGuard', 'ExpireClaim']).toContain(command._tag)
          expect('attempt' in command && command.attempt).toBe(claim.attempt)
          if (command._tag === 'ExpireClaim' && !command.ownerGone) expect(at).toBeGreaterThanOrEqual(claim.until)
        }
      }),
      runs(250),
    )
  })

  it('is never taken while another stands, nor for anything but what is due', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { before, events, at } of turnings)
          for (const event of events) {
            if (event.type !== 'ChangeClaimed') continue
            expect(before.claim).toBe(null)
            const next = nextStep(before, at)
            expect(next._tag === 'Due' && 'hash' in next.step ? next.step.hash : null).toBe(event.hash)
          }
      }),
      runs(200),
    )
  })

  it('ends with one outcome: no attempt is closed or answered twice', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        const ends = turnings.flatMap(({ before, after }) =>
          before.claim !== null && after.claim === null ? [before.claim.attempt] : [],
        )
        expect(new Set(ends).size).toBe(ends.length)
        const unknown = eventsOf(turnings, 'ChangeOutcomeUnknown').map((event) => event.attempt)
        expect(new Set(unknown).size).toBe(unknown.length)
      }),
      runs(200),
    )
  })
})

describe('a creation', () => {
  it('is intended once for each attempt and nonce, and only where nothing else of the name is unsettled', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        const intents = eventsOf(turnings, 'CreationIntended')
        expect(new Set(intents.map((event) => event.attempt)).size).toBe(intents.length)
        expect(new Set(intents.map((event) => event.nonce)).size).toBe(intents.length)
        for (const { before, events } of turnings) {
          if (!events.some((event) => event.type === 'CreationIntended')) continue
          expect(before.stage._tag).toBe('CreateDue')
          expect(before.strays).toEqual([])
          expect(before.claim).toBe(null)
        }
      }),
      runs(300),
    )
  })

  it('is refused wherever a key of the name, a stray or a request is unsettled', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { after, at } of turnings) {
          const free = after.stage._tag === 'CreateDue' && after.strays.length === 0
          if (free) expect(after.claim).toBe(null)
          expect(isRight(keyDecider.decide(intend(after, at), after))).toBe(free)
        }
      }),
      runs(300),
    )
  })

  it('is never due while one may still be answered, or its key may still live', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { after, at } of turnings)
          for (const when of [at, at + 10_000_000]) {
            const next = nextStep(after, when as Instant)
            if (next._tag !== 'Due' || next.step._tag !== 'Create') continue
            expect(after.stage._tag).toBe('CreateDue')
            expect(after.strays.length).toBe(0)
          }
      }),
      runs(300),
    )
  })

  it('gives at most one key of the name, and any other that it gave is a stray', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        const provisioned = eventsOf(turnings, 'Provisioned').map((event) => event.attempt)
        expect(new Set(provisioned).size).toBe(provisioned.length)
      }),
      runs(200),
    )
  })

  it('is believed not to have happened only by a look that began after the settle time', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings }) => {
        for (const { before, command, events } of turnings) {
          if (!events.some((event) => event.type === 'AttemptClosed' && event.finding === 'not-created')) continue
          const { stage } = before
          expect(command._tag).toBe('RecordLook')
          if (command._tag === 'RecordLook' && stage._tag === 'CreateUnknown')
            expect(command.lookedAt).toBeGreaterThanOrEqual(stage.settleUntil)
        }
      }),
      runs(300),
    )
  })

  it('never forgets a nonce: it is settling, it gave the key, or every sweep watches for it', () => {
    fc.assert(
      fc.property(anyHistory, ({ turnings, state }) => {
        const { stage } = state
        const settling = stage._tag === 'Creating' || stage._tag === 'CreateUnknown' ? [stage.attempt.nonce] : []
        const provisioned = new Set(eventsOf(turnings, 'Provisioned').map((event) => event.attempt))
        for (const { attempt, nonce } of eventsOf(turnings, 'CreationIntended'))
          if (!provisioned.has(attempt)) expect([...settling, ...state.watched]).toContain(nonce)
      }),
      runs(300),
    )
  })
})
