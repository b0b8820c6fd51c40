import { isNonEmpty } from 'fp-ts/lib/ReadonlyArray.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import type { Lineage } from '../../domain/shared/identifiers.js'
import { type Instant, instant } from '../../domain/shared/instant.js'
import { type Picodollars, zero } from '../../domain/shared/picodollars.js'
import { decideReading, seenAgain } from '../../domain/spend/decide-reading.js'
import { defaultAssumptions, overshootBound } from '../../domain/spend/overshoot.js'
import { newborn, type SpendState } from '../../domain/spend/spend-state.js'
import type { LocalDeps } from '../deps.js'
import { unavailable, type VaultError } from '../errors.js'
import type { RemoteUsage } from '../ports/open-router-client.js'
import type { LogUnavailable, StreamAppend, VersionConflict } from '../ports/event-log.js'
import { forgetSpending } from '../spend-memory.js'
import { type LoadedSpend, loadSpends, spendAppends } from '../spend-store.js'

/** What OpenRouter told of one lineage's keys. */
export interface UsageRead {
  readonly lineage: Lineage
  readonly bornAt: Instant
  readonly usage: Omit<RemoteUsage, 'byok'>
  /** An earlier key of the lineage is dead: the last that was read of it may be less than it spent. */
  readonly rotated: boolean
}

/**
 * What is to be recorded in one commit with readings of these lineages; `pending` are the readings, not recorded yet.
 */
export type BesideReadings = (
  pending: ReadonlyArray<StreamAppend>,
  lineages: ReadonlyArray<Lineage>,
) => TE.TaskEither<VaultError, ReadonlyArray<StreamAppend>>

type Recording = Pick<LocalDeps, 'log' | 'spendEvents' | 'spendMemory' | 'notes'>

const seenPrefix = 'seen/'

/** When each lineage was last seen unchanged. */
const readSeen = (deps: Pick<LocalDeps, 'notes'>, prefix: string): TE.TaskEither<VaultError, ReadonlyMap<string, Instant>> =>
  pipe(
    deps.notes.read(prefix),
    TE.mapLeft(unavailable),
    TE.map(
      (notes) =>
        new Map(
          [...notes].flatMap(([name, value]) => {
            const at = instant(Number(value))
            return at._tag === 'Right' ? [[name.slice(seenPrefix.length), at.right] as const] : []
          }),
        ),
    ),
  )

/** What is known of the spending of each lineage, as fresh as it was ever seen; a lineage that was never read is missing. */
export const knownSpending = (
  deps: Recording,
  lineages: ReadonlyArray<Lineage>,
): TE.TaskEither<VaultError, ReadonlyMap<Lineage, SpendState>> => {
  const [only] = lineages
  return pipe(
    TE.Do,
    TE.bind('spends', () => loadSpends(deps, lineages)),
    TE.bind('seen', () => readSeen(deps, lineages.length === 1 ? `${seenPrefix}${only ?? ''}` : seenPrefix)),
    TE.map(
      ({ spends, seen }) =>
        new Map(
          [...spends].flatMap(([lineage, { state }]) =>
            state === null ? [] : [[lineage, seenAgain(state, seen.get(lineage) ?? null)] as const],
          ),
        ),
    ),
  )
}

interface OneDecided {
  readonly lineage: Lineage
  readonly appends: ReadonlyArray<StreamAppend>
}

interface Decided {
  readonly appends: ReadonlyArray<StreamAppend>
  readonly changed: ReadonlyArray<Lineage>
  readonly unchanged: ReadonlyArray<Lineage>
}

/** What a dead key spent last, and nobody measured: no more than usage can lag behind. */
const unmeasured = overshootBound(defaultAssumptions, 'native')

const notBelow = (known: Picodollars, total: Picodollars | null): Picodollars | null =>
  total !== null && total < known && known - total <= unmeasured ? known : total

const decideAll = (
  deps: Recording,
  reads: ReadonlyArray<UsageRead>,
  spends: ReadonlyMap<Lineage, LoadedSpend>,
  at: Instant,
): Decided => {
  const decided = reads.flatMap(({ lineage, bornAt, rotated, usage }): ReadonlyArray<OneDecided> => {
    const loaded = spends.get(lineage)
    if (loaded === undefined) return []
    const { day, week, month } = usage
    const total = rotated ? notBelow(loaded.state?.last.total ?? zero, usage.total) : usage.total
    const events = decideReading(loaded.state ?? newborn(bornAt), { at, total, day, week, month })
    if (isNonEmpty(events)) return [{ lineage, appends: spendAppends(deps, loaded, bornAt, events) }]
    // A key that has spent nothing since its birth: its first reading is a fact, for from now on nothing is known, and not unknown.
    if (loaded.state !== null) return [{ lineage, appends: [] }]
    const first = total === null ? [] : [{ type: 'UsageObserved' as const, total, day, week, month, at }]
    return isNonEmpty(first) ? [{ lineage, appends: spendAppends(deps, loaded, bornAt, first) }] : []
  })
  return {
    appends: decided.flatMap(({ appends }) => appends),
    changed: decided.filter(({ appends }) => appends.length > 0).map(({ lineage }) => lineage),
    unchanged: decided.filter(({ appends }) => appends.length === 0).map(({ lineage }) => lineage),
  }
}

const mostConflicts = 16

/**
 * Records what changed, all of it in one commit, and notes when the rest was seen unchanged. `at` is when OpenRouter was asked.
 * Somebody else's commit in between: all is decided anew. Gives what was recorded beside.
 */
export const recordReadings = (
  deps: Recording,
  reads: ReadonlyArray<UsageRead>,
  at: Instant,
  beside: BesideReadings = () => TE.right([]),
  conflicts = 0,
): TE.TaskEither<VaultError, ReadonlyArray<StreamAppend>> =>
  pipe(
    loadSpends(
      deps,
      reads.map(({ lineage }) => lineage),
    ),
    TE.flatMap((spends) => {
      const { appends, changed, unchanged } = decideAll(deps, reads, spends, at)
      const noted = pipe(
        deps.notes.write(new Map(unchanged.map((lineage) => [`${seenPrefix}${lineage}`, String(at)]))),
        TE.mapLeft(unavailable),
      )
      if (!isNonEmpty(appends)) return TE.map((): ReadonlyArray<StreamAppend> => [])(noted)
      const again = (error: VersionConflict | LogUnavailable): TE.TaskEither<VaultError, ReadonlyArray<StreamAppend>> => {
        if (error._tag === 'LogUnavailable') return TE.left(unavailable(error))
        forgetSpending(deps)
        return conflicts < mostConflicts
          ? recordReadings(deps, reads, at, beside, conflicts + 1)
          : TE.left({ _tag: 'Unexpected', message: 'the spend streams kept changing' })
      }
      const commit = (more: ReadonlyArray<StreamAppend>): TE.TaskEither<VersionConflict | LogUnavailable, void> =>
        deps.log.commit({ appends: [appends[0], ...appends.slice(1), ...more], seal: [] })
      return pipe(
        beside(appends, changed),
        TE.flatMap((more) => TE.matchE(again, () => TE.map(() => more)(noted))(commit(more))),
      )
    }),
  )
