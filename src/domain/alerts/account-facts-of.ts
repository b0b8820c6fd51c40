import type { Instant } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import type { AccountFacts, AuditFailure, UnheldFact } from './facts.js'

/** What was read of the account; what nobody looked at is left out. `bought` and `used` as OpenRouter told them, null: it did not. */
export interface AccountSeen {
  readonly credits?: { readonly bought: Picodollars | null; readonly used: Picodollars | null; readonly at: Instant }
  readonly unheld?: ReadonlyArray<UnheldFact> | null
  readonly auditFailure?: AuditFailure | null
}

/** An account that has used more than it bought has nothing left. */
const leftOf = (credits: AccountSeen['credits']): Picodollars | null => {
  if (credits === undefined || credits.bought === null || credits.used === null) return null
  return (credits.bought > credits.used ? credits.bought - credits.used : 0n) as Picodollars
}

/** What the rules look at for the account as a whole. */
export const accountFactsOf = ({ credits, unheld = null, auditFailure = null }: AccountSeen): AccountFacts => {
  const credit = leftOf(credits)
  return { credit, creditReadAt: credit === null ? null : (credits?.at ?? null), unheld, auditFailure }
}
