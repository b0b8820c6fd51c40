import { compilePolicy, type GuardrailCap } from '../spend/policy.js'
import type { Guard, OwnGuardrail } from './own-guardrail.js'
import type { HeldKey } from './state.js'

type Guarded = Pick<HeldKey, 'guard' | 'incarnation' | 'kept'>

/** The budget that would be on a guardrail wherever one can be had; `null`: none is needed. */
export const askedGuard = ({ incarnation, kept }: Guarded): GuardrailCap | null =>
  kept !== null ? null : compilePolicy(incarnation.spec.limits, { guardrails: true }).guardrail

/** The budget that a guardrail of ours should put on the key; `null`: none. */
export const wantedGuard = (key: Guarded): GuardrailCap | null => (key.guard._tag === 'Unavailable' ? null : askedGuard(key))

const refills = { monthly: 1, daily: 2 } as const

/** Whether a guardrail lets no more be spent than the budget that is wanted. */
const isNoWider = ({ cap, includeByok }: OwnGuardrail, wanted: GuardrailCap | null, { incarnation: { spec } }: Guarded): boolean =>
  (includeByok || !spec.includeByok) && (wanted === null || (cap.limit <= wanted.limit && refills[cap.reset] <= refills[wanted.reset]))

/** Whether what is found is the guardrail that we put there, tightened by somebody since. Its terms are nothing that we ever change. */
export const isLoweredTo = (key: Guarded, found: OwnGuardrail): boolean => {
  const wanted = wantedGuard(key)
  if (key.guard._tag !== 'Assigned' || key.guard.guardrail.id !== found.id || wanted === null) return false
  return isNoWider(found, wanted, key)
}

/** Whether somebody's tightening of the key's guardrail still stands. */
export const isLowered = (key: Guarded): boolean => key.guard._tag === 'Assigned' && key.guard.lowered === true && isGuarded(key)

/** Whether a guardrail keeps the key from spending more than is wanted, as far as we know. */
export const isEnforcing = (key: Guarded): boolean => key.guard._tag === 'Assigned' && isNoWider(key.guard.guardrail, askedGuard(key), key)

/** Whether what is found on the key is what we know to be there. */
export const isGuardKnown = (guard: Guard, found: OwnGuardrail | null): boolean => {
  if (guard._tag !== 'Assigned') return guard._tag === 'None' && found === null
  const { id, cap, includeByok } = guard.guardrail
  return found !== null && found.id === id && found.cap.limit === cap.limit && found.cap.reset === cap.reset && found.includeByok === includeByok
}

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
      if (key.guard.lowered === true && isNoWider(key.guard.guardrail, wanted, key)) return true
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

/** Whether a guardrail limits the key, or will as soon as it can be put there. */
export const mayBeGuarded = (key: Guarded): boolean => wantedGuard(key) !== null
