import type { Instant } from '../shared/instant.js'
import type { Picodollars } from '../shared/picodollars.js'
import type { Cap, CapTerm } from './cap.js'
import { laterDays, least, newWindow, ownLimit, positive, sendable, termOf, turnAfter, turnedBy } from './rotation-budget.js'
import type { FinalUsage, Split, Turned } from './split.js'
import type { HeldKey } from './state.js'

interface End {
  readonly final: FinalUsage | null
  readonly turned: Turned
  readonly at: Instant
}

export interface Remainder {
  readonly cap: Cap | null
  /** What is left of a cap for the whole life, where the key's limit is one. */
  readonly lifetime: Picodollars | null
}

/** The most that the predecessor can have spent since the split, by what is known of its end. */
const spentSince = (split: Split, final: FinalUsage | null): bigint => {
  if (final === null) return split.predecessor + split.lagBound
  return positive(final.used - split.from) + (final.settled ? 0n : split.lagBound)
}

const furthest = (split: Split, { at, turned }: End): Turned => {
  const by = turnedBy(split, at)
  if (turned === 'all' || by === 'all') return 'all'
  return turned === 'day' || by === 'day' ? 'day' : 'none'
}

/** What is left until the longest window turns: what its predecessor did not spend, or, after a turn, what it cannot have. */
const longestTerm = (split: Split, key: HeldKey, rest: Picodollars, { at }: End, turned: Turned): CapTerm | null => {
  if (turned !== 'all') return split.turnsAt === null ? null : termOf(key, rest, null, split.turnsAt)
  const { reset } = ownLimit(key)
  return newWindow(split, key, reset === null || reset === 'other' ? null : turnAfter(reset, at, split.quiet))
}

const dayTerm = (split: Split, day: NonNullable<Split['day']>, key: HeldKey, { at, final }: End, turned: Turned): CapTerm => {
  if (turned === 'none') return termOf(key, day.left - spentSince(split, final), null, day.turnsAt)
  return termOf(key, laterDays(split, key), null, turnAfter('daily', at, split.quiet))
}

/** What the successor may spend once its predecessor is dead: what is left until windows turn, or for good where none does. */
export const remainderOf = (split: Split, key: HeldKey, end: End): Remainder => {
  const turned = furthest(split, end)
  const rest = sendable(split.left - spentSince(split, end.final))
  const longest = longestTerm(split, key, rest, end, turned)
  const lifetime = turned !== 'all' && split.turnsAt === null ? (rest > key.floor ? rest : key.floor) : null
  if (split.day === null) return { cap: longest === null ? null : { ...longest, next: null }, lifetime }
  const today = dayTerm(split, split.day, key, end, turned)
  const whole = longest?.limit ?? lifetime ?? undefined
  return { cap: { ...today, limit: least(today.limit, whole), next: longest }, lifetime }
}
