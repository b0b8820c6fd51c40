import type { WorkspaceId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import { type Picodollars, zero } from '../shared/picodollars.js'
import type { RemotePolicy } from './remote-policy.js'

/** What a key may spend in a UTC calendar month; `null` is no limit, zero is "may not spend". */
export interface SpendLimits {
  readonly monthly: Picodollars | null
}

/** What its owner asked of a key. Expiry and workspace can be set at birth only. */
export interface KeySpec {
  readonly limits: SpendLimits
  readonly includeByok: boolean
  readonly expiresAt: Instant | null
  readonly workspace: WorkspaceId | null
  readonly tags: Readonly<Record<string, string>>
}

/**
 * Why a key is contained. It spends again only when no reason is left. `drift`: somebody tightened it at OpenRouter, and it
 * stays as it was found. `window`: it has spent what it may until its window turns; no owner lifts that.
 */
export type ContainmentReason = 'user' | 'drift' | 'window' | 'panic'

/** The spec as a policy that OpenRouter enforces: the monthly limit sits on the key itself. */
export const enforced = (spec: KeySpec): RemotePolicy => ({
  disabled: false,
  limit: spec.limits.monthly,
  reset: spec.limits.monthly === null ? null : 'monthly',
  includeByok: spec.includeByok,
})

/** The policy under which a key cannot spend. `floor` is the smallest limit that OpenRouter took for this key. */
export const containedPolicy = (spec: KeySpec, floor: Picodollars): RemotePolicy => {
  const { monthly } = spec.limits
  return { ...enforced(spec), disabled: true, limit: monthly !== null && monthly < floor ? monthly : floor }
}

/** The least limits to be born with: nothing, and where OpenRouter refuses nothing, one cent as recorded residual. */
export const birthLimits: { readonly none: Picodollars; readonly cent: Picodollars } = {
  none: zero,
  cent: 10_000_000_000n as Picodollars,
}

/** Whether a key is still as it was born here: nobody has activated, limited or disabled it. */
export const isNewborn = ({ disabled, limit, reset, includeByok }: RemotePolicy): boolean =>
  !disabled && includeByok && reset === null && (limit === birthLimits.none || limit === birthLimits.cent)
