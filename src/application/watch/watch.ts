import { type Either, isLeft } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Millis } from '../../domain/shared/instant.js'
import type { LocalDeps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { isoOf } from '../view-key.js'
import { endLease, takeLease } from './watch-lease.js'
import { type WatchDeps, watchPass } from './watch-pass.js'
import { emptyReport, failedReport, type WatchReport } from './watch-report.js'

/** Opens what a pass needs; each pass anew, so that a changed management key is met by the next one. */
export type OpenWatch = () => TE.TaskEither<VaultError, WatchDeps>

/** Until a watcher that died without a word may be followed by another one: two passes and what they may take. */
const leaseFor = (interval: Millis): Millis => (2 * interval + 60_000) as Millis
/** Readings that are older than this although a watcher is at work are worth an alert. */
const freshFor = (interval: Millis): Millis => (5 * interval + 120_000) as Millis

const standby = (at: string): WatchReport => ({ ...emptyReport(at), state: 'standby', problem: 'another watcher is at work' })

/** One pass, unless another watcher is at work. */
export const watchOnce = (local: LocalDeps, open: OpenWatch, interval: Millis): TE.TaskEither<VaultError, WatchReport> => {
  const at = isoOf(local.clock.now())
  return pipe(
    takeLease(local, leaseFor(interval)),
    TE.flatMap((mine): TE.TaskEither<VaultError, WatchReport> =>
      mine
        ? pipe(
            open(),
            TE.flatMap((deps) => watchPass(deps, freshFor(interval))),
          )
        : TE.right(standby(at)),
    ),
  )
}

/** Up to a tenth of the interval, so that watchers that were started together do not ask together. */
const jittered = ({ random }: LocalDeps, interval: Millis): Millis => Math.round(interval * (0.95 + random.fraction() * 0.1)) as Millis

/** Passes, one each interval from beginning to beginning, until the program is asked to stop; then the lease is given back. An interval that cannot be is the only, failed, report. */
export const watchOn = async function* (
  local: LocalDeps,
  open: OpenWatch,
  asked: Either<VaultError, Millis>,
): AsyncGenerator<WatchReport, void, void> {
  if (isLeft(asked)) return yield failedReport(isoOf(local.clock.now()), asked.left)
  const interval = asked.right
  try {
    while (!local.process.stopping()) {
      const began = local.clock.monotonic()
      const at = isoOf(local.clock.now())
      const done = await watchOnce(local, open, interval)()
      yield isLeft(done) ? failedReport(at, done.left) : done.right
      const taken = local.clock.monotonic() - began
      await local.clock.sleep(Math.max(1_000, jittered(local, interval) - taken) as Millis)()
    }
  } finally {
    await endLease(local)()
  }
}
