import { isLeft } from 'fp-ts/lib/Either.js'

import { fold } from '../../src/domain/decider.js'
import type { KeyEvent } from '../../src/domain/key/event.js'
import { keyDecider } from '../../src/domain/key/index.js'
import { nextStep } from '../../src/domain/key/next-step.js'
import type { KeyState } from '../../src/domain/key/state.js'
import type { Destruction, Stray } from '../../src/domain/key/ending.js'
import { isConverged } from '../../src/domain/key/wanted.js'
import { after, now } from '../../test/support/key-story.js'
import { commandsIn } from './commands.js'
import { rotations, wishesOfAnOwner } from './played-lives.js'

/** One event applied to one state that can be reached. */
export interface Turn {
  readonly before: KeyState
  readonly event: KeyEvent
  readonly after: KeyState
}

export interface Explored {
  readonly states: ReadonlyArray<KeyState>
  readonly turns: ReadonlyArray<Turn>
}

const destructionOf = ({ phase, contained, touched, seen, alreadyGone }: Destruction): string =>
  [phase, contained, touched, seen, alreadyGone].join()

const strayOf = ({ origin, phase, stall }: Stray): string => [origin, phase, stall === null].join()

/** What tells two states apart as far as the machine goes: names, amounts, dates and counts do not. */
const shapeOf = ({ stage, claim, strays, buried }: KeyState): string => {
  const key = 'key' in stage ? stage.key : null
  return [
    stage._tag,
    claim?.effect ?? '',
    strays.map(strayOf).join('+'),
    buried.length > 0,
    key === null ? '' : [key.secretHeld, key.reasons.length, key.remote._tag, isConverged(key)].join(),
    'destruction' in stage ? destructionOf(stage.destruction) : '',
    'mode' in stage ? [stage.mode.leaked, stage.mode.force].join() : '',
    'change' in stage ? (stage.change?.kind ?? '') : '',
    // Only while nobody is at it may its guardrail be found otherwise than it was.
    stage._tag === 'Held' && claim === null && strays.length === 0 && buried.length === 0 && stage.key.reasons.length === 0 && stage.stall === null ? stage.key.guard._tag : '',
    'stall' in stage ? stage.stall === null : '',
    'abandoned' in stage ? stage.abandoned : '',
    'birthLimit' in stage ? stage.birthLimit : 'attempt' in stage ? stage.attempt.birthLimit : '',
    'remote' in stage ? stage.remote : '',
  ].join('|')
}

const restful: ReadonlySet<string> = new Set(['Vacant', 'CreateDue', 'Removed'])

/** A stray goes its way whatever its name does, and a second life is like the first: once each shows all there is. */
const isWorthAVisit = ({ lineages, stage, strays }: KeyState): boolean =>
  lineages <= 1 && (strays.length === 0 || (strays.length === 1 && restful.has(stage._tag)))

const turnsOf = (state: KeyState, events: ReadonlyArray<KeyEvent>): ReadonlyArray<Turn> =>
  events.map((event, n) => {
    const before = fold(keyDecider, state, events.slice(0, n))
    return { before, event, after: keyDecider.evolve(before, event) }
  })

/** Every state that the commands of `commandsIn` lead to from nothing, each shape once, and every turn on the way. */
export const explore = (): Explored => {
  const found = new Map<string, KeyState>([[shapeOf(keyDecider.initial), keyDecider.initial]])
  const waiting: Array<KeyState> = [keyDecider.initial]
  const turns: Array<Turn> = []
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    for (const command of commandsIn(state)) {
      const decision = keyDecider.decide(command, state)
      if (isLeft(decision)) continue
      const events = decision.right
      const next = fold(keyDecider, state, events)
      const shape = shapeOf(next)
      turns.push(...turnsOf(state, events))
      if (found.has(shape) || !isWorthAVisit(next)) continue
      found.set(shape, next)
      waiting.push(next)
    }
  }
  const played = [...rotations(), ...wishesOfAnOwner()]
  turns.push(...played.flatMap(({ before, events }) => turnsOf(before, events)))
  return { states: [...found.values(), ...played.map(({ after: state }) => state)], turns }
}

/** The step that is due in a state, now or at its date. */
export const dueIn = (state: KeyState): string | null => {
  const soon = nextStep(state, now)
  const next = soon._tag === 'Due' ? soon : nextStep(state, after)
  if (next._tag !== 'Due') return null
  const { step } = next
  return step._tag === 'Apply' ? `Apply (${step.effect})` : step._tag
}
