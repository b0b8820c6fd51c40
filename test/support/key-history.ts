import { isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'

import type { KeyCommand } from '../../src/domain/key/command.js'
import { keyDecider } from '../../src/domain/key/index.js'
import { nextStep } from '../../src/domain/key/next-step.js'
import type { NextStep, Step } from '../../src/domain/key/step.js'
import type { KeyState } from '../../src/domain/key/state.js'
import { wantedPolicy } from '../../src/domain/key/wanted.js'
import { fold } from '../../src/domain/decider.js'
import type { Instant } from '../../src/domain/shared/instant.js'
import { start } from './key-story.js'

import { giveUpCommand, lifeOf, minute, type Move, ownerCommand, pick, type Play, reportOf, requestOf, rotateCommand, runErrand, stepCommand, sweepCommand, type Turning } from './key-commands.js'

/** A life as several honest processes may have brought it about: every state in it can be reached. */
export interface History {
  readonly turnings: ReadonlyArray<Turning>
  readonly state: KeyState
  readonly now: Instant
  readonly [fc.toStringMethod]?: () => string
}

const give = (play: Play, command: KeyCommand): Play => {
  const decision = keyDecider.decide(command, play.state)
  if (!isRight(decision)) return play
  const events = decision.right
  const state = fold(keyDecider, play.state, events)
  const turning = { command, before: play.state, events, after: state, at: play.now }
  return { ...play, state, serial: play.serial + 1, turnings: [...play.turnings, turning] }
}

/** A claim that is waited for is mostly reported before it runs out; now and then its owner is known to be dead. */
const waitFor = (play: Play, next: Extract<NextStep, { readonly _tag: 'Later' }>, move: Move): Play => {
  if (next.why !== 'in-flight' || move.how % 4 === 0) return { ...play, now: next.at }
  if (move.how % 8 !== 1) return play
  const { attempt: id } = next
  const settleUntil = (play.now + 5 * minute) as Instant
  const closed = give(play, { _tag: 'ExpireClaim', attempt: id, ownerGone: true, settleUntil, at: play.now })
  return { ...closed, requests: play.requests.filter((request) => request.attempt !== id) }
}

const takeStep = (play: Play, move: Move): Play => {
  const next = nextStep(play.state, play.now)
  if (next._tag === 'None') return play
  if (next._tag === 'Later') return waitFor(play, next, move)
  const { step } = next
  const command = stepCommand(play, step, move.how)
  const claimed = give(play, command)
  if (claimed === play) return play
  const request = requestOf(command, step)
  if (request !== null) return { ...claimed, requests: [...play.requests, request] }
  const errand = step._tag === 'Create' || step._tag === 'Apply' || step._tag === 'Delete' ? [] : [step]
  return { ...claimed, errands: [...play.errands, ...errand].slice(-4) }
}

const report = (play: Play, move: Move): Play => {
  // The latest request is reported most often, an old one now and then.
  const index = move.which % 4 === 0 ? move.which % Math.max(1, play.requests.length) : play.requests.length - 1
  const request = play.requests[index]
  if (request === undefined) return play
  const rest = play.requests.filter((each) => each !== request)
  return { ...give(play, reportOf(request, play, move.how)), requests: rest }
}

const turn = (play: Play, move: Move): Play => {
  switch (move.kind) {
    case 'step':
      return takeStep(play, move)
    case 'report':
      return report(play, move)
    case 'owner':
      return give(play, ownerCommand(play, move))
    case 'rotate':
      return give(play, rotateCommand(play, move))
    case 'sweep':
      return give(play, sweepCommand(play, move))
    case 'give-up':
      return give(play, giveUpCommand(play, move))
    case 'errand': {
      const errand = pick(play.errands, move.which)
      return errand === undefined ? play : give(play, runErrand(errand, play, move.how))
    }
    case 'wait':
      return { ...play, now: (play.now + (move.how % 20) * minute) as Instant }
  }
}

const anyMove: fc.Arbitrary<Move> = fc.record({
  kind: fc.oneof(
    { weight: 10, arbitrary: fc.constant('step' as const) },
    { weight: 8, arbitrary: fc.constant('report' as const) },
    { weight: 2, arbitrary: fc.constant('owner' as const) },
    { weight: 1, arbitrary: fc.constantFrom('sweep' as const, 'give-up' as const, 'errand' as const, 'wait' as const) },
  ),
  which: fc.nat({ max: 63 }),
  how: fc.nat({ max: 63 }),
})

export const play = (moves: ReadonlyArray<Move>): History => {
  const begun: Play = { state: keyDecider.initial, now: start, serial: 1, requests: [], errands: [], turnings: [] }
  const { state, turnings, now } = moves.reduce(turn, begun)
  return { state, turnings, now, [fc.toStringMethod]: () => storyOf(turnings) }
}

const wordsOf = ({ command, events, after: { claim, stage, strays } }: Turning): string => {
  const result = 'result' in command ? ` ${command.result._tag}` : ''
  const phase = 'destruction' in stage ? ` ${stage.destruction.phase}` : ''
  const facts = events.map((event) => (event.type === 'OtherKeyChanged' ? `${event.of}: ${event.fact.type}` : event.type)).join(' + ')
  return `${command._tag}${result}: ${facts} -> ${stage._tag}${phase}${claim === null ? '' : ', claimed'}${strays.length > 0 ? `, ${strays.length} strays` : ''}`
}

/** How a history is shown when a property fails: one line a command. */
const storyOf = (turnings: ReadonlyArray<Turning>): string => `\n${turnings.map(wordsOf).join('\n')}\n`

const well = (kind: Move['kind'], which = 1): Move => ({ kind, which, how: 0 })
const adding: ReadonlyArray<Move> = [well('owner', 0), well('step'), well('report'), well('step'), well('report')]
const suspending: ReadonlyArray<Move> = [...adding, well('owner', 1), well('step'), well('report')]
const removing: ReadonlyArray<Move> = [...adding, well('owner', 3), well('step')]

/**
 * Lives of a name under several processes: each does what is due, and its reports arrive in time, late or never, with any
 * outcome; owners and sweeps come in between. Many begin with a key that is there already, for few get so far by chance.
 */
export const anyHistory: fc.Arbitrary<History> = fc
  .tuple(
    fc.constantFrom([], adding, adding, suspending, removing, removing),
    fc.array(anyMove, { maxLength: 60, size: 'max' }),
  )
  .map(([beginning, moves]) => play([...beginning, ...moves]))

/** The same with keys that are replaced. */
export const anyRotation: fc.Arbitrary<History> = fc
  .tuple(
    fc.constantFrom(adding, adding, suspending),
    fc.array(
      fc.oneof(
        { weight: 12, arbitrary: anyMove },
        { weight: 10, arbitrary: fc.record({ kind: fc.constantFrom('step' as const, 'report' as const), which: fc.constant(1), how: fc.constantFrom(0, 3, 20) }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('rotate' as const), which: fc.constant(1), how: fc.nat({ max: 63 }) }) },
      ),
      { maxLength: 80, size: 'max' },
    ),
    fc.nat({ max: 63 }),
  )
  .map(([beginning, moves, how]) => play([...beginning, { kind: 'rotate', which: 1, how }, ...moves]))

/** What becomes of a state when every step is done at its time and goes well. Gives up after 60 steps. */
export const driveWell = (
  from: KeyState,
  at: Instant,
): { readonly state: KeyState; readonly now: Instant; readonly steps: number } => {
  let reached: Play = { state: from, now: at, serial: 5000, requests: [], errands: [], turnings: [] }
  let steps = 0
  for (; steps < 60; steps++) {
    const next = nextStep(reached.state, reached.now)
    if (next._tag === 'None') break
    reached = next._tag === 'Later' ? { ...reached, now: next.at } : wellDone(reached, next.step)
  }
  return { state: reached.state, now: reached.now, steps }
}

const wellDone = (play: Play, step: Step): Play => {
  const { now: at, state } = play
  if (step._tag === 'Read') {
    const asOf = Math.max(at, step.notBefore ?? at) as Instant
    return give({ ...play, now: asOf }, { _tag: 'RecordRead', hash: step.hash, policy: wantedPolicy(lifeOf(state, step.hash)), asOf, at: asOf })
  }
  if (step._tag === 'Look') {
    const late = Math.max(at, step.settleUntil) as Instant
    return give({ ...play, now: late }, { _tag: 'RecordLook', attempt: step.attempt.id, found: [], lookedAt: late, at: late })
  }
  const begun = give(play, stepCommand(play, step, 0))
  const request = requestOf(begun.turnings[begun.turnings.length - 1]?.command ?? { _tag: 'RetryNow', at }, step)
  return request === null ? begun : give(begun, reportOf(request, begun, 0))
}
