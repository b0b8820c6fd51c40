import type { DeliveryProblem } from '../../application/ports/alert-channel.js'
import { scrub } from '../../application/secret.js'
import type { Millis } from '../../domain/shared/instant.js'

/** A delivery that failed, said without anything that may be secret. */
export const problem = (message: string, hopeless = false, retryAfter: Millis | null = null): DeliveryProblem => ({
  _tag: 'DeliveryProblem',
  hopeless,
  message: scrub(message),
  retryAfter,
})

/** The code of a system's error, such as `ECONNREFUSED`; nothing of its text, which may hold an address with a token. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
