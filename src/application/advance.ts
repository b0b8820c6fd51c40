import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Cause } from '../domain/key/cause.js'
import type { KeyEvent } from '../domain/key/event.js'
import type { NextStep, Step } from '../domain/key/step.js'
import { stagesOf } from '../domain/key/rotation.js'
import { birthLimits } from '../domain/key/spec.js'
import type { StageTag } from '../domain/key/state.js'
import type { KeyName } from '../domain/shared/identifiers.js'
import type { Instant, Millis } from '../domain/shared/instant.js'
import { type Budget, pauseBefore, remaining, untilThen } from './budget.js'
import type { Deps } from './deps.js'
import type { VaultError } from './errors.js'
import { type Loaded, loadKey } from './key-store.js'
import { giveUp } from './give-up.js'
import { ownView, viewAfter, type ViewSource } from './perform/account-view.js'
import { perform } from './perform/perform.js'
import type { Progress } from './perform/progress.js'
import { type Advanced, begin, finished, type Run, stop } from './run.js'

const mostCreations = 4
const mostOvertakings = 256
const mostGiveUps = 4
/** Others mostly end long before their claims do, so the log is read again meanwhile. Milliseconds. */
const longestWait = 1_000
/** Nobody else ends this wait early, but its owner may want to stop. Milliseconds. */
const longestPatience = 5_000
const mostFactsWithoutPause = 96

/** A second POST is a repetition, and belongs to the budget; the one-cent attempt after a refused zero is not. */
const creationsLeft = (deps: Deps, budget: Budget, loaded: Loaded): boolean => {
  const stage = stagesOf(loaded.state).find((each) => each._tag === 'CreateDue')
  if (stage?._tag !== 'CreateDue') return true
  const repeats = stage.tries - (stage.birthLimit === birthLimits.none ? 0 : 1)
  return repeats <= 0 || (repeats < mostCreations && remaining(deps.clock, budget) > 0)
}

const isIn = ({ state }: Loaded, tag: StageTag): boolean => stagesOf(state).some(({ _tag }) => _tag === tag)

const timeIsUp: Cause = { kind: 'unreachable', status: null, message: 'OpenRouter kept failing' }
const contradiction: Cause = { kind: 'not-proven', status: null, message: 'OpenRouter keeps contradicting itself' }

/**
 * Drives one name until nothing is due: fold, ask for the step, perform it, record its outcome. A fresh command, a repeat,
 * a reconcile and the recovery after a crash are this one loop. `view`: how its proofs look at the account.
 */
export const advance = (
  deps: Deps,
  name: KeyName,
  budget: Budget,
  before: ReadonlyArray<KeyEvent> = [],
  view: ViewSource = ownView,
): TE.TaskEither<VaultError, Advanced> => {
  const go = (run: Run): TE.TaskEither<VaultError, Advanced> =>
    pipe(
      loadKey(deps, name),
      TE.matchE(
        (error) => (run.events.length === 0 ? TE.left(error) : failedLog(run, error)),
        (loaded) => turn(loaded, { ...run, state: loaded.state }),
      ),
    )

  const turn = (loaded: Loaded, run: Run): TE.TaskEither<VaultError, Advanced> => {
    if (deps.process.stopping()) return stop(loaded, run, { _tag: 'Stopped' })
    const next = deps.protocol.decider.nextStep(loaded.state, deps.clock.now())
    switch (next._tag) {
      case 'None':
        return finished(loaded, run)
      case 'Later':
        return later(loaded, run, next)
      case 'Due':
        return due(loaded, run, next.step)
    }
  }

  const later = (
    loaded: Loaded,
    run: Run,
    next: Extract<NextStep, { readonly _tag: 'Later' }>,
  ): TE.TaskEither<VaultError, Advanced> => {
    const { at } = next
    if (next.why === 'waiting') return finished(loaded, run)
    if (next.why === 'settling') return untilThen(deps.clock, at) > (budget.patience ?? 0) ? finished(loaded, run) : sleeping(run, at, longestPatience)
    if (next.why === 'backing-off')
      return run.gaveUp === null ? stop(loaded, run, { _tag: 'BackingOff', until: at }) : finished(loaded, run)
    if (deps.process.isGone(next.owner)) return due(loaded, run, { _tag: 'CloseClaim', attempt: next.attempt, until: at })
    const pause = untilThen(deps.clock, at)
    return pause <= remaining(deps.clock, budget) ? sleeping(run, at) : stop(loaded, run, { _tag: 'InFlight', until: at })
  }

  const sleeping = (run: Run, at: Instant, longest = longestWait): TE.TaskEither<VaultError, Advanced> =>
    pipe(
      TE.fromTask(deps.clock.sleep(Math.min(untilThen(deps.clock, at), longest) as Millis)),
      TE.flatMap(() => go(run)),
    )

  const due = (loaded: Loaded, run: Run, step: Step): TE.TaskEither<VaultError, Advanced> => {
    if (step._tag === 'Create' && !creationsLeft(deps, budget, loaded))
      return givingUp(loaded, run, run.lastCause ?? timeIsUp)
    if (step._tag === 'Prove' && run.view._tag === 'Deferred')
      return stop(loaded, run, { _tag: 'ProofDue', proof: step, version: loaded.version })
    return pipe(
      TE.fromTask(perform(deps, name, loaded, step, run.view)),
      TE.flatMap((progress) => onProgress(loaded, { ...run, view: viewAfter(run.view, progress) }, progress)),
    )
  }

  const onProgress = (loaded: Loaded, run: Run, progress: Progress): TE.TaskEither<VaultError, Advanced> => {
    switch (progress._tag) {
      case 'Overtaken':
        return run.overtaken >= mostOvertakings
          ? TE.left({ _tag: 'KeyBusy', name, until: null })
          : go({ ...run, overtaken: run.overtaken + 1 })
      case 'Recorded': {
        const next = { ...run, events: [...run.events, ...progress.events] }
        return progress.failed === null && next.events.length <= mostFactsWithoutPause
          ? go(next)
          : pausing(loaded, next, progress.failed ?? contradiction, progress.retryAfter)
      }
      case 'NotYet':
        return pipe(
          TE.fromTask(deps.clock.sleep(untilThen(deps.clock, progress.at))),
          TE.flatMap(() => go(run)),
        )
      case 'Again':
        return pausing(loaded, run, progress.cause, progress.retryAfter)
      case 'Hopeless':
        return givingUp(loaded, run, progress.cause)
      case 'Unrecorded':
        return failedLog({ ...run, events: [...run.events, ...progress.events] }, progress.error)
    }
  }

  /**
   * After a failure that may pass: wait and go on, or give up when the budget does not allow the wait. What succeeds in
   * between does not shorten the waits: answers that contradict each other would drive the loop round at full speed.
   */
  const pausing = (
    loaded: Loaded,
    run: Run,
    cause: Cause,
    asked: Millis | null,
  ): TE.TaskEither<VaultError, Advanced> => {
    const pause = pauseBefore(deps.random, run.failures, asked)
    const next: Run = { ...run, failures: run.failures + 1, lastCause: cause }
    if (pause >= remaining(deps.clock, budget)) return settlingOrGivingUp(loaded, next, cause)
    return pipe(
      TE.fromTask(deps.clock.sleep(pause)),
      TE.flatMap(() => go(next)),
    )
  }

  /** A lost create is always looked for once, whatever the budget: only then can anybody say that all is as before. */
  const settlingOrGivingUp = (loaded: Loaded, run: Run, cause: Cause): TE.TaskEither<VaultError, Advanced> =>
    pipe(
      loadKey(deps, name),
      TE.matchE(
        (error) => failedLog(run, error),
        (now) => {
          const fresh = isIn(now, 'CreateUnknown') && isIn(loaded, 'CreateDue')
          return fresh ? turn(now, run) : givingUp(now, run, cause)
        },
      ),
    )

  const givingUp = (loaded: Loaded, run: Run, cause: Cause): TE.TaskEither<VaultError, Advanced> => {
    if (run.giveUps >= mostGiveUps) return finished(loaded, run)
    const next: Run = { ...run, gaveUp: run.gaveUp ?? cause, giveUps: run.giveUps + 1 }
    return pipe(
      TE.fromTask(giveUp(deps, name, loaded, cause)),
      TE.flatMap((progress) => {
        if (progress._tag === 'Unrecorded') return failedLog(next, progress.error)
        if (progress._tag !== 'Recorded' || progress.events.length === 0) return finishing(next)
        return go({ ...next, events: [...next.events, ...progress.events] })
      }),
    )
  }

  /** Nothing could be recorded about giving up: what is pending stays pending. */
  const finishing = (run: Run): TE.TaskEither<VaultError, Advanced> =>
    pipe(
      loadKey(deps, name),
      TE.matchE(
        (error) => failedLog(run, error),
        (loaded) => finished(loaded, run),
      ),
    )

  const failedLog = (run: Run, error: VaultError): TE.TaskEither<VaultError, Advanced> =>
    run.events.length === 0
      ? TE.left(error)
      : TE.right({ state: run.state, events: run.events, stop: { _tag: 'LogFailed', error } })

  return go(begin(deps.protocol.decider.initial, before, view))
}
