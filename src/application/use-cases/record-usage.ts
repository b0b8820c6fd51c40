import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { heldKey } from '../../domain/key/view.js'
import type { Incarnation } from '../../domain/key/state.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import { fromDecimalDollars, type Picodollars } from '../../domain/shared/picodollars.js'
import type { SpendEvent } from '../../domain/spend/event.js'
import type { LocalDeps } from '../deps.js'
import { invalidInput, unavailable, type VaultError } from '../errors.js'
import { loadKey } from '../key-store.js'
import { forgetSpending } from '../spend-memory.js'
import { type LoadedSpend, loadMonth, nothingKnown, spendAppends, spendMonths } from '../spend-store.js'
import type { RecordedUsage } from '../reports.js'

const generationForm = /^[\x21-\x7e]{1,128}$/

const parse = (cost: string | number, generation: unknown): TE.TaskEither<VaultError, Picodollars> => {
  if (typeof generation !== 'string' || !generationForm.test(generation))
    return TE.left({ _tag: 'InvalidInput', field: 'generationId', rule: 'must be 1 to 128 printable characters' })
  return pipe(TE.fromEither(fromDecimalDollars(String(cost))), TE.mapLeft(invalidInput))
}

/** The newest month and the one before it: a report that comes later than that is not known again. */
const lastTwo = (deps: LocalDeps, { lineage }: Incarnation): TE.TaskEither<VaultError, ReadonlyArray<LoadedSpend>> =>
  pipe(
    spendMonths(deps, lineage),
    TE.flatMap((months) => TE.traverseSeqArray((month: string) => loadMonth(deps, lineage, month))((months.get(lineage) ?? []).slice(-2))),
  )

const mostConflicts = 64

const append = (
  deps: LocalDeps,
  incarnation: Incarnation,
  generation: string,
  cost: Picodollars,
  conflicts: number,
): TE.TaskEither<VaultError, RecordedUsage> =>
  pipe(
    lastTwo(deps, incarnation),
    TE.flatMap((months) => {
      if (months.some(({ reported }) => reported.has(generation))) return TE.right<VaultError, RecordedUsage>('known')
      const { lineage, createdAt } = incarnation
      const newest = months[months.length - 1] ?? nothingKnown(lineage)
      const event: SpendEvent = { type: 'CostReported', generation, cost, at: deps.clock.now() }
      return pipe(
        deps.log.commit({ appends: spendAppends(deps, newest, createdAt, [event]), seal: [] }),
        TE.map((): RecordedUsage => 'recorded'),
        TE.orElse((error) => {
          if (error._tag === 'LogUnavailable') return TE.left(unavailable(error))
          forgetSpending(deps)
          return conflicts < mostConflicts
            ? append(deps, incarnation, generation, cost, conflicts + 1)
            : TE.left<VaultError>({ _tag: 'Unexpected', message: 'the spend stream kept changing' })
        }),
      )
    }),
  )

/**
 * Records what one request of a key cost, as its caller was told. Idempotent by `generationId`, OpenRouter's id of the request,
 * within this month and the one before. It counts at once; the next readings confirm it.
 */
export const recordUsage = (
  deps: LocalDeps,
  name: KeyName,
  cost: string | number,
  generationId: string,
): TE.TaskEither<VaultError, RecordedUsage> =>
  pipe(
    parse(cost, generationId),
    TE.bindTo('amount'),
    TE.bind('loaded', () => loadKey(deps, name)),
    TE.flatMap(({ amount, loaded }) => {
      const key = heldKey(loaded.state.stage)
      return key === null
        ? TE.left<VaultError>({ _tag: 'KeyNotFound', name })
        : append(deps, key.incarnation, generationId, amount, 0)
    }),
  )
