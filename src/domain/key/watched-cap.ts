import { compilePolicy, type WatchedCap } from '../spend/policy.js'
import { isEnforcing } from './guard.js'
import type { HeldKey } from './state.js'

/** The window of a key that only a watcher counts now; null where OpenRouter enforces all that was asked. */
export const watchedCapOf = (key: HeldKey): WatchedCap | null =>
  key.kept === null ? compilePolicy(key.incarnation.spec.limits, { guardrails: isEnforcing(key) }).watcher : null
