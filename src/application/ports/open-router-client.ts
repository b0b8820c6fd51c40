import type { TaskEither } from 'fp-ts/lib/TaskEither.js'

import type { RemotePolicy } from '../../domain/key/remote-policy.js'
import type { KeyRevocationError } from '../../domain/key/revocation-error.js'
import type { GuardrailId, KeyHash, WorkspaceId } from '../../domain/shared/identifiers.js'
import type { Instant } from '../../domain/shared/instant.js'
import type { Picodollars } from '../../domain/shared/picodollars.js'
import type { Secret } from '../secret.js'
import type { Credits, Guardrail, GuardrailAssignment, NewGuardrail } from './guardrail.js'
import type { RemoteError } from './remote-error.js'

/** What one remote key is and has spent, as OpenRouter tells it. Text fields are scrubbed of anything key-shaped. */
export interface KeyDetails {
  readonly hash: KeyHash
  readonly name: string
  readonly label: string
  readonly policy: RemotePolicy
  readonly workspace: WorkspaceId | null
  readonly expiresAt: Instant | null
  readonly createdAt: Instant | null
  readonly creatorId: string | null
  readonly usage: RemoteUsage
}

/** Credits spent in each UTC window and in the key's whole life. `null`: OpenRouter did not say; never read as zero. */
export interface RemoteUsage {
  readonly total: Picodollars | null
  readonly day: Picodollars | null
  readonly week: Picodollars | null
  readonly month: Picodollars | null
  /** What was spent with the owner's own provider keys, in the same windows; it is no part of the credits above. */
  readonly byok: ByokUsage
}

/** Bring-your-own-key usage, which costs no credits and counts against a limit only when the key says so. */
export interface ByokUsage {
  readonly total: Picodollars | null
  readonly day: Picodollars | null
  readonly week: Picodollars | null
  readonly month: Picodollars | null
}

/** Whether a key can answer: `absent` is a 404 in OpenRouter's own error format, and by itself no proof of deletion. */
export type KeyStatus = 'enabled' | 'disabled' | 'absent'

/** What a key is to be born as. The limit is always sent: OpenRouter reads a missing one as no limit. */
export interface NewKey {
  readonly name: string
  readonly limit: Picodollars
  readonly includeByok: boolean
  readonly expiresAt: Instant | null
  readonly workspace: WorkspaceId | null
}

/** The one answer that holds the secret: OpenRouter never shows it again. */
export interface CreatedKey {
  readonly details: KeyDetails
  readonly secret: Secret
}

/** Whose credential this is. `isManagement` is null when OpenRouter did not say. */
export interface Identity {
  readonly isManagement: boolean | null
  readonly creatorId: string | null
  readonly label: string
}

/** A workspace of the account; keys are bound to one at birth. */
export interface Workspace {
  readonly id: WorkspaceId
  readonly name: string
  readonly slug: string | null
}

/**
 * Every key of every workspace, disabled ones too.
 * `complete` is false when the workspaces could not be listed (some accounts may not), so absence proves little.
 */
export interface KeyListing {
  readonly keys: ReadonlyArray<KeyDetails>
  readonly workspaces: ReadonlyArray<Workspace>
  readonly complete: boolean
}

/** Whether the secret itself opens the API: the only evidence from the data plane. */
export type SecretAnswer = 'accepted' | 'refused'

/**
 * OpenRouter's management API, one request per call (listings: one per page), each bounded in time.
 *
 * A `Left` says what the caller may do now, see `RemoteError`. No function repeats itself: `createKey` must never be
 * repeated for one intent; the others may be, and `withRetries` does so for the reading ones.
 * Nothing here logs, and no error carries a body, a secret or a value that failed to parse.
 * Facts: https://openrouter.ai/docs/api-reference/api-keys
 */
export interface OpenRouterClient {
  /** OpenRouter's identifier of the key whose secret this is: its SHA-256. Asks nobody. */
  readonly hashOf: (secret: Secret) => KeyHash
  /** `GET /key` with the management key. */
  readonly whoAmI: () => TaskEither<RemoteError, Identity>
  /** `GET /workspaces`, all pages. */
  readonly listWorkspaces: () => TaskEither<RemoteError, ReadonlyArray<Workspace>>
  /** `GET /keys` for every workspace with `include_disabled=true`, all pages, each hash once. */
  readonly listKeys: () => TaskEither<RemoteError, KeyListing>
  /** `GET /keys/{hash}`: a 404 in OpenRouter's format is the answer `absent`, not an error. */
  readonly verifyKeyStatus: (hash: KeyHash) => TaskEither<RemoteError, KeyStatus>
  /** `GET /keys/{hash}`: a 404 in OpenRouter's format is `Left(Absent)`. */
  readonly getKeyDetails: (hash: KeyHash) => TaskEither<RemoteError, KeyDetails>
  /** `POST /keys`. Not repeatable: OpenRouter has no idempotency key and shows the secret once. */
  readonly createKey: (key: NewKey) => TaskEither<RemoteError, CreatedKey>
  /** `PATCH /keys/{hash}` with the whole policy in one request. Repeatable. */
  readonly updateKey: (hash: KeyHash, policy: RemotePolicy) => TaskEither<RemoteError, KeyDetails>
  /** `DELETE /keys/{hash}`: `absent` when it was not there. Repeatable. */
  readonly revokeKey: (hash: KeyHash) => TaskEither<KeyRevocationError<RemoteError>, 'deleted' | 'absent'>
  /** `GET /key` with the secret of a key: 200 is `accepted`, a 401 in OpenRouter's format is `refused`. */
  readonly trySecret: (secret: Secret) => TaskEither<RemoteError, SecretAnswer>
  /** `GET /credits`: totals of the whole account. */
  readonly readCredits: () => TaskEither<RemoteError, Credits>
  /**
   * `GET /guardrails` of every workspace, all pages, each once; of the default workspace alone where workspaces are refused.
   * Facts on guardrails: https://openrouter.ai/docs/features/guardrails
   */
  readonly listGuardrails: () => TaskEither<RemoteError, ReadonlyArray<Guardrail>>
  /** `GET /guardrails/{id}`: a 404 in OpenRouter's format is `Left(Absent)`. */
  readonly getGuardrail: (id: GuardrailId) => TaskEither<RemoteError, Guardrail>
  /** `POST /guardrails`. Not repeatable: names need not be unique, so look for the name before asking again. */
  readonly createGuardrail: (guardrail: NewGuardrail) => TaskEither<RemoteError, Guardrail>
  /** `DELETE /guardrails/{id}`: its keys lose its budget. `absent` when it was not there. */
  readonly deleteGuardrail: (id: GuardrailId) => TaskEither<RemoteError, 'deleted' | 'absent'>
  /** `GET /guardrails/assignments/keys`, all pages: which guardrail each key is under. */
  readonly listAssignments: () => TaskEither<RemoteError, ReadonlyArray<GuardrailAssignment>>
  /**
   * `POST /guardrails/{id}/assignments/keys`. Repeatable. Replaces a key's former guardrail without a word, so look first;
   * and read the assignments back, for the answer names no key.
   */
  readonly assignGuardrail: (id: GuardrailId, hashes: ReadonlyArray<KeyHash>) => TaskEither<RemoteError, void>
  /** `POST /guardrails/{id}/assignments/keys/remove`. Repeatable; touches no key that is under another guardrail. */
  readonly unassignGuardrail: (id: GuardrailId, hashes: ReadonlyArray<KeyHash>) => TaskEither<RemoteError, void>
}
