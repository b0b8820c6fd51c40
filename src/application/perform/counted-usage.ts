import type { LifetimeUsage } from '../../domain/key/rotation-budget.js'
import type { Picodollars } from '../../domain/shared/picodollars.js'
import type { RemoteUsage } from '../ports/open-router-client.js'

/** What counts against a key's limit: its credits and, where the limit includes it, what went over the owner's provider keys. */
export const countedUsage = ({ byok, day, month, total, week }: RemoteUsage, includeByok: boolean): LifetimeUsage | null => {
  const sum = (credits: Picodollars | null, own: Picodollars | null): Picodollars | null => {
    if (credits === null || !includeByok) return credits
    return own === null ? null : ((credits + own) as Picodollars)
  }
  const whole = sum(total, byok.total)
  return whole === null
    ? null
    : { total: whole, day: sum(day, byok.day), week: sum(week, byok.week), month: sum(month, byok.month) }
}
