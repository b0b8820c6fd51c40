import type { KeyEvent } from '../key/event.js'
import type { KeyState, StageTag } from '../key/state.js'
import { incarnationOf } from '../key/view.js'
import { isConverged } from '../key/wanted.js'
import type { Instant } from '../shared/instant.js'
import type { Subject } from './identity.js'

/** Where the containing of a key for one alert stands. */
export type ActionStanding =
  | { readonly _tag: 'Wish' }
  /** Wished, and under way; or refused, and to be wished again at a date. */
  | { readonly _tag: 'Wait' }
  | { readonly _tag: 'Over'; readonly outcome: 'contained' | 'nothing-to-contain' }

const over = (outcome: 'contained' | 'nothing-to-contain'): ActionStanding => ({ _tag: 'Over', outcome })

const minute = 60_000
const longest = 60 * minute

/** After a refusal, or an OpenRouter that cannot be reached, it is tried again: at once, and then less and less often. */
const dueAgain = (rolledBack: ReadonlyArray<KeyEvent>, now: Instant): boolean => {
  const last = rolledBack[rolledBack.length - 1]
  return last === undefined || now >= last.at + Math.min(longest, minute * 2 ** Math.min(rolledBack.length - 1, 10))
}

/** Whether a reason of ours is among those for which the key is contained now, and that is so at OpenRouter. */
const standingOf = ({ stage }: KeyState): 'confirmed' | 'pending' | null => {
  if (stage._tag !== 'Held' || !stage.key.reasons.includes('alert')) return null
  return isConverged(stage.key) ? 'confirmed' : 'pending'
}

const ending: ReadonlySet<StageTag> = new Set<StageTag>(['Removing', 'Outstanding', 'LeavingAlive'])

/** The facts from the first wish for an alert on. */
const sinceWish = (events: ReadonlyArray<KeyEvent>, mark: string): ReadonlyArray<KeyEvent> => {
  const first = events.findIndex((event) => event.type === 'ContainmentRequested' && (event.note?.includes(mark) ?? false))
  return first < 0 ? [] : events.slice(first)
}

/**
 * What is left to do for an alert that contains its key, by the facts of the key: `mark` is in the note of each wish for it. A key
 * that was resumed stays so. A key of a later life of the name was never spoken of.
 */
export const actionStanding = (
  subject: Subject,
  mark: string,
  { state, events }: { readonly state: KeyState; readonly events: ReadonlyArray<KeyEvent> },
  now: Instant,
): ActionStanding => {
  const { stage } = state
  if (incarnationOf(stage)?.lineage !== subject) return over('nothing-to-contain')
  const standing = standingOf(state)
  if (standing !== null) return standing === 'confirmed' ? over('contained') : { _tag: 'Wait' }
  const since = sinceWish(events, mark)
  if (since.some((event) => event.type === 'LiftingRequested' && event.reason === 'alert')) return over('contained')
  if (ending.has(stage._tag)) return over('nothing-to-contain')
  const rolledBack = since.filter((event) => event.type === 'ContainmentRolledBack' && event.reason === 'alert')
  return stage._tag === 'Held' && dueAgain(rolledBack, now) ? { _tag: 'Wish' } : { _tag: 'Wait' }
}
