import type { Instant } from '../shared/instant.js'
import type { Cap } from './cap.js'

/** What stands in for a limit at that time, where nobody has recorded the turns of its windows yet. */
export const turnedCapOf = (cap: Cap | null, at: Instant): Cap | null => {
  if (cap === null || cap.until === null || at < cap.until) return cap
  return cap.next === null ? null : turnedCapOf({ ...cap.next, next: null }, at)
}
