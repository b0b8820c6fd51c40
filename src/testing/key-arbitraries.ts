import type { Arbitrary } from 'fast-check'

import type { KeyCommand } from '../domain/key/command.js'
import type { KeyEvent } from '../domain/key/event.js'
import { walkKey } from './key-walk.js'
import type { KeyTurn, WalkMove } from './walk.js'

/** The life of one key: each command that was accepted, in order, with its events. */
export interface KeyHistory {
  readonly turns: ReadonlyArray<KeyTurn>
  /** The events of all turns: what a key's stream holds. */
  readonly events: ReadonlyArray<KeyEvent>
}

/** Arbitraries of what the log of a vault holds. All are such as lives bring about: no event without what leads to it. */
export interface KeyArbitraries {
  /** A command that is accepted somewhere in a life. */
  readonly commands: Arbitrary<KeyCommand>
  /** An event as a life gives it. */
  readonly events: Arbitrary<KeyEvent>
  /** A life: it is added, activated, contained, rotated or removed, and any answer may be late, lost or a refusal. */
  readonly histories: Arbitrary<KeyHistory>
}

const moves = (...kinds: ReadonlyArray<WalkMove['kind']>): ReadonlyArray<WalkMove> => kinds.map((kind) => ({ kind, choice: 0 }))
const added = moves('owner', 'step', 'report', 'step', 'report')

const historyOf = (taken: ReadonlyArray<WalkMove>): KeyHistory => {
  const { turns } = walkKey(taken)
  return { turns, events: turns.flatMap(({ events }) => events) }
}

/**
 * The arbitraries, made with your own fast-check: `keyArbitraries(await import('fast-check'))`. A failing history shrinks to the
 * fewest moves that fail.
 */
export const keyArbitraries = (fc: typeof import('fast-check')): KeyArbitraries => {
  const kind = fc.oneof(
    { weight: 8, arbitrary: fc.constant('step' as const) },
    { weight: 8, arbitrary: fc.constant('report' as const) },
    { weight: 3, arbitrary: fc.constant('owner' as const) },
    { weight: 1, arbitrary: fc.constant('wait' as const) },
  )
  const move = fc.record({ kind, choice: fc.nat({ max: 255 }) })
  const histories = fc
    .tuple(fc.constantFrom([], added, added, added), fc.array(move, { maxLength: 60, size: 'max' }))
    .map(([first, rest]) => historyOf([...first, ...rest]))
  const lived = histories.filter(({ turns }) => turns.length > 0)
  const anyOf = <A>(items: (history: KeyHistory) => ReadonlyArray<A>): Arbitrary<A> => lived.chain((history) => fc.constantFrom(...items(history)))
  return { histories, commands: anyOf(({ turns }) => turns.map(({ command }) => command)), events: anyOf(({ events }) => events) }
}
