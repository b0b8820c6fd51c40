import type { KeyEvent } from '../../src/domain/key/event.js'
import type { KeyState } from '../../src/domain/key/state.js'
import { play } from '../../test/support/key-history.js'
import type { Move } from '../../test/support/key-commands.js'

/** One decision of a life in which a key is replaced. */
interface Turning {
  readonly before: KeyState
  readonly events: ReadonlyArray<KeyEvent>
  readonly after: KeyState
}

const move = (kind: Move['kind'], how = 0, which = 1): Move => ({ kind, which, how })
const adding: ReadonlyArray<Move> = [move('owner', 0, 0), move('step'), move('report'), move('step'), move('report')]
const going = (turns: number): ReadonlyArray<Move> => Array.from({ length: turns }, () => [move('step'), move('report')]).flat()

/** A key is adopted without its secret, which somebody brings later. */
export const secretComesLater = (): ReadonlyArray<Turning> => play([move('owner', 0, 8), move('owner', 0, 6)]).turnings

/** Rotations from their beginning to the turn of the window: one at once, one with an overlap that is cut short, one that is refused. */
export const rotations = (): ReadonlyArray<Turning> =>
  [
    [...adding, move('rotate', 1), ...going(24)],
    [...adding, move('rotate', 0), ...going(6), move('rotate', 4), ...going(20)],
    [...adding, move('rotate', 1), move('step'), move('report', 3), ...going(2)],
  ].flatMap((moves) => play(moves).turnings)
