import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

const patience = 10_000

/**
 * Tells a monitoring service that a pass went well, by one GET. No redirect is followed and no proxy used; the answer's body is not
 * read. Of the address, which may bear a token, nothing is told.
 */
export const ping = (url: string): TE.TaskEither<string, void> =>
  pipe(
    TE.tryCatch(
      async () => {
        const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(patience) })
        await answer.body?.cancel()
        return answer
      },
      () => 'it could not be reached',
    ),
    TE.flatMap(({ ok, status }) => (ok ? TE.right(undefined) : TE.left(`it answered ${String(status)}`))),
  )
