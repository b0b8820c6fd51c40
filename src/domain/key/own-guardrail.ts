import type { GuardrailId } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { GuardrailCap } from '../spend/policy.js'

/** A guardrail of this vault that is assigned to a key. */
export interface OwnGuardrail {
  readonly id: GuardrailId
  readonly cap: GuardrailCap
  readonly includeByok: boolean
}

/**
 * What we know of a key's guardrail. `Unknown`: a change of it had no answer at `since`. `Unavailable`: guardrails are refused,
 * or somebody else's is on the key, so the watcher stands in. `lowered`: somebody tightened it at OpenRouter, and it stays so
 * until its owner resumes the key.
 */
export type Guard =
  | { readonly _tag: 'None' }
  | { readonly _tag: 'Unknown'; readonly since: Instant }
  | { readonly _tag: 'Assigned'; readonly guardrail: OwnGuardrail; readonly lowered?: true }
  | { readonly _tag: 'Unavailable' }
