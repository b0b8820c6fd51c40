import { type Instant, type Millis, plus } from '../shared/instant.js'
import type { Cause } from './cause.js'
import type { KeyEvent } from './event.js'

/** Tries in a row to replace a key that came to nothing, and how the last one ended. */
export interface RotationFailures {
  readonly count: number
  readonly at: Instant
  readonly cause: Cause
}

const after = (failures: RotationFailures | null, event: KeyEvent): RotationFailures | null => {
  if (event.type === 'RotationSwitched' || event.type === 'ProvisioningRequested' || event.type === 'Adopted') return null
  // What the owner gave up did not fail.
  if (event.type !== 'RotationRolledBack' || event.cause.kind === 'user') return failures
  return { count: (failures?.count ?? 0) + 1, at: event.at, cause: event.cause }
}

/** What a key's facts, oldest first, tell of tries to replace it since it was last replaced; `null` where none failed. */
export const rotationFailures = (events: ReadonlyArray<KeyEvent>): RotationFailures | null =>
  events.reduce<RotationFailures | null>(after, null)

const hour = 3_600_000
const longest = 24 * hour

/** When a schedule tries again: an hour after the first failure, doubling up to a day. */
export const nextTry = ({ at, count }: RotationFailures): Instant =>
  plus(at, Math.min(longest, hour * 2 ** Math.min(count - 1, 8)) as Millis)
