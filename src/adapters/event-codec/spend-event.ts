import * as t from 'io-ts'

import type { SpendEvent, SpendEventType } from '../../domain/spend/event.js'
import type { SpendState, WindowBase } from '../../domain/spend/spend-state.js'
import { instant, lineage, money, orNull, word } from './values.js'

type Body<T extends SpendEventType> = Omit<Extract<SpendEvent, { readonly type: T }>, 'type' | 'at'>

const totals = { total: money, day: orNull(money), week: orNull(money), month: orNull(money) }
const base: t.Type<WindowBase, unknown> = t.strict({ start: instant, before: money, earlier: orNull(money) })
const suspicion = word('unreadable', 'shrunken')

const carried: t.Type<SpendState, unknown> = t.strict({
  last: t.strict({ at: instant, ...totals }),
  bases: t.strict({ day: base, week: base, month: base }),
  unconfirmed: t.readonlyArray(t.strict({ at: instant, cost: money })),
  suspicion: orNull(suspicion),
})

/** The stored fields of what was spent, schema 1. */
export const spendEventBodies: { readonly [T in SpendEventType]: t.Type<Body<T>, unknown> } = {
  SpendMonthOpened: t.strict({ lineage, month: t.string, carried }),
  UsageObserved: t.strict(totals),
  ReadingSuspected: t.strict({ reason: suspicion, total: orNull(money) }),
  CostReported: t.strict({ generation: t.string, cost: money }),
  SpendMonthClosed: t.strict({ total: money, spent: orNull(money) }),
}
