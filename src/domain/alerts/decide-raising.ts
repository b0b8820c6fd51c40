import type { Instant } from '../shared/instant.js'
import type { Condition } from './condition.js'
import type { AlertEvent } from './event.js'
import { revisionKey } from './evolve.js'
import { caseKey, refOf } from './identity.js'
import { stepOf } from './make-condition.js'
import { type AlertState, isMuted } from './state.js'

/** The open containment that a lifting ends; the lifting takes its scope, and so its identity. */
const followed = (state: AlertState, condition: Condition): Condition | null => {
  if (condition.case.rule !== 'lifted') return condition
  const open = [...state.alerts.values()].filter(
    ({ identity, clearedAt, raisedAt }) => identity.rule === 'contained' && clearedAt === null && raisedAt < condition.asOf,
  )
  const last = open[open.length - 1]
  if (last === undefined) return null
  const found = { ...condition.case, scope: last.identity.scope }
  return { ...condition, case: found, ...stepOf(found) }
}

const isArmed = (state: AlertState, { case: found, asOf, rearms }: Condition): boolean => {
  const known = state.cases.get(caseKey(found))
  return known === undefined || (!known.open && rearms && asOf >= known.asOf)
}

const isOutdated = (state: AlertState, { case: found }: Condition): boolean =>
  found.revision < (state.revisions.get(revisionKey(found)) ?? 0)

/** A step of something of which a higher one was told already is no news. */
const isNews = (state: AlertState, condition: Condition): boolean => {
  const { family, level } = condition
  return isArmed(state, condition) && !isOutdated(state, condition) && level > (state.levels.get(family) ?? -Infinity)
}

const highest = (conditions: ReadonlyArray<Condition>): ReadonlyArray<Condition> =>
  [...conditions.reduce((best, each) => {
    const standing = best.get(each.family)
    return standing === undefined || each.level > standing.level ? best.set(each.family, each) : best
  }, new Map<string, Condition>()).values()]

const raise =
  (state: AlertState, elsewhere: AlertState['mutes'], at: Instant) =>
  ({ case: found, name, severity, text, asOf, action }: Condition): ReadonlyArray<AlertEvent> => {
    const occurrence = (state.cases.get(caseKey(found))?.occurrence ?? 0) + 1
    const muted = isMuted(state.mutes, found.rule, at) || isMuted(elsewhere, found.rule, at)
    const raised: AlertEvent = { type: 'AlertRaised', identity: { ...found, occurrence }, name, severity, text, asOf, muted, at }
    if (found.rule === 'lifted') return [raised, { type: 'AlertCleared', case: { ...found, rule: 'contained' }, asOf, at }]
    // Whoever mutes a rule knows what is going on, and wants the key to go on too.
    return action === 'contain' && !muted ? [raised, { type: 'AlertActionDue', alert: refOf({ ...found, occurrence }), at }] : [raised]
  }

const clears = (state: AlertState, conditions: ReadonlyArray<Condition>): ReadonlyArray<Condition> =>
  conditions.filter(({ case: found, standing, rearms, asOf }) => {
    const known = state.cases.get(caseKey(found))
    return standing === 'cleared' && rearms && known?.open === true && asOf > known.asOf
  })

/**
 * What is news in these conditions of one subject. Each case is told once; again only after it was cleared. Of the steps of one
 * thing only the highest is told. `elsewhere` are the mutes for every subject.
 */
export const news = (
  state: AlertState,
  conditions: ReadonlyArray<Condition>,
  elsewhere: AlertState['mutes'],
  at: Instant,
): ReadonlyArray<AlertEvent> => {
  const active = conditions.flatMap((condition) => {
    const found = condition.standing === 'active' ? followed(state, condition) : null
    return found !== null && isNews(state, found) ? [found] : []
  })
  const cleared = clears(state, conditions).map(({ case: found, asOf }): AlertEvent => ({ type: 'AlertCleared', case: found, asOf, at }))
  return [...cleared, ...highest(active).flatMap(raise(state, elsewhere, at))]
}
