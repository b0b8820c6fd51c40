import type { KeyEvent } from '../key/event.js'
import type { KeyDecider } from '../key/index.js'
import type { KeyState } from '../key/state.js'
import { containedFor, publicState } from '../key/view.js'
import { cannotSpend, wantedOf } from '../key/wanted.js'
import type { Instant } from '../shared/instant.js'
import type { Incident, KeyFacts } from './facts.js'

type Folding = Pick<KeyDecider, 'initial' | 'evolve'>

/** When something that holds now began: the time of the first fact since which it has held without a break. */
const since = ({ initial, evolve }: Folding, events: ReadonlyArray<KeyEvent>, holds: (state: KeyState) => boolean): Instant | null => {
  const walked = events.reduce(
    ({ state, began }, event) => {
      const next = evolve(state, event)
      return { state: next, began: holds(next) ? (began ?? event.at) : null }
    },
    { state: initial, began: null as Instant | null },
  )
  return walked.began
}

const incident = (at: Instant | null, text: string): Incident | null => (at === null ? null : { at, text })

const isOwed = (state: KeyState): boolean => publicState(state) === 'revocation-outstanding'

/** Contained by anybody's wish; a removal that is under way tells its own story. */
const isContained = ({ stage }: KeyState): boolean =>
  stage._tag === 'Held' && stage.key.reasons.length > 0 && cannotSpend(wantedOf(stage.key))

const stallText = ({ stage, strays }: KeyState): string => {
  const own = 'stall' in stage ? stage.stall : null
  const cause = (own ?? strays.find((stray) => stray.stall !== null)?.stall)?.cause.message
  return cause === undefined ? 'a remote key is still to be revoked' : `a remote key is still to be revoked (${cause})`
}

/** An edit that was seen long ago is no news, whoever hears of it first today. */
const newsFor = 86_400_000

const driftIn = (events: ReadonlyArray<KeyEvent>, now: Instant): Incident | null => {
  const found = [...events].reverse().find((event) => event.type === 'DriftObserved' || event.type === 'GuardrailDriftObserved')
  if (found === undefined || now - found.at > newsFor) return null
  if (found.type === 'GuardrailDriftObserved') return { at: found.at, text: 'its guardrail was changed at OpenRouter by somebody else' }
  return { at: found.at, text: found.policy === null ? 'deleted at OpenRouter by somebody else' : 'changed at OpenRouter by somebody else' }
}

/** What the facts of a name tell of containment, debt and drift, each with its beginning. */
export const logIncidents = (
  folding: Folding,
  state: KeyState,
  events: ReadonlyArray<KeyEvent>,
  now: Instant,
): Pick<KeyFacts, 'contained' | 'debt' | 'drift'> => ({
  contained: isContained(state)
    ? incident(since(folding, events, isContained), `contained (${containedFor(state.stage).join(', ')})`)
    : null,
  debt: isOwed(state) ? incident(since(folding, events, isOwed), stallText(state)) : null,
  drift: driftIn(events, now),
})
