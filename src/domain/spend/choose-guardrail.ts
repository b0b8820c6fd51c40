import type { GuardrailId, KeyHash, VaultId } from '../shared/identifiers.js'
import type { Picodollars } from '../shared/picodollars.js'
import { parseGuardrailName } from './guardrail-name.js'
import type { GuardrailCap } from './policy.js'

/** A guardrail as it is listed; `null` and other windows are budgets that are none of ours. */
export interface ListedGuardrail {
  readonly id: GuardrailId
  readonly name: string
  readonly limit: Picodollars | null
  readonly reset: 'daily' | 'weekly' | 'monthly' | 'other' | null
  readonly includeByok: boolean | null
}

/** Which guardrail a key is under. */
export interface Assigned {
  readonly guardrail: GuardrailId
  readonly hash: KeyHash
}

/** What a guardrail of this vault really does, whatever its name says. */
export interface GuardrailTerms {
  readonly id: GuardrailId
  readonly cap: GuardrailCap
  readonly includeByok: boolean
}

/** What the key's guardrail is now. */
export type FoundGuardrail =
  | { readonly _tag: 'None' }
  | { readonly _tag: 'Foreign' }
  | { readonly _tag: 'Ours'; readonly guardrail: GuardrailTerms }

/** Ours with terms that are no budget, as after an edit, enforce nothing that we count on. */
const termsOf = ({ id, limit, reset, includeByok }: ListedGuardrail): GuardrailTerms | null =>
  limit === null || includeByok === null || (reset !== 'daily' && reset !== 'monthly') ? null : { id, cap: { limit, reset }, includeByok }

/** Whether its name says that this vault made it. */
export const isOwnGuardrail = (vault: VaultId, { name }: Pick<ListedGuardrail, 'name'>): boolean => parseGuardrailName(name)?.vaultId === vault

/** The guardrail of this vault that is on the key, if one is. */
export const ownOf = (found: FoundGuardrail): GuardrailTerms | null => (found._tag === 'Ours' ? found.guardrail : null)

/** What the listings say of a key. `held`: the one that we put there, which stays ours when somebody renames it. An assignment whose guardrail is not listed is somebody's, and not ours to replace. */
export const findGuardrail = (
  vault: VaultId,
  hash: KeyHash,
  guardrails: ReadonlyArray<ListedGuardrail>,
  assignments: ReadonlyArray<Assigned>,
  held: GuardrailId | null,
): FoundGuardrail => {
  const assigned = assignments.find((each) => each.hash === hash)
  if (assigned === undefined) return { _tag: 'None' }
  const listed = guardrails.find(({ id }) => id === assigned.guardrail)
  if (listed === undefined || (listed.id !== held && !isOwnGuardrail(vault, listed))) return { _tag: 'Foreign' }
  const terms = termsOf(listed)
  return terms === null ? { _tag: 'None' } : { _tag: 'Ours', guardrail: terms }
}

/** Whether terms are those that are wanted. */
export const hasTerms = ({ cap, includeByok }: GuardrailTerms, wanted: GuardrailCap, byok: boolean): boolean =>
  cap.limit === wanted.limit && cap.reset === wanted.reset && includeByok === byok

/** The guardrail of this vault with these terms; of several, which nobody means to have, always the same. */
export const guardrailWith = (
  vault: VaultId,
  guardrails: ReadonlyArray<ListedGuardrail>,
  wanted: GuardrailCap,
  byok: boolean,
): GuardrailTerms | null => {
  const fitting = guardrails
    .filter((each) => isOwnGuardrail(vault, each))
    .flatMap((each) => termsOf(each) ?? [])
    .filter((terms) => hasTerms(terms, wanted, byok))
  return [...fitting].sort((a, b) => (a.id < b.id ? -1 : 1))[0] ?? null
}
