import { isLeft } from 'fp-ts/lib/Either.js'

import { fold } from '../../src/domain/decider.js'
import type { KeyEvent } from '../../src/domain/key/event.js'
import { keyDecider } from '../../src/domain/key/index.js'
import type { KeyState } from '../../src/domain/key/state.js'
import { play } from '../../test/support/key-history.js'
import type { Move } from '../../test/support/key-commands.js'
import { adopt, changeSchedule, enabledPolicy, now, takeSecret } from '../../test/support/key-story.js'

/** One decision of a life in which a key is replaced. */
interface Turning {
  readonly before: KeyState
  readonly events: ReadonlyArray<KeyEvent>
  readonly after: KeyState
}

const move = (kind: Move['kind'], how = 0, which = 1): Move => ({ kind, which, how })
const adding: ReadonlyArray<Move> = [move('owner', 0, 0), move('step'), move('report'), move('step'), move('report')]
const going = (turns: number): ReadonlyArray<Move> => Array.from({ length: turns }, () => [move('step'), move('report')]).flat()

/** A key is adopted without its secret, which somebody brings later, and is given a schedule. */
export const wishesOfAnOwner = (): ReadonlyArray<Turning> => {
  let state: KeyState = keyDecider.initial
  return [adopt(enabledPolicy, false), takeSecret, changeSchedule({ after: 'never' })].flatMap((turn) => {
    const before = state
    const decision = keyDecider.decide(turn(before, now), before)
    if (isLeft(decision)) return []
    state = fold(keyDecider, before, decision.right)
    return [{ before, events: decision.right, after: state }]
  })
}

/** Rotations from their beginning to the turn of the window: one at once, one with an overlap that is cut short, one that is refused. */
export const rotations = (): ReadonlyArray<Turning> =>
  [
    [...adding, move('rotate', 1), ...going(24)],
    [...adding, move('rotate', 0), ...going(6), move('rotate', 4), ...going(20)],
    [...adding, move('rotate', 1), move('step'), move('report', 3), ...going(2)],
  ].flatMap((moves) => play(moves).turnings)
