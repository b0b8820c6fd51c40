import { isRight } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Millis } from '../../domain/shared/instant.js'
import { advance } from '../advance.js'
import { type Budget, pauseBefore, remaining, untilThen } from '../budget.js'
import type { Deps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { ownView, type TakenView, takeView, type ViewSource } from '../perform/account-view.js'
import { provableFrom } from '../perform/prove.js'
import { type Advanced, cameToSomething, failedAfterWork, type Stop } from '../run.js'
import { isFromAnotherClock } from '../settled-date.js'

/** How far one name has come. */
export interface Turn {
  readonly name: KeyName
  readonly advanced: Advanced
}

type ProofDue = Extract<Stop, { readonly _tag: 'ProofDue' }>

/** More rounds than one name has keys to prove dead one after the other; then each looks for itself. */
const mostRounds = 8

const proofOf = ({ advanced: { stop } }: Turn): ProofDue | null => (stop._tag === 'ProofDue' ? stop : null)

const waitOf = (deps: Deps, { proof }: ProofDue): Millis => {
  const from = provableFrom(deps, proof)
  if (from === null) return 0 as Millis
  return isFromAnotherClock(deps, from) ? deps.timing.settle : untilThen(deps.clock, from)
}

/** Repeats as long as the budget lasts, so that not every key has to find out by itself that OpenRouter cannot be read. */
const takeWithin = (deps: Deps, budget: Budget, failures = 0): T.Task<TakenView> =>
  pipe(
    takeView(deps),
    T.flatMap((taken) => {
      if (isRight(taken) || taken.left._tag !== 'Again' || deps.process.stopping()) return T.of(taken)
      const pause = pauseBefore(deps.random, failures, taken.left.retryAfter)
      if (pause >= remaining(deps.clock, budget)) return T.of(taken)
      return pipe(
        deps.clock.sleep(pause),
        T.flatMap(() => takeWithin(deps, budget, failures + 1)),
      )
    }),
  )

/** Waits until every proof may begin, and takes one view for all of them. */
const shareView = (
  deps: Deps,
  budget: Budget,
  due: ReadonlyArray<ProofDue>,
): T.Task<(proof: ProofDue) => ViewSource> => {
  const waits = new Map(due.map((each) => [each, waitOf(deps, each)]))
  const longest = Math.max(...waits.values()) as Millis
  // A clock that was put back meanwhile makes a date that has passed a date to come; one from another clock is waited out once.
  const wasWaitedFor = (each: ProofDue): boolean => {
    const from = provableFrom(deps, each.proof)
    return from === null || isFromAnotherClock(deps, from)
  }
  return pipe(
    longest === 0 ? T.of(undefined) : deps.clock.sleep(longest),
    T.map(() => new Set(due.filter(wasWaitedFor))),
    T.bindTo('ready'),
    T.bind('view', () => takeWithin(deps, budget)),
    T.map(({ ready, view }) => (each): ViewSource => {
      const { proof, version } = each
      return ready.has(each) ? { _tag: 'Shared', hash: proof.hash, version, view } : ownView
    }),
  )
}

/**
 * Brings turns that stopped before a proof to their end. Several share one view of the account: all their keys are deleted
 * before it is taken, so that one listing is evidence for each.
 */
export const proveTogether = (
  deps: Deps,
  budget: Budget,
  turns: ReadonlyArray<Turn>,
  rounds: number = mostRounds,
): TE.TaskEither<VaultError, ReadonlyArray<Turn>> => {
  const due = turns.flatMap((turn) => proofOf(turn) ?? [])
  if (due.length === 0) return TE.right(turns)
  const alone = due.length === 1 || rounds === 0 || deps.process.stopping()
  const goOn = (viewFor: (proof: ProofDue) => ViewSource): TE.TaskEither<VaultError, ReadonlyArray<Turn>> =>
    TE.traverseSeqArray((turn: Turn) => {
      const proof = proofOf(turn)
      if (proof === null) return TE.right<VaultError, Turn>(turn)
      return pipe(
        advance(deps, turn.name, budget, turn.advanced.events, viewFor(proof)),
        TE.orElse((error) => (turns.some(({ advanced }) => cameToSomething(advanced)) ? failedAfterWork(turn.advanced, error) : TE.left(error))),
        TE.map((advanced): Turn => ({ name: turn.name, advanced })),
      )
    })(turns)
  if (alone) return goOn(() => ownView)
  return pipe(
    TE.fromTask(shareView(deps, budget, due)),
    TE.flatMap(goOn),
    TE.flatMap((next) => proveTogether(deps, budget, next, rounds - 1)),
  )
}
