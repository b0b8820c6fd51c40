import { isRight } from 'fp-ts/lib/Either.js'
import fc from 'fast-check'

import type { ChangeResult, GuardResult, KeyCommand } from '../../src/domain/key/command.js'
import type { Effect, KeyEvent } from '../../src/domain/key/event.js'
import { keyDecider } from '../../src/domain/key/index.js'
import { nextStep, type NextStep, type Step } from '../../src/domain/key/next-step.js'
import type { RemotePolicy } from '../../src/domain/key/remote-policy.js'
import type { KeyState } from '../../src/domain/key/state.js'
import { wantedGuard } from '../../src/domain/key/guard.js'
import { wantedPolicy } from '../../src/domain/key/wanted.js'
import { fold } from '../../src/domain/decider.js'
import { type AttemptId, type GuardrailId, type KeyHash, lineageOf, type Nonce } from '../../src/domain/shared/identifiers.js'
import { noLimits } from '../../src/domain/spend/limits.js'
import type { Instant } from '../../src/domain/shared/instant.js'
import {
  adopt,
  alive,
  attempt,
  birthPolicy,
  cause,
  containedPolicy,
  dollars,
  enabledPolicy,
  foreignHash,
  foreignPolicy,
  gone,
  hash,
  inconclusive,
  keptDifferently,
  name,
  nonce,
  owner,
  passing,
  refused,
  spec,
  start,
} from './key-story.js'

/** One command that was accepted, and what came of it. */
export interface Turning {
  readonly command: KeyCommand
  readonly before: KeyState
  readonly events: ReadonlyArray<KeyEvent>
  readonly after: KeyState
  readonly at: Instant
}

/** A life as several honest processes may have brought it about: every state in it can be reached. */
export interface History {
  readonly turnings: ReadonlyArray<Turning>
  readonly state: KeyState
  readonly now: Instant
  readonly [fc.toStringMethod]?: () => string
}

/** A request that went out under a claim and was not reported yet; its report may come long after the claim was closed. */
type Request =
  | { readonly _tag: 'Create'; readonly attempt: AttemptId; readonly nonce: Nonce; readonly hash: KeyHash }
  | {
      readonly _tag: 'Change'
      readonly attempt: AttemptId
      readonly effect: Effect
      readonly hash: KeyHash
      readonly policy: RemotePolicy
    }

/** What a process once was asked to do without a claim, and may do much later. */
type Errand = Exclude<Step, { readonly _tag: 'Create' | 'Apply' | 'Delete' }>

interface Play {
  readonly state: KeyState
  readonly now: Instant
  readonly serial: number
  readonly requests: ReadonlyArray<Request>
  readonly errands: ReadonlyArray<Errand>
  readonly turnings: ReadonlyArray<Turning>
}

/** One decision of the world; the numbers pick among what is possible. */
export interface Move {
  readonly kind: 'step' | 'report' | 'owner' | 'sweep' | 'give-up' | 'errand' | 'wait'
  readonly which: number
  readonly how: number
}

const minute = 60_000
const pick = <A>(items: ReadonlyArray<A>, index: number): A | undefined => items[index % items.length]

const policiesOf = (state: KeyState): ReadonlyArray<RemotePolicy> => [
  wantedPolicy(state.stage) ?? containedPolicy,
  containedPolicy,
  enabledPolicy,
  foreignPolicy,
]

const ownerCommand = ({ state, now: at }: Play, { which, how }: Move): KeyCommand => {
  const modes = [0, 1, 2, 3].map((bits) => ({ leaked: (bits & 1) > 0, force: (bits & 2) > 0 }))
  const commands: ReadonlyArray<KeyCommand> = [
    {
      _tag: 'Add',
      lineage: lineageOf(name, state.lineages + 1),
      spec: { ...spec, limits: { ...noLimits, monthly: [dollars(100), dollars(0), null][how % 3] ?? null } },
      at,
    },
    { _tag: 'Contain', reason: 'user', note: null, at },
    { _tag: 'Lift', reason: 'user', at },
    { _tag: 'Remove', mode: modes[how % 4] ?? { leaked: false, force: false }, at },
    { _tag: 'LeaveAlive', at },
    { _tag: 'ChangeLimits', patch: pick([{ monthly: dollars(50) }, { monthly: null, daily: dollars(7) }, { daily: dollars(7) }, { alertThresholds: [0.5] }], how) ?? {}, at },
    { _tag: 'ChangeTags', patch: pick([{ team: 'web' }, { team: null }, { tier: 'low', team: 'ops' }], how) ?? {}, at },
    adopt(pick([enabledPolicy, { ...enabledPolicy, reset: null }, { ...foreignPolicy, disabled: true }], how) ?? enabledPolicy, how % 5 > 0)(state, at),
  ]
  return pick([...commands, ...commands.slice(0, 4)], which) ?? { _tag: 'RetryNow', at }
}

const guardReport = (
  { stage }: KeyState,
  about: { readonly attempt: AttemptId | null; readonly hash: KeyHash },
  at: Instant,
  how: number,
): KeyCommand => {
  const key = 'key' in stage ? stage.key : null
  const cap = key === null ? null : wantedGuard(key)
  const guardrail = key === null || cap === null ? null : { id: 'g-1' as GuardrailId, cap, includeByok: key.incarnation.spec.includeByok }
  const results: ReadonlyArray<GuardResult> = [
    { _tag: 'Observed', guardrail },
    { _tag: 'Observed', guardrail },
    { _tag: 'Observed', guardrail },
    { _tag: 'Unknown', cause: passing },
    { _tag: 'Failed', cause: passing },
    { _tag: 'Refused', cause: refused },
    { _tag: 'Unavailable', cause: refused },
    { _tag: 'Observed', guardrail: null },
  ]
  const result = pick(results, how) ?? results[0]!
  return { _tag: 'RecordGuard', ...about, result, watched: how % 3 === 0, retryAt: (at + 10 * minute) as Instant, at }
}

const reportOf = (request: Request, play: Play, how: number): KeyCommand => {
  const { now: at } = play
  if (request._tag === 'Create') {
    const { attempt: id, nonce: own } = request
    const results = [
      { _tag: 'Created' as const, hash: request.hash, label: 'label', policy: birthPolicy },
      { _tag: 'Unknown' as const, cause: passing, settleUntil: (at + 5 * minute) as Instant },
      { _tag: 'Failed' as const, cause: passing },
      { _tag: 'Failed' as const, cause: refused },
      { _tag: 'Failed' as const, cause: cause('refused', 400) },
      { _tag: 'Unsealable' as const, hash: request.hash, cause: cause('unsealable') },
    ]
    return { _tag: 'RecordCreation', attempt: id, nonce: own, result: pick(results, how) ?? results[0]!, at }
  }
  const { attempt: id, effect, hash: of, policy } = request
  if (effect === 'guard') return guardReport(play.state, { attempt: id, hash: of }, at, how)
  const done: ChangeResult =
    effect === 'delete' ? { _tag: 'Deleted', answer: how > 60 ? 'absent' : 'deleted' } : { _tag: 'Applied', policy }
  const results: ReadonlyArray<ChangeResult> = [
    done,
    done,
    done,
    done,
    done,
    { _tag: 'Unknown', cause: passing },
    { _tag: 'Failed', cause: passing },
    { _tag: 'Refused', cause: refused },
    effect === 'delete' ? { _tag: 'Refused', cause: refused } : { _tag: 'Refused', cause: keptDifferently },
    effect === 'delete' ? done : { _tag: 'Absent' },
  ]
  const retryAt = (at + (1 + (how % 7)) * 10 * minute) as Instant
  const result = pick(results, how) ?? done
  const settleUntil = result._tag === 'Unknown' && how % 4 > 0 ? ((at + minute) as Instant) : null
  return { _tag: 'RecordChange', attempt: id, effect, hash: of, result, settleUntil, retryAt, at }
}

const runErrand = (errand: Errand, { state, now: at }: Play, how: number): KeyCommand => {
  switch (errand._tag) {
    case 'Look': {
      const found = how % 3 === 0 ? [hash(Number(`0x${errand.attempt.nonce}`))] : []
      const lookedAt = (how % 2 === 0 ? at : Math.min(at, errand.settleUntil - 1)) as Instant
      return { _tag: 'RecordLook', attempt: errand.attempt.id, found, lookedAt, at }
    }
    case 'CloseClaim':
      return { _tag: 'ExpireClaim', attempt: errand.attempt, ownerGone: false, settleUntil: (at + 5 * minute) as Instant, at }
    case 'Read':
      return { _tag: 'RecordRead', hash: errand.hash, policy: pick([...policiesOf(state), null], how) ?? null, asOf: (at - (how % 3) * minute) as Instant, at }
    case 'Guard':
      return guardReport(state, { attempt: null, hash: errand.hash }, at, how)
    case 'Prove':
      return { _tag: 'RecordProof', hash: errand.hash, verdict: pick([gone, gone, alive, inconclusive], how) ?? gone, at }
    case 'Shred':
      return { _tag: 'RecordShred', lineage: errand.lineage, at }
  }
}

const sweepCommand = ({ state, now: at, turnings }: Play, { which, how }: Move): KeyCommand => {
  const own = 'key' in state.stage ? [state.stage.key.hash] : []
  const known = [...own, ...own, ...state.buried.map((each) => each.hash), ...state.leftAlive, hash(900)]
  const observed = pick(known, which) ?? foreignHash
  const policy = pick([...policiesOf(state), null], how) ?? null
  const watched = state.watched.map((each) => hash(Number(`0x${each}`)))
  const commands: ReadonlyArray<KeyCommand> = [
    { _tag: 'Observe', hash: observed, policy, at },
    { _tag: 'Observe', hash: observed, policy, at },
    { _tag: 'Condemn', hash: pick(watched, which) ?? foreignHash, origin: 'late-create', nonce: null, at },
    { _tag: 'Condemn', hash: hash(1000 + turnings.length), origin: 'unheld', nonce: null, at },
    { _tag: 'RetryNow', at },
  ]
  return pick(commands, which + how) ?? { _tag: 'RetryNow', at }
}

/** Giving up looks once more only where a change of ours may have taken hold. */
const giveUpCommand = ({ state, now: at }: Play, { which, how }: Move): KeyCommand => {
  const { stage } = state
  const looks = stage._tag === 'Removing' && stage.destruction.touched && stage.destruction.phase === 'contain'
  return {
    _tag: 'GiveUp',
    cause: pick([passing, passing, refused], which) ?? passing,
    lastLook: looks ? (pick([...policiesOf(state), null, 'unread' as const], how) ?? null) : 'unread',
    retryAt: (at + (1 + (how % 7)) * 10 * minute) as Instant,
    at,
  }
}

/** The command by which a process begins the step that is due: a claim, or the errand itself. */
const stepCommand = (play: Play, step: Step, how: number): KeyCommand => {
  const { now: at, serial } = play
  const until = (at + 2 * minute) as Instant
  switch (step._tag) {
    case 'Create':
      return { _tag: 'IntendCreation', attempt: attempt(serial), nonce: nonce(serial), owner, until, at }
    case 'Apply':
      return { _tag: 'Claim', attempt: attempt(serial), effect: step.effect, hash: step.hash, owner, until, at }
    case 'Delete':
      return { _tag: 'Claim', attempt: attempt(serial), effect: 'delete', hash: step.hash, owner, until, at }
    case 'Guard':
      return step.doubtedSince === null
        ? { _tag: 'Claim', attempt: attempt(serial), effect: 'guard', hash: step.hash, owner, until, at }
        : runErrand(step, play, how)
    case 'Look':
    case 'CloseClaim':
    case 'Read':
    case 'Prove':
    case 'Shred':
      return runErrand(step, play, how)
  }
}

const requestOf = (command: KeyCommand, step: Step): Request | null => {
  if (command._tag === 'IntendCreation') {
    const { attempt: id, nonce: own } = command
    return { _tag: 'Create', attempt: id, nonce: own, hash: hash(Number(`0x${own}`)) }
  }
  if (command._tag !== 'Claim') return null
  const policy = step._tag === 'Apply' ? step.policy : containedPolicy
  return { _tag: 'Change', attempt: command.attempt, effect: command.effect, hash: command.hash, policy }
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
  if (next.why === 'backing-off' || move.how % 4 === 0) return { ...play, now: next.at }
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
  const facts = events.map((event) => event.type).join(' + ')
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
  if (step._tag === 'Read')
{
    const asOf = Math.max(at, step.notBefore ?? at) as Instant
    return give({ ...play, now: asOf }, { _tag: 'RecordRead', hash: step.hash, policy: wantedPolicy(state.stage), asOf, at: asOf })
  }
  if (step._tag === 'Look') {
    const late = Math.max(at, step.settleUntil) as Instant
    return give({ ...play, now: late }, { _tag: 'RecordLook', attempt: step.attempt.id, found: [], lookedAt: late, at: late })
  }
  const begun = give(play, stepCommand(play, step, 0))
  const request = requestOf(begun.turnings[begun.turnings.length - 1]?.command ?? { _tag: 'RetryNow', at }, step)
  return request === null ? begun : give(begun, reportOf(request, begun, 0))
}
