import { compilePolicy, type GuardrailCap } from '../spend/policy.js'
import type { HeldKey } from './state.js'

type Guarded = Pick<HeldKey, 'guard' | 'incarnation' | 'kept'>

/** The budget that a guardrail of ours should put on the key; `null`: none. */
export const wantedGuard = ({ guard, incarnation, kept }: Guarded): GuardrailCap | null =>
  kept !== null || guard._tag === 'Unavailable' ? null : compilePolicy(incarnation.spec.limits, { guardrails: true }).guardrail

/** Whether the key's guardrail is as wanted, as far as anybody can have it so. */
export const isGuarded = (key: Guarded): boolean => {
  const wanted = wantedGuard(key)
  switch (key.guard._tag) {
    case 'Unavailable':
      return true
    case 'Unknown':
      return false
    case 'None':
      return wanted === null
    case 'Assigned': {
      const { cap, includeByok } = key.guard.guardrail
      return wanted !== null && wanted.limit === cap.limit && wanted.reset === cap.reset && includeByok === key.incarnation.spec.includeByok
    }
  }
}

/** Whether bringing the guardrail to what is wanted lets no more be spent than now, so that it comes before a change of the key. */
export const isTightening = (key: Guarded): boolean => {
  const wanted = wantedGuard(key)
  if (key.guard._tag === 'Unknown') return true
  if (wanted === null) return false
  return key.guard._tag !== 'Assigned' || wanted.limit <= key.guard.guardrail.cap.limit
}
