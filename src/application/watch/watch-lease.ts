import { pipe } from 'fp-ts/lib/function.js'
import type { Task } from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { OwnerId } from '../../domain/shared/identifiers.js'
import { type Instant, type Millis, plus } from '../../domain/shared/instant.js'
import type { LocalDeps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import { heartbeatNote } from '../watcher-heartbeat.js'

const leaseNote = 'watcher/lease'

type Deps = Pick<LocalDeps, 'notes' | 'clock' | 'process'>

interface Lease {
  readonly owner: OwnerId
  readonly until: number
}

/** `null` for what is no lease: it keeps nobody from watching. */
const read = (text: string | null): Lease | null => {
  const at = text?.indexOf(' ') ?? -1
  if (text === null || at < 0) return null
  const until = Number(text.slice(0, at))
  return Number.isFinite(until) ? { until, owner: text.slice(at + 1) as OwnerId } : null
}

const isFree = (lease: Lease | null, { clock, process }: Deps, longest: Millis): boolean => {
  if (lease === null || lease.owner === process.owner || process.isGone(lease.owner)) return true
  const now = clock.now()
  // A date further ahead than any lease is of another clock.
  return lease.until <= now || lease.until > now + longest
}

/**
 * Takes or prolongs the right to watch this vault, for `length`. It only spares OpenRouter and the log a second watcher's work: nothing
 * is wrong when two watch. Answers false while another process has it.
 */
export const takeLease = (deps: Deps, length: Millis): TE.TaskEither<VaultError, boolean> =>
  pipe(
    deps.notes.read(leaseNote),
    TE.map((notes) => notes.get(leaseNote) ?? null),
    TE.flatMap((before) =>
      isFree(read(before), deps, length)
        ? deps.notes.swap(leaseNote, before, `${String(plus(deps.clock.now(), length))} ${deps.process.owner}`)
        : TE.right(false),
    ),
    TE.mapLeft(unavailable),
  )

/** Gives the lease back, so that another watcher need not wait for its end; one that cannot be given back ends by itself. */
export const endLease = (deps: Deps): Task<void> =>
  pipe(
    deps.notes.read(leaseNote),
    TE.map((notes) => notes.get(leaseNote) ?? null),
    TE.flatMap((before) =>
      read(before)?.owner === deps.process.owner ? deps.notes.swap(leaseNote, before, null) : TE.right(false),
    ),
    TE.match(
      () => undefined,
      () => undefined,
    ),
  )

/** Tells everybody that a watcher is at work. */
export const beat = (deps: Deps, at: Instant): TE.TaskEither<VaultError, void> =>
  pipe(deps.notes.write(new Map([[heartbeatNote, String(at)]])), TE.mapLeft(unavailable))
