import type { Picodollars } from '../shared/picodollars.js'

/** When a limit starts again, by OpenRouter at 00:00 UTC; weeks begin on Monday. `null`: never, a lifetime cap. */
export type LimitReset = 'daily' | 'weekly' | 'monthly'

/**
 * The part of a remote key that we set: whether it answers and what it may spend. `limit: null` is no cap.
 * `reset: 'other'` is a window that this version does not know. It is only ever read: it differs from every policy that we
 * want, so it shows as drift and is never taken for a lifetime cap. Written back, it leaves the remote window as it is.
 */
export interface RemotePolicy {
  readonly disabled: boolean
  readonly limit: Picodollars | null
  readonly reset: LimitReset | 'other' | null
  readonly includeByok: boolean
}

/** What we know of the remote policy. `Unknown` after a change without an answer: read before believing. */
export type RemoteKnowledge =
  | { readonly _tag: 'Unknown' }
  | { readonly _tag: 'Known'; readonly policy: RemotePolicy }
  | { readonly _tag: 'Absent' }

/** A limit and window that our own limits cannot say, such as a lifetime cap; kept as it was found. */
export type KeptLimit = Pick<RemotePolicy, 'limit' | 'reset'>

export const samePolicy = (a: RemotePolicy, b: RemotePolicy): boolean =>
  a.disabled === b.disabled && a.limit === b.limit && a.reset === b.reset && a.includeByok === b.includeByok

/** How much one amount buys under each window: a lifetime cap least, a daily limit most. */
const refills: Readonly<Record<LimitReset | 'never', number>> = { never: 0, monthly: 1, weekly: 2, daily: 3 }

const isLowered = (found: RemotePolicy, wanted: RemotePolicy): boolean => {
  if (found.limit === null) return false
  if (wanted.limit === null) return true
  if (found.reset === 'other' || wanted.reset === 'other') return false
  const [had, has] = [refills[wanted.reset ?? 'never'], refills[found.reset ?? 'never']]
  return found.limit <= wanted.limit && has <= had && (found.limit < wanted.limit || has < had)
}

/** Whether a policy lets less be spent than the wanted one: disabled, or under a lower limit whose window is no shorter. */
export const isTightened = (found: RemotePolicy, wanted: RemotePolicy): boolean =>
  (found.disabled && !wanted.disabled) || isLowered(found, wanted)

/** The wanted policy with whatever the found one tightened, and with nothing that it loosened. */
export const tightest = (found: RemotePolicy, wanted: RemotePolicy): RemotePolicy => ({
  ...wanted,
  disabled: found.disabled || wanted.disabled,
  ...(isLowered(found, wanted) ? { limit: found.limit, reset: found.reset } : {}),
})
