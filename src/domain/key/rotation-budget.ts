import type { Instant, Millis } from '../shared/instant.js'
import { plus } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import { type WindowKind, windowEnd } from '../spend/window.js'
import type { Cap, CapTerm } from './cap.js'
import { askedGuard } from './guard.js'
import type { KeptLimit, LimitReset } from './remote-policy.js'
import type { Left, Split, Turned } from './split.js'
import type { HeldKey } from './state.js'
import { ownedOf, wantedOf } from './wanted.js'

/** What a key has spent, with whatever else counts against its limit; `null` where OpenRouter did not say. */
export interface LifetimeUsage {
  readonly total: Picodollars
  readonly day: Picodollars | null
  readonly week: Picodollars | null
  readonly month: Picodollars | null
}

const windowOf: Readonly<Record<LimitReset, WindowKind>> = { daily: 'day', weekly: 'week', monthly: 'month' }

/** A ten-thousandth of a dollar: the finest limit that is sent. */
const finest = 100_000_000n
export const positive = (amount: bigint): Picodollars => (amount > 0n ? amount : 0n) as Picodollars
export const sendable = (amount: bigint): Picodollars => (positive(amount) - (positive(amount) % finest)) as Picodollars
export const least = (a: Picodollars, b: Picodollars | undefined): Picodollars => (b === undefined || a < b ? a : b)
const most = (a: Picodollars, b: Picodollars): Picodollars => (a > b ? a : b)

/** The limit that holds while no reason contains the key. */
export const uncontainedLimit = (key: HeldKey): KeptLimit =>
  wantedOf({ ...key, reasons: key.reasons.filter((reason) => reason === 'drift') })

/** The limit as it is without any sharing out. */
export const ownLimit = (key: HeldKey): KeptLimit => uncontainedLimit({ ...key, cap: null })

/** The day's limit that is not on the key itself, whoever enforces it. */
const dayLimit = (key: HeldKey): Picodollars | null => askedGuard(key)?.limit ?? null

const usedIn = (usage: LifetimeUsage, reset: KeptLimit['reset']): Picodollars | null => {
  switch (reset) {
    case null:
      return usage.total
    case 'daily':
      return usage.day
    case 'weekly':
      return usage.week
    case 'monthly':
      return usage.month
    case 'other':
      return null
  }
}

/** When the window after `at` begins, and our clock certainly says so too. */
export const turnAfter = (reset: LimitReset, at: Instant, margin: Millis): Instant => plus(windowEnd(windowOf[reset], at), margin)

interface Reading {
  readonly at: Instant
  readonly lagBound: Picodollars
  readonly quiet: Millis
}

/** What is left of the limit whose window is the longest. */
const longestLeft = (key: HeldKey, usage: LifetimeUsage, { at, quiet }: Reading): Left | null => {
  const cap = key.cap?.next ?? key.cap
  const { limit, reset } = uncontainedLimit({ ...key, cap: cap === null ? null : { ...cap, next: null } })
  const used = usedIn(usage, reset)
  if (limit === null || used === null) return null
  const left = positive(limit - used)
  if (cap !== null) return { left, turnsAt: cap.until }
  return { left, turnsAt: reset === null || reset === 'other' ? null : turnAfter(reset, at, quiet) }
}

/** What is left of a cap that stands in until the day turns, because a key was replaced today already. */
const leftOfCap = (key: HeldKey, usage: LifetimeUsage): Picodollars | null =>
  key.cap === null || key.cap.next === null ? null : positive((uncontainedLimit(key).limit ?? 0n) - usage.total)

/** What is left of the day, by its own limit and by a cap that stands in until it turns. `null`: OpenRouter did not say. */
const dayLeft = (key: HeldKey, usage: LifetimeUsage, { at, quiet }: Reading): { readonly day: Left | null } | null => {
  const limit = dayLimit(key)
  const capped = leftOfCap(key, usage)
  const turnsAt = turnAfter('daily', at, quiet)
  if (limit === null) return { day: capped === null ? null : { left: capped, turnsAt } }
  if (usage.day === null) return null
  return { day: { left: least(positive(limit - usage.day), capped ?? undefined), turnsAt } }
}

/**
 * Shares out what is left, less what may not be shown yet: of the month, and of the day where that is less. A contained key gets
 * nothing, else both get half, so that whichever is handed out works. `null` where there is nothing to share or the usage is not known.
 */
export const splitOf = (key: HeldKey, usage: LifetimeUsage, reading: Reading): Split | null => {
  const longest = longestLeft(key, usage, reading)
  const days = dayLeft(key, usage, reading)
  if (longest === null || days === null) return null
  const { lagBound, quiet } = reading
  const shared = positive(least(longest.left, days.day?.left) - lagBound)
  const predecessor = wantedOf(key).disabled ? positive(0n) : sendable(shared / 2n)
  return { ...longest, ...days, lagBound, from: usage.total, predecessor, successor: sendable(shared - predecessor), quiet }
}

/** A term of a cap: never below the least that OpenRouter takes for the key. */
export const termOf = (key: HeldKey, limit: bigint, reset: LimitReset | null, until: Instant | null): CapTerm => {
  const { limit: owned, reset: window } = ownedOf(key)
  return { limit: most(sendable(limit), key.floor), reset, until, instead: { limit: owned, reset: window } }
}

/** A cap for the whole life, so that no window's turn refills it. */
const lifetimeCap = (key: HeldKey, limit: bigint): Cap => ({ ...termOf(key, limit, null, null), next: null })

export const predecessorCap = (split: Split, key: HeldKey): Cap => lifetimeCap(key, split.from + split.predecessor)
export const successorCap = (split: Split, key: HeldKey): Cap => lifetimeCap(key, split.successor)

/** Which have turned by now. */
export const turnedBy = ({ day, turnsAt }: Split, at: Instant): Turned => {
  if (turnsAt !== null && at >= turnsAt) return 'all'
  return day?.turnsAt !== undefined && day.turnsAt !== null && at >= day.turnsAt ? 'day' : 'none'
}

/** What a successor may spend in its life on the days after the first, whatever its predecessor does with its share. */
export const laterDays = (split: Split, key: HeldKey): bigint =>
  most(split.successor, positive((dayLimit(key) ?? 0n) - split.predecessor))

/** The new window's limit, but for what the predecessor may still spend in it. */
export const newWindow = (split: Split, key: HeldKey, until: Instant | null): CapTerm | null => {
  const { limit, reset } = ownLimit(key)
  return limit === null || reset === 'other' ? null : termOf(key, limit - split.predecessor, reset, until)
}

/** What stands in for the limit after a turn while the predecessor is there. A day's limit is not given twice, so it is for the whole life. */
export const turnedCap = (split: Split, key: HeldKey, turned: Turned): Cap | null => {
  const fresh = newWindow(split, key, null)
  if (split.day === null) return fresh === null ? null : { ...fresh, next: null }
  const whole = turned === 'all' ? (fresh?.limit ?? positive(0n)) : positive(split.left - split.lagBound - split.predecessor)
  const days = positive(laterDays(split, key))
  return lifetimeCap(key, least(days, whole))
}
