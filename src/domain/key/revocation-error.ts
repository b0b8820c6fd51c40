import type { KeyHash } from '../shared/identifiers.js'

/**
 * A key could not be revoked. `isRetryable` says whether the same call may succeed later;
 * a retryable one may already have taken effect (see `cause`), so look before believing that the key lives.
 */
export interface KeyRevocationError<Cause = unknown> {
  readonly _tag: 'KeyRevocationError'
  readonly keyId: KeyHash
  /** A short word for programs: `refused`, `rate-limited`, `not-sent`, `outcome-unknown`. */
  readonly reason: string
  readonly isRetryable: boolean
  readonly cause: Cause
}
