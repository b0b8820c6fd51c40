import type { HttpResponse } from '../../application/ports/http.js'
import type { Millis } from '../../domain/shared/instant.js'

const seconds = /^\d{1,9}$/
const httpDate = / GMT$/

const asMillis = (value: number): Millis => Math.max(0, value) as Millis

const dateIn = (text: string | undefined): number | null => {
  if (text === undefined || !httpDate.test(text)) return null
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : at
}

/**
 * How long the answer asks us to wait: `Retry-After` in seconds or as an HTTP date.
 * A date counts from the answer's own `Date`, so that a wrong clock here changes nothing; without one it says nothing.
 */
export const retryAfterIn = (headers: HttpResponse['headers']): Millis | null => {
  const asked = headers['retry-after']?.trim()
  if (asked === undefined) return null
  if (seconds.test(asked)) return asMillis(Number(asked) * 1000)
  const until = dateIn(asked)
  const sentAt = dateIn(headers['date'])
  return until === null || sentAt === null ? null : asMillis(until - sentAt)
}
