import type { LifetimeUsage } from '../../domain/key/rotation-budget.js'
import { otherHash } from '../../domain/key/rotation.js'
import type { Retiring } from '../../domain/key/state.js'
import type { HeldKey, KeyState } from '../../domain/key/state.js'
import { heldKey } from '../../domain/key/view.js'
import type { KeyHash } from '../../domain/shared/identifiers.js'
import type { Instant } from '../../domain/shared/instant.js'
import { add, type Picodollars } from '../../domain/shared/picodollars.js'
import { windowStart } from '../../domain/spend/window.js'
import { countedUsage } from '../perform/counted-usage.js'
import type { RemoteUsage } from '../ports/open-router-client.js'
import type { UsageRead } from './record-readings.js'

/** What OpenRouter told of keys, by their hash. */
export type Spent = ReadonlyMap<KeyHash, RemoteUsage>

type Totals = UsageRead['usage']

const unreadable: Totals = { total: null, day: null, week: null, month: null }

const sum = (a: Picodollars | null, b: Picodollars | null): Picodollars | null => (a === null || b === null ? null : add(a, b))

const plusUsage = (a: Totals, b: Totals): Totals => ({
  total: sum(a.total, b.total),
  day: sum(a.day, b.day),
  week: sum(a.week, b.week),
  month: sum(a.month, b.month),
})

/** What a dead key spent belongs to windows that nobody can tell any more; the total alone says how much it was. */
const onlyTotal = (total: Picodollars): Totals => ({ total, day: null, week: null, month: null })

const counted = (usage: RemoteUsage | undefined, { incarnation }: HeldKey): Totals | null => {
  if (usage === undefined) return null
  const told: LifetimeUsage | null = countedUsage(usage, incarnation.spec.includeByok)
  return told ?? unreadable
}

/** What the predecessor has spent, as OpenRouter shows it or as it was last measured. */
const retiring = ({ final, split }: Retiring, listed: RemoteUsage | undefined, key: HeldKey): Totals | null => {
  const live = counted(listed, key)
  if (live !== null) return live
  const used = final?.used ?? split?.from
  return used === undefined ? null : onlyTotal(used)
}

/** A window that began before the last predecessor died may hold some of its spending, which the key's own counter lacks. */
const withPredecessors = (usage: Totals, { predecessors }: HeldKey, at: Instant): Totals => {
  if (predecessors === null) return usage
  const whole = (kind: 'day' | 'week' | 'month'): Picodollars | null => (windowStart(kind, at) > predecessors.until ? usage[kind] : null)
  return { total: sum(usage.total, predecessors.spent), day: whole('day'), week: whole('week'), month: whole('month') }
}

const totalsOf = (state: KeyState, key: HeldKey, spent: Spent, at: Instant): Totals | null => {
  const own = counted(spent.get(key.hash), key)
  const other = otherHash(state)
  if (own === null) return null
  const mine = withPredecessors(own, key, at)
  if (state.rotation?._tag !== 'Retiring' || other === null) return mine
  const before = retiring(state.rotation, spent.get(other), key)
  return before === null ? null : plusUsage(mine, before)
}

/** The remote keys that spend under a name now. */
export const spendingHashes = (state: KeyState): ReadonlyArray<KeyHash> => {
  const key = heldKey(state.stage)
  const other = state.rotation?._tag === 'Retiring' ? otherHash(state) : null
  return [...(key === null ? [] : [key.hash]), ...(other === null ? [] : [other])]
}

/** What was read of a name that is held: all keys of its lineage together, those that were replaced included. */
export const lineageRead = (state: KeyState, spent: Spent, at: Instant): UsageRead | null => {
  const key = heldKey(state.stage)
  const usage = key === null ? null : totalsOf(state, key, spent, at)
  if (key === null || usage === null) return null
  const { createdAt, lineage } = key.incarnation
  return { lineage, bornAt: createdAt, usage, rotated: key.incarnation.generation > 1 }
}
