import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { LogUnavailable } from '../../application/ports/event-log.js'
import type { Millis } from '../../domain/shared/instant.js'

/** How long to go on trying while others write. */
export interface Patience {
  /** From the first try on, ms. */
  readonly patience: Millis
  /** Once aborted, nothing is tried again. */
  readonly stop: AbortSignal | null
}

/** Long enough to let a request's answer or a signal in, ms. */
const pause = 25

const isBusy = (problem: unknown): boolean => {
  // Whatever else a task may fail with has other tags.
  const { _tag, reason, wroteNothing } = problem as Partial<LogUnavailable>
  return _tag === 'LogUnavailable' && reason === 'locked' && wroteNothing === true
}

/** Since some moment. `performance` would load two milliseconds of Node for its first word, which `get` would feel. */
const milliseconds = (): number => Number(process.hrtime.bigint() / 1_000_000n)

/**
 * Tries again what found others writing and wrote nothing itself. SQLite lets waiting writers in by chance, not in turn, so
 * among many one may miss every gap of its own wait; and that wait lets nothing else of this process happen.
 */
export const patiently =
  <Error, A>({ patience, stop }: Patience, attempt: () => E.Either<Error, A>): TaskEither<Error, A> =>
  async () => {
    const until = milliseconds() + patience
    for (;;) {
      const answer = attempt()
      if (E.isRight(answer) || !isBusy(answer.left) || milliseconds() >= until || stop?.aborted === true) return answer
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
