import type { Incarnation } from '../key/state.js'
import type { KeyName } from '../shared/identifiers.js'
import { between, type Instant, type Millis, plus } from '../shared/instant.js'
import { type AlertPolicy, measureIn, type RuleSettings, settingsFor } from './policy.js'

/** When a key is to be replaced, and whether for its age or because it expires. */
export interface RotationDate {
  readonly at: Instant
  readonly why: 'age' | 'expiry'
}

const day = 86_400_000

/** How long both keys work where a schedule replaces a key. */
export const scheduledGrace = day as Millis

/** The overlap, and as long again for tries that fail; a key of a short life has half of it. */
const leadOf = (life: Millis): Millis => Math.min(scheduledGrace + day, life / 2) as Millis

const before = (at: Instant, length: Millis): Instant => Math.max(0, at - length) as Instant

interface Dated {
  /** When its secret was asked for. */
  readonly bornAt?: Instant | null
  readonly expiresAt: Instant | null
}

/** Whether the strongest of these settings that speaks of it has the watcher replace keys. */
export const isRotated = (settings: ReadonlyArray<RuleSettings>): boolean => measureIn(settings, 'rotate') === true

const byAge = (settings: ReadonlyArray<RuleSettings>, bornAt: Instant): ReadonlyArray<RotationDate> => {
  const oldest = measureIn(settings, 'rotateAfter') ?? null
  return oldest === null ? [] : [{ at: plus(bornAt, oldest), why: 'age' }]
}

const byExpiry = (settings: ReadonlyArray<RuleSettings>, bornAt: Instant, expiresAt: Instant | null): ReadonlyArray<RotationDate> =>
  expiresAt === null || !isRotated(settings) ? [] : [{ at: before(expiresAt, leadOf(between(bornAt, expiresAt))), why: 'expiry' }]

/**
 * When these settings want a key replaced; null: never. An expiry alone is the wish that the key should end, so one that nobody
 * asked to rotate is not replaced for it.
 */
export const rotationDate = (settings: ReadonlyArray<RuleSettings>, { bornAt, expiresAt }: Dated): RotationDate | null => {
  if (bornAt === undefined || bornAt === null) return null
  const dates = [...byAge(settings, bornAt), ...byExpiry(settings, bornAt, expiresAt)]
  return dates.reduce<RotationDate | null>((first, each) => (first === null || each.at < first.at ? each : first), null)
}

/** When a key is to be replaced by all that is said of it, and whether the watcher does it. */
export interface PlannedRotation {
  readonly date: RotationDate | null
  readonly byWatcher: boolean
}

export const plannedRotation = (policy: AlertPolicy, name: KeyName, { generationAt, schedule, spec }: Incarnation): PlannedRotation => {
  const settings = settingsFor(policy, { name, tags: spec.tags, schedule })
  return { date: rotationDate(settings, { bornAt: generationAt, expiresAt: spec.expiresAt }), byWatcher: isRotated(settings) }
}
