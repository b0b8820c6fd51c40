import type { Millis } from '../domain/shared/instant.js'

/** How long things may take. All in milliseconds. */
export interface Timing {
  /** One request's whole time. */
  readonly request: Millis
  /** How long one command may go on repeating before it says so; 0: one try. */
  readonly retryBudget: Millis
  /** How long after the end of a lost create a key may still be born. */
  readonly settle: Millis
  /** What a claim outlives its request by, for commits and scheduling. */
  readonly claimMargin: Millis
}

export const defaultTiming: Timing = {
  request: 30_000 as Millis,
  retryBudget: 60_000 as Millis,
  settle: 15_000 as Millis,
  claimMargin: 5_000 as Millis,
}
