import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { money } from '../../domain/alerts/words.js'
import type { KeyEvent } from '../../domain/key/event.js'
import type { RotationMode } from '../../domain/key/rotation-event.js'
import type { KeyState } from '../../domain/key/state.js'
import { isSettled } from '../../domain/key/underway.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import { between, type Instant } from '../../domain/shared/instant.js'
import { advance } from '../advance.js'
import { patience, startBudget } from '../budget.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import type { ChangeReport } from '../reports.js'
import type { Advanced } from '../run.js'
import { refusalError, transact } from '../transact.js'
import { isoOf } from '../view-key.js'
import { begunAnd, hurry } from './begun.js'
import { changeReport, incomplete, lastOf, undoneError } from './outcome.js'

/** A key that expires is replaced by one that lives as long. */
export const successorExpiry = ({ stage }: KeyState, at: Instant): Instant | null => {
  if (!('key' in stage)) return null
  const { generationAt, spec } = stage.key.incarnation
  if (spec.expiresAt === null) return null
  const whole = Math.floor((at + between(generationAt, spec.expiresAt)) / 1000) * 1000
  return whole as Instant
}

const undone = (deps: Deps, name: KeyName, advanced: Advanced): TE.TaskEither<VaultError, ChangeReport> | null => {
  const { rotation, stage, strays } = advanced.state
  const end = lastOf(advanced.events, 'RotationRolledBack')
  if (rotation !== null || end === null) return null
  if (end.cause.kind === 'user') return TE.left({ _tag: 'KeyBeingRemoved', name })
  if (stage._tag !== 'Held' || strays.length > 0) return TE.right(incomplete(name, advanced))
  if (stage.key.remote._tag === 'Absent') return TE.left({ _tag: 'KeyVanished', name })
  return isSettled(stage.key) ? undoneError(deps, end.cause) : TE.right(incomplete(name, advanced))
}

const proofIn = (events: ReadonlyArray<KeyEvent>): ChangeReport['proof'] => {
  const ends = events.flatMap((event) =>
    event.type === 'OtherKeyChanged' && event.of === 'predecessor' && event.fact.type === 'Removed' ? [event.fact] : [],
  )
  return ends[0]?.proof?.strength ?? null
}

const untried = ({ rotation }: KeyState): boolean =>
  rotation?._tag === 'Retiring' && rotation.other._tag === 'Outstanding' && rotation.other.stall.failures === 0

/** Both keys can work only on what is left beyond what may still come in late. */
const shareNotes = (advanced: Advanced, { grace, leaked }: RotationMode): ReadonlyArray<string> => {
  const split = lastOf(advanced.events, 'BudgetSplit')
  if (split === null || split.predecessor > 0n || grace === 0 || leaked) return []
  const late = money(split.lagBound)
  return [`too little was left for two keys (usage of up to ${late} may come in late), so the old one did not work on beside the new one`]
}

/** Whoever counts on the whole limit must know that somebody has to give it back, and when. */
const turnNotes = ({ advanced, now }: { readonly advanced: Advanced; readonly now: Instant }): ReadonlyArray<string> => {
  const { stage } = advanced.state
  const cap = stage._tag === 'Held' ? stage.key.cap : null
  if (cap === null || cap.until === null || cap.until <= now) return []
  const until = `until ${isoOf(cap.until)} the key has the ${money(cap.limit)} that were left of its limit`
  // Under two limits a day turns first, and what is left of the month comes next.
  const then = cap.next === null ? 'its own limit' : 'what is left of its other limit'
  return [`${until}; ${then} is set by lean-vault watch then, or by the next lean-vault reconcile`]
}

/** The report of a rotation that has come as far as it should by now; `null` where something is left to do. */
const doneReport = (name: KeyName, mode: RotationMode, advanced: Advanced, now: Instant): ChangeReport | null => {
  const { rotation } = advanced.state
  if (rotation === null) {
    const notes = [...shareNotes(advanced, mode), ...turnNotes({ advanced, now })]
    return changeReport(name, 'rotated', advanced, { remote: 'live', proof: proofIn(advanced.events), notes })
  }
  if (rotation._tag !== 'Retiring' || rotation.overlapUntil <= now || !untried(advanced.state)) return null
  const notes = [`the old key works too until ${isoOf(rotation.overlapUntil)}; lean-vault get ${name} --previous gives it`]
  return changeReport(name, 'rotated', advanced, { remote: 'live', notes })
}

const conclude = (deps: Deps, name: KeyName, mode: RotationMode, advanced: Advanced): TE.TaskEither<VaultError, ChangeReport> => {
  const { rotation, stage } = advanced.state
  if (advanced.stop._tag === 'LogFailed') return TE.right(incomplete(name, advanced))
  const failed = undone(deps, name, advanced)
  if (failed !== null) return failed
  if (stage._tag !== 'Held') return TE.left({ _tag: 'KeyBeingRemoved', name })
  const done = advanced.stop._tag === 'Settled' && isSettled(stage.key) ? doneReport(name, mode, advanced, deps.clock.now()) : null
  return TE.right(done ?? incomplete(name, advanced, { remote: rotation?._tag === 'Retiring' ? 'outstanding' : 'live' }))
}

const begin = (deps: Deps, name: KeyName, mode: RotationMode, scheduled: number | null): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> =>
  pipe(
    transact(deps, name, (state) => {
      const at = deps.clock.now()
      return { _tag: 'Rotate', mode, expiresAt: successorExpiry(state, at), ...(scheduled === null ? {} : { scheduled }), at }
    }),
    TE.flatMap((done): TE.TaskEither<VaultError, ReadonlyArray<KeyEvent>> => {
      if (done._tag === 'Done') return TE.right(done.events)
      // Another process was first with what a schedule asks for.
      if (done.refusal._tag === 'NotDue') return TE.left({ _tag: 'KeyBusy', name, until: null })
      return done.refusal._tag === 'AlreadySettled' ? TE.right([]) : TE.left(refusalError(name, done.refusal, done.state))
    }),
  )

/**
 * Replaces a key: makes its successor, proves that it works, shares out what is left to spend, switches, and ends the old key
 * after the overlap. Asked again, it goes on where it stood. `scheduled`: the generation that a schedule wants replaced, and no other.
 */
export const rotate = (deps: Deps, name: KeyName, mode: RotationMode, scheduled: number | null = null): TE.TaskEither<VaultError, ChangeReport> => {
  const budget = { ...startBudget(deps.clock, deps.timing.retryBudget), patience }
  return pipe(
    begin(deps, name, mode, scheduled),
    TE.flatMap((begun) => begunAnd(begun, hurry(deps, name))),
    TE.flatMap((events) => advance(deps, name, budget, events)),
    TE.flatMap((advanced) => conclude(deps, name, mode, advanced)),
  )
}
