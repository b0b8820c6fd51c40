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

export const samePolicy = (a: RemotePolicy, b: RemotePolicy): boolean =>
  a.disabled === b.disabled && a.limit === b.limit && a.reset === b.reset && a.includeByok === b.includeByok
