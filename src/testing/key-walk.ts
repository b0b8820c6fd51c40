import { isRight } from 'fp-ts/lib/Either.js'

import { fold } from '../domain/decider.js'
import type { KeyCommand } from '../domain/key/command.js'
import { keyDecider } from '../domain/key/index.js'
import { nextStep } from '../domain/key/next-step.js'
import type { AttemptId, KeyHash, KeyName, Nonce, OwnerId } from '../domain/shared/identifiers.js'
import type { Instant } from '../domain/shared/instant.js'
import { errandCommand, ownerCommand, reportCommand } from './key-walk-commands.js'
import { later, type OpenRequest, type Walk, type WalkMove } from './walk.js'

const name = 'key' as KeyName
const owner = 'process-1' as OwnerId
const minute = 60_000

const hex = (serial: number, length: number): string => serial.toString(16).padStart(length, '0')

/** 2026-01-01T00:00:00Z, when every walk begins. */
const beginning = 1_767_225_600_000 as Instant

const give = (walk: Walk, command: KeyCommand): Walk => {
  const decision = keyDecider.decide(command, walk.state)
  if (!isRight(decision)) return walk
  const events = decision.right
  return { ...walk, state: fold(keyDecider, walk.state, events), serial: walk.serial + 1, turns: [...walk.turns, { command, events }] }
}

/** With what was asked for, if the claim to ask for it was taken. */
const sending = (walk: Walk, command: KeyCommand, request: OpenRequest): Walk => {
  const claimed = give(walk, command)
  return claimed === walk ? walk : { ...claimed, open: [...claimed.open, request] }
}

const takeStep = (walk: Walk, choice: number): Walk => {
  const { now, serial, state } = walk
  const next = nextStep(state, now)
  if (next._tag === 'None') return walk
  if (next._tag === 'Later') return choice % 3 === 0 ? { ...walk, now: next.at } : walk
  const { step } = next
  const attempt = hex(serial, 32) as AttemptId
  const claim = { attempt, owner, until: later(now, 2 * minute), at: now }
  if (step._tag === 'Create') {
    const nonce = hex(serial, 32) as Nonce
    return sending(walk, { _tag: 'IntendCreation', nonce, ...claim }, { effect: 'create', attempt, nonce, hash: hex(serial, 64) as KeyHash })
  }
  if (step._tag === 'Apply') return sending(walk, { _tag: 'Claim', effect: step.effect, hash: step.hash, ...claim }, { effect: step.effect, attempt, hash: step.hash, policy: step.policy })
  if (step._tag === 'Delete') return sending(walk, { _tag: 'Claim', effect: 'delete', hash: step.hash, ...claim }, { effect: 'delete', attempt, hash: step.hash, policy: null })
  if (step._tag === 'Guard' && step.doubtedSince === null)
    return sending(walk, { _tag: 'Claim', effect: 'guard', hash: step.hash, ...claim }, { effect: 'guard', attempt, hash: step.hash, policy: null })
  return give(walk, errandCommand(step, walk, choice))
}

/** Mostly the latest request is answered, now and then an old one, and some never. */
const answer = (walk: Walk, choice: number): Walk => {
  const request = walk.open[choice % 5 === 4 ? 0 : walk.open.length - 1]
  if (request === undefined) return walk
  const open = walk.open.filter((each) => each !== request)
  return choice % 11 === 10 ? { ...walk, open } : { ...give(walk, reportCommand(request, walk, choice)), open }
}

const turn = (walk: Walk, { choice, kind }: WalkMove): Walk => {
  switch (kind) {
    case 'step':
      return takeStep(walk, choice)
    case 'report':
      return answer(walk, choice)
    case 'owner':
      return give(walk, ownerCommand(walk, name, choice))
    case 'wait':
      return { ...walk, now: later(walk.now, (choice % 20) * minute) }
  }
}

/** The life of one name that the moves make: what is due is done, and reports come in time, late or never. */
export const walkKey = (moves: ReadonlyArray<WalkMove>): Walk =>
  moves.reduce(turn, { state: keyDecider.initial, now: beginning, serial: 1, open: [], turns: [] })
