import { isRetryable, type RemoteError } from '../../application/ports/remote-error.js'
import type { KeyRevocationError } from '../../domain/key/revocation-error.js'
import type { KeyHash } from '../../domain/shared/identifiers.js'

const reasonOf = (error: RemoteError): string => {
  switch (error._tag) {
    case 'Refused':
      return 'refused'
    case 'Absent':
      return 'absent'
    case 'RateLimited':
      return 'rate-limited'
    case 'NotSent':
      return 'not-sent'
    case 'OutcomeUnknown':
      return 'outcome-unknown'
  }
}

export const revocationError =
  (keyId: KeyHash) =>
  (cause: RemoteError): KeyRevocationError<RemoteError> => ({
    _tag: 'KeyRevocationError',
    keyId,
    reason: reasonOf(cause),
    isRetryable: isRetryable(cause),
    cause,
  })
