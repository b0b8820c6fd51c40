import { compilePolicy, type WatchedCap } from '../spend/policy.js'
import type { HeldKey } from './state.js'

/** The window of a key that only a watcher counts now; null where OpenRouter enforces all that was asked. */
export const watchedCapOf = ({ guard, incarnation, kept }: HeldKey): WatchedCap | null =>
  kept === null ? compilePolicy(incarnation.spec.limits, { guardrails: guard._tag === 'Assigned' }).watcher : null
