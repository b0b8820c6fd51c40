import type { Decider } from '../decider.js'
import type { KeyCommand } from './command.js'
import { decide } from './decide.js'
import type { KeyEvent } from './event.js'
import { evolve } from './evolve.js'
import { nextStep } from './next-step.js'
import type { NextStep } from './step.js'
import type { Instant } from '../shared/instant.js'
import type { KeyRefusal } from './refusal.js'
import type { KeyState } from './state.js'
import { initialKeyState } from './initial-state.js'

/** The life of one name as pure functions, the due effect included. */
export interface KeyDecider extends Decider<KeyCommand, KeyState, KeyEvent, KeyRefusal> {
  readonly nextStep: (state: KeyState, now: Instant) => NextStep
}

export const keyDecider: KeyDecider = { initial: initialKeyState, decide, evolve, nextStep }
