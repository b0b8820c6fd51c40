import type { Cause } from '../domain/key/cause.js'
import type { RemoteError } from './ports/remote-error.js'

/** A remote error as a fact that may be recorded. */
export const causeOf = (error: RemoteError): Cause => {
  const { message } = error
  switch (error._tag) {
    case 'Refused':
      return { kind: 'refused', status: error.status, message }
    case 'Absent':
      return { kind: 'absent', status: 404, message }
    case 'RateLimited':
      return { kind: 'rate-limited', status: 429, message }
    case 'NotSent':
      return { kind: 'unreachable', status: null, message }
    case 'OutcomeUnknown':
      return error.status !== null && error.status < 400
        ? { kind: 'unreadable', status: error.status, message }
        : { kind: 'unreachable', status: error.status, message }
  }
}
