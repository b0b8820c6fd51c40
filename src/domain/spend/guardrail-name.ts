import type { VaultId } from '../shared/identifiers.js'
import { type Picodollars, toDecimalDollars } from '../shared/picodollars.js'
import type { GuardrailCap } from './policy.js'

/**
 * The remote name of a guardrail of this vault. It holds all that the guardrail does, so that one of these terms is found again
 * and never made twice, and two vaults on one account never take each other's.
 */
export const guardrailName = (vault: VaultId, { limit, reset }: GuardrailCap, includeByok: boolean): string =>
  `lean-vault ${reset} ${toDecimalDollars(limit)} USD [lv:${vault}:${reset}:${String(limit)}:${includeByok ? 'byok' : 'credits'}]`

const pattern = /\[lv:([0-9a-f]{32}):(daily|monthly):(\d{1,30}):(byok|credits)\]/

/** What a guardrail's name says about who made it and what it is to do. */
export interface GuardrailMark {
  readonly vaultId: VaultId
  readonly cap: GuardrailCap
  readonly includeByok: boolean
}

/** The first mark in a remote name. Proof of nothing by itself: anybody can write a name. */
export const parseGuardrailName = (name: string): GuardrailMark | null => {
  const match = pattern.exec(name)
  if (match === null) return null
  return {
    vaultId: match[1] as VaultId,
    cap: { reset: match[2] === 'daily' ? 'daily' : 'monthly', limit: BigInt(match[3] ?? '0') as Picodollars },
    includeByok: match[4] === 'byok',
  }
}
