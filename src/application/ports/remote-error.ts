import type { Millis } from '../../domain/shared/instant.js'

/** OpenRouter understood and said no; nothing was changed. `status` is a 4xx other than 404, 408 and 429. */
export interface Refused {
  readonly _tag: 'Refused'
  readonly status: number
  readonly message: string
}

/** A 404 in OpenRouter's own error format. At a wrong base URL or account every hash reads so. */
export interface Absent {
  readonly _tag: 'Absent'
  readonly message: string
}

/** 429: an answer, nothing was changed. `retryAfter` is what OpenRouter asked for, if it did. */
export interface RateLimited {
  readonly _tag: 'RateLimited'
  readonly retryAfter: Millis | null
  readonly message: string
}

/** The request certainly did not reach OpenRouter (refused connection, unknown host, no time left to send it). */
export interface NotSent {
  readonly _tag: 'NotSent'
  readonly message: string
}

/**
 * We cannot tell: timeout, lost connection, 5xx, 408, an edge page, an answer that could not be read.
 * For a read: try again. For a change: look before acting again.
 */
export interface OutcomeUnknown {
  readonly _tag: 'OutcomeUnknown'
  readonly status: number | null
  readonly retryAfter: Millis | null
  readonly message: string
}

/** Why a request gave no result, by what the caller may do now. */
export type RemoteError = Refused | Absent | RateLimited | NotSent | OutcomeUnknown

/** Whether the same request may succeed later. */
export const isRetryable = (error: RemoteError): boolean =>
  error._tag === 'RateLimited' || error._tag === 'NotSent' || error._tag === 'OutcomeUnknown'

/** How long the remote asked us to wait, if it did. */
export const retryAfterOf = (error: RemoteError): Millis | null =>
  error._tag === 'RateLimited' || error._tag === 'OutcomeUnknown' ? error.retryAfter : null
