import type { Instant } from '../../domain/shared/instant.js'

/** What a run of the outbox came to. */
export interface DeliveryReport {
  readonly delivered: number
  readonly failed: number
  /** When something is to be tried again; null: nothing is waiting. */
  readonly next: Instant | null
}

export const none: DeliveryReport = { delivered: 0, failed: 0, next: null }

const earlier = (a: Instant | null, b: Instant | null): Instant | null => (a === null || (b !== null && b < a) ? b : a)

export const both = (a: DeliveryReport, b: DeliveryReport): DeliveryReport => ({
  delivered: a.delivered + b.delivered,
  failed: a.failed + b.failed,
  next: earlier(a.next, b.next),
})
