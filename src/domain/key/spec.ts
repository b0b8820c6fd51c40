import type { WorkspaceId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import { type Picodollars, zero } from '../shared/picodollars.js'
import type { SpendLimits } from '../spend/limits.js'
import { compilePolicy } from '../spend/policy.js'
import type { RemotePolicy } from './remote-policy.js'
import type { Tags } from './tags.js'

/** What its owner asked of a key. Expiry and workspace can be set at birth only. */
export interface KeySpec {
  readonly limits: SpendLimits
  readonly includeByok: boolean
  readonly expiresAt: Instant | null
  readonly workspace: WorkspaceId | null
  readonly tags: Tags
  /** Rather no key than one with a limit that nobody enforces. */
  readonly requireEnforced: boolean
}

/**
 * Why a key is contained. It spends again only when no reason is left. `drift`: somebody tightened it at OpenRouter, and it
 * stays as it was found. `window`: it has spent what it may until its window turns; no owner lifts that. `alert`: a rule of the
 * alerts that acts has spoken. `leaked`: a rotation replaces it because its secret is in wrong hands; nothing lifts that.
 */
export type ContainmentReason = 'user' | 'drift' | 'window' | 'panic' | 'alert' | 'leaked'

/** The part of the spec that sits on the key itself; a second window is for a guardrail or the watcher. */
export const enforced = (spec: KeySpec): RemotePolicy => ({
  disabled: false,
  ...compilePolicy(spec.limits, { guardrails: true }).key,
  includeByok: spec.includeByok,
})

/** The policy under which a key cannot spend. `floor` is the smallest limit that OpenRouter took for this key. */
export const containedPolicy = (spec: KeySpec, floor: Picodollars): RemotePolicy => {
  const policy = enforced(spec)
  return { ...policy, disabled: true, limit: policy.limit !== null && policy.limit < floor ? policy.limit : floor }
}

/** The least limits to be born with: nothing, and where OpenRouter refuses nothing, one cent as recorded residual. */
export const birthLimits: { readonly none: Picodollars; readonly cent: Picodollars } = {
  none: zero,
  cent: 10_000_000_000n as Picodollars,
}

/** Whether a key is still as it was born here: nobody has activated, limited or disabled it. */
export const isNewborn = ({ disabled, limit, reset, includeByok }: RemotePolicy): boolean =>
  !disabled && includeByok && reset === null && (limit === birthLimits.none || limit === birthLimits.cent)
