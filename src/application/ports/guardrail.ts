import type { GuardrailCap } from '../../domain/spend/policy.js'
import type { GuardrailId, KeyHash, WorkspaceId } from '../../domain/shared/identifiers.js'
import type { Instant } from '../../domain/shared/instant.js'
import type { Picodollars } from '../../domain/shared/picodollars.js'

/** A budget to be assigned to keys. It counts for each of them by itself. The workspace is placement and enforces nothing. */
export interface NewGuardrail {
  readonly name: string
  readonly cap: GuardrailCap
  readonly includeByok: boolean
  readonly workspace: WorkspaceId | null
}

/**
 * A guardrail as OpenRouter tells it. `null` where it has no budget or did not say; a window that this version does not know
 * is `other`, so that it is taken for none of ours.
 */
export interface Guardrail {
  readonly id: GuardrailId
  readonly name: string
  readonly limit: Picodollars | null
  readonly reset: 'daily' | 'weekly' | 'monthly' | 'other' | null
  readonly includeByok: boolean | null
  readonly workspace: WorkspaceId | null
  readonly createdAt: Instant | null
}

/** A key under a guardrail. A key has at most one. */
export interface GuardrailAssignment {
  readonly guardrail: GuardrailId
  readonly hash: KeyHash
}

/** Credits of the whole account, bought and used, in its whole life; `null`: OpenRouter did not say. */
export interface Credits {
  readonly bought: Picodollars | null
  readonly used: Picodollars | null
}
