import type { Picodollars } from '../shared/picodollars.js'
import type { CapTerm } from './cap.js'
import { type RemotePolicy, samePolicy } from './remote-policy.js'
import { containedPolicy, enforced } from './spec.js'
import type { HeldKey, Stage } from './state.js'

/** What its owner asked for, on the key itself. */
export const ownedOf = ({ incarnation: { spec }, kept }: HeldKey): RemotePolicy => ({ ...enforced(spec), ...(kept ?? {}) })

/** The policy under which this key cannot spend. */
export const containedOf = (key: HeldKey): RemotePolicy =>
  key.kept === null
    ? containedPolicy(key.incarnation.spec, key.floor)
    : { ...ownedOf(key), disabled: true, limit: key.floor }

/** A limit that its owner changed since changes what is left of it by as much; one that he took away leaves no cap. */
const capNow = (key: HeldKey, { limit, instead }: CapTerm): Picodollars | null => {
  const owned = ownedOf(key)
  if (instead.limit === null || owned.limit === null) return owned.limit === instead.limit ? limit : null
  if (owned.reset !== instead.reset) return least(owned.limit, limit)
  const now = limit + owned.limit - instead.limit
  return (now > key.floor ? now : key.floor) as Picodollars
}

const least = (a: Picodollars, b: Picodollars): Picodollars => (a < b ? a : b)

const capped = (key: HeldKey, policy: RemotePolicy): RemotePolicy => {
  const limit = key.cap === null ? null : capNow(key, key.cap)
  if (key.cap === null || limit === null) return policy
  const { reset } = key.cap
  return { ...policy, limit: policy === key.tightened && policy.limit !== null ? least(limit, policy.limit) : limit, reset }
}

/**
 * The policy of a key that is ours to keep: contained while any reason stands, else what its owner asked for. Where drift is
 * the only reason, what was found stays: whoever lowered a limit did not ask for the key to be disabled. A cap stands above both.
 */
export const wantedOf = (key: HeldKey): RemotePolicy => {
  if (key.reasons.length === 0) return capped(key, ownedOf(key))
  return key.tightened !== null && key.reasons.every((reason) => reason === 'drift')
    ? capped(key, key.tightened)
    : containedOf(key)
}

/**
 * What OpenRouter ought to hold, as a pure function of the stage. Activation, lifting, rollback and drift repair
 * all converge to this, and never to "enabled". `null` where no key is ours to set.
 */
export const wantedPolicy = (stage: Stage): RemotePolicy | null => {
  switch (stage._tag) {
    case 'Vacant':
    case 'CreateDue':
    case 'Creating':
    case 'CreateUnknown':
    case 'LeavingAlive':
    case 'Removed':
      return null
    case 'Provisioned':
    case 'Held':
    case 'RollingBack':
      return wantedOf(stage.key)
    case 'Compensating':
    case 'Removing':
    case 'Outstanding':
      return containedOf(stage.key)
  }
}

/** Whether the policy last known is the wanted one. */
export const isConverged = (key: HeldKey): boolean =>
  key.remote._tag === 'Known' && samePolicy(key.remote.policy, wantedOf(key))

/** Whether a policy lets nothing be spent. Disabled is enough; the limit is the second lock. */
export const cannotSpend = (policy: RemotePolicy): boolean => policy.disabled
