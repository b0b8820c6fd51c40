import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Clock, Random } from '../../application/ports/environment.js'
import { isRetryable, type RemoteError, retryAfterOf } from '../../application/ports/remote-error.js'
import type { Millis } from '../../domain/shared/instant.js'
import { type Operation, repeatabilityOf } from './operation.js'
import type { Send } from './send.js'

/** When and what to repeat. All times are milliseconds of the monotonic clock. */
export interface Repeating {
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>
  readonly random: Pick<Random, 'fraction'>
  /** When a request first sent at `begun` is repeated no more. The last try may end one request's time-out later. */
  readonly deadline: (begun: Millis) => Millis
  /** `reads` by default. `changes` repeats updates and revocations too; the creation of a key is never repeated. */
  readonly repeats?: 'reads' | 'changes'
  /** True once the program was asked to stop: nothing is repeated any more. */
  readonly stopping?: () => boolean
}

const firstPause = 500
const longestPause = 8000
// A clock that stands still must not turn repeating into a storm.
const mostTries = 100

/** Each request may be repeated for `budget` from its first try. */
export const forEachRequest =
  (budget: Millis): Repeating['deadline'] =>
  (begun) =>
    (begun + budget) as Millis

/** All requests together may be repeated for `budget` from now. */
export const forAllRequests = (clock: Pick<Clock, 'monotonic'>, budget: Millis): Repeating['deadline'] => {
  const end = (clock.monotonic() + budget) as Millis
  return () => end
}

type Decision = { readonly _tag: 'Wait'; readonly pause: Millis } | { readonly _tag: 'Stop'; readonly why: string }

const isRedirect = (error: RemoteError): boolean =>
  error._tag === 'OutcomeUnknown' && error.status !== null && error.status >= 300 && error.status <= 399

const plural = (tries: number): string => (tries === 1 ? 'once' : `${tries} times`)

/**
 * Full jitter: a pause anywhere between nothing and a ceiling that doubles, so that clients that failed together do not come
 * back together. An asked pause is kept whole and the jitter added to it.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
const decide = (error: RemoteError, tries: number, left: number, fraction: number): Decision => {
  const asked = retryAfterOf(error)
  if (left <= 0 || tries >= mostTries) return { _tag: 'Stop', why: `tried ${plural(tries)}; the time for repeating is over` }
  if (asked !== null && asked > left) {
    const wait = Math.ceil(asked / 1000)
    return { _tag: 'Stop', why: `tried ${plural(tries)}; OpenRouter asks to wait ${wait} s, longer than may be waited` }
  }
  const ceiling = Math.min(longestPause, firstPause * 2 ** (tries - 1))
  return { _tag: 'Wait', pause: Math.round(Math.min(left, (asked ?? 0) + fraction * ceiling)) as Millis }
}

const saying = (error: RemoteError, why: string): RemoteError => ({ ...error, message: `${error.message} (${why})` })

/**
 * Repeats single requests whose failure may pass, until they are answered or the deadline comes.
 * It works on requests and not on the client, so that a listing repeats the page that failed instead of starting again.
 * A redirect is not repeated: it would be the same the next time.
 */
export const withRetries = (repeating: Repeating) => {
  const { clock, random, deadline, repeats = 'reads', stopping = () => false } = repeating

  const mayRepeat = (operation: Operation): boolean => {
    const kind = repeatabilityOf(operation)
    return kind === 'read' || (kind === 'set' && repeats === 'changes')
  }

  return (send: Send): Send =>
    (operation, bearer, read) => {
      const once = send(operation, bearer, read)
      if (!mayRepeat(operation)) return once

      const attempt = (tries: number, end: Millis): typeof once =>
        pipe(
          once,
          TE.orElse((error) => {
            if (!isRetryable(error) || isRedirect(error) || stopping()) return TE.left(error)
            const next = decide(error, tries, end - clock.monotonic(), random.fraction())
            if (next._tag === 'Stop') return TE.left(saying(error, next.why))
            return pipe(
              TE.fromTask(clock.sleep(next.pause)),
              TE.flatMap(() => (stopping() ? TE.left(error) : attempt(tries + 1, end))),
            )
          }),
        )

      return () => attempt(1, deadline(clock.monotonic()))()
    }
}
