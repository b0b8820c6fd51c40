import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'

import { incarnationOf } from '../../domain/key/view.js'
import type { Incarnation } from '../../domain/key/state.js'
import type { KeyName } from '../../domain/shared/identifiers.js'
import type { Instant } from '../../domain/shared/instant.js'
import { toDollars } from '../../domain/shared/picodollars.js'
import { dailySpend } from '../../domain/spend/daily-spend.js'
import type { SpendEvent } from '../../domain/spend/event.js'
import type { Reading } from '../../domain/spend/reading.js'
import type { LocalDeps } from '../deps.js'
import type { VaultError } from '../errors.js'
import { loadKey } from '../key-store.js'
import { monthEvents, spendMonths } from '../spend-store.js'
import { isoOf } from '../view-key.js'
import { knownSpending } from './record-readings.js'

/** What a key spent on one UTC day, in dollars. `null`: nothing that was read tells; not `exact`: at least that. */
export interface UsageDay {
  /** `2026-01-31` */
  readonly date: string
  readonly spent: number | null
  readonly exact: boolean
}

const readingsOf = (events: ReadonlyArray<SpendEvent>): ReadonlyArray<Reading> =>
  events.flatMap((event) => {
    if (event.type === 'SpendMonthOpened') return [event.carried.last]
    if (event.type !== 'UsageObserved') return []
    const { at, total, day, week, month } = event
    return [{ at, total, day, week, month }]
  })

const daysOf = (local: LocalDeps, { lineage, createdAt }: Incarnation, from: Instant): TE.TaskEither<VaultError, ReadonlyArray<UsageDay>> =>
  pipe(
    spendMonths(local, lineage),
    TE.flatMap((months) => TE.traverseSeqArray((month: string) => monthEvents(local, lineage, month))(months.get(lineage) ?? [])),
    TE.bindTo('loaded'),
    // A reading that changed nothing is no event, and tells all the same that nothing was spent since the last one.
    TE.bind('known', () => knownSpending(local, [lineage])),
    TE.map(({ loaded, known }) =>
      dailySpend([...readingsOf(loaded.flat()), ...[known.get(lineage)?.last ?? []].flat()], from, local.clock.now(), createdAt).map(({ start, spent, exact }) => ({
        date: isoOf(start).slice(0, 10),
        spent: spent === null ? null : toDollars(spent),
        exact,
      })),
    ),
  )

/** What the newest incarnation of a name spent day by day, from what is recorded; OpenRouter is not asked. */
export const usageHistory = (local: LocalDeps, name: KeyName, from: Instant): TE.TaskEither<VaultError, ReadonlyArray<UsageDay>> =>
  pipe(
    loadKey(local, name),
    TE.flatMap(({ state }) => {
      const incarnation = incarnationOf(state.stage)
      return incarnation === null ? TE.left<VaultError, ReadonlyArray<UsageDay>>({ _tag: 'KeyNotFound', name }) : daysOf(local, incarnation, from)
    }),
  )
