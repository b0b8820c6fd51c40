import { isRight } from 'fp-ts/lib/Either.js'

import { limitRemaining } from '../../src/adapters/simulated-openrouter/key-state.js'
import { defaultTiming } from '../../src/application/settings.js'
import { otherHash, stagesOf } from '../../src/domain/key/rotation.js'
import type { KeyState } from '../../src/domain/key/state.js'
import { isSettled } from '../../src/domain/key/underway.js'
import { publicState } from '../../src/domain/key/view.js'
import { wantedOf } from '../../src/domain/key/wanted.js'
import type { KeyName } from '../../src/domain/shared/identifiers.js'
import type { Instant } from '../../src/domain/shared/instant.js'
import { fromDecimalDollars, type Picodollars } from '../../src/domain/shared/picodollars.js'
import { parseMarker } from '../../src/domain/shared/marker.js'
import { windowStart } from '../../src/domain/spend/window.js'
import type { Observer } from './invariants.js'

const epoch = 1_800_000_000_000
const cost = fromDecimalDollars('0.25')
/** What one request costs in the runs in which keys are used. */
export const requestCost = (isRight(cost) ? cost.right : 0n) as Picodollars

/** What the clock of OpenRouter shows, epoch milliseconds. */
export const nowOf = ({ universe }: Observer): number => epoch + universe.scheduler.now()

/** Which keys a lineage ever had, of the name that stands in `state`. */
const noteLineages = (observer: Observer, state: KeyState): void => {
  for (const stage of stagesOf(state)) {
    if (!('key' in stage)) continue
    const { hash, incarnation } = stage.key
    observer.lineages.set(hash, incarnation.lineage)
  }
}

const spentThisMonth = (observer: Observer, hash: string): bigint => {
  const month = windowStart('month', nowOf(observer) as Instant)
  const charges = observer.charges.get(hash) ?? []
  return charges.reduce((sum, { amount, at }) => (at >= month ? sum + amount : sum), 0n)
}

const mayStillSpend = (observer: Observer, hash: string): bigint => {
  const key = observer.universe.world.account.keys.get(hash)
  if (key === undefined || key.disabled) return 0n
  const left = limitRemaining(key, nowOf(observer))
  const residual = observer.residuals.get(parseMarker(key.name)?.nonce ?? '') ?? 0n
  return left === null || left <= residual ? 0n : left
}

/** All keys of a lineage together: what they spent this month and what they may still spend is never more than its limit. */
export const checkMonth = (observer: Observer, name: string, state: KeyState): void => {
  noteLineages(observer, state)
  const { stage } = state
  if (stage._tag !== 'Held' || stage.key.kept !== null) return
  const { lineage, spec } = stage.key.incarnation
  const { monthly } = spec.limits
  const hashes = [...observer.lineages].flatMap(([hash, of]) => (of === lineage ? [hash] : []))
  if (monthly === null || hashes.length < 2 || hashes.some((hash) => observer.meddled.has(hash))) return
  const sum = hashes.reduce((total, hash) => total + spentThisMonth(observer, hash) + mayStillSpend(observer, hash), 0n)
  // A soft limit lets one request through that crosses it.
  const slack = requestCost * BigInt(2 * hashes.length)
  if (sum > monthly + slack) observer.problems.push(`the keys of ${name} may spend ${String(sum)} in a month, of ${String(monthly)}`)
}

/** Whether a process slept through its claim by now: what it sends when it wakes is only put right afterwards. */
const sleptThrough = ({ universe: { counters, plan } }: Observer): boolean =>
  plan.stops.some(({ milliseconds, request }) => milliseconds > defaultTiming.request + defaultTiming.claimMargin && request <= counters.requests)

/** What `get` gives works, whenever the name is said to be active or replaced. */
export const checkHandedOut = (observer: Observer, name: string, state: KeyState): void => {
  const { stage } = state
  const said = publicState(state)
  if (stage._tag !== 'Held' || (said !== 'active' && said !== 'rotating') || !isSettled(stage.key) || wantedOf(stage.key).disabled) return
  const { hash, remote } = stage.key
  if (observer.meddled.has(hash) || observer.believedGone.has(hash) || remote._tag === 'Absent' || observer.universe.counters.beyondSettle) return
  if (sleptThrough(observer) || !observer.universe.counters.handsOut) return
  const key = observer.universe.world.account.keys.get(hash)
  if (key === undefined || key.disabled) observer.problems.push(`${name} is ${said}, and its key does not work`)
}

/** From the switch on the successor is what `get` gives: it must have been confirmed by then, with its share. */
export const checkSwitch = (observer: Observer, successor: string): void => {
  if (observer.meddled.has(successor)) return
  const key = observer.universe.world.account.keys.get(successor)
  const state = [...observer.folded.values()].find((each) => each.state.stage._tag === 'Held' && each.state.stage.key.hash === successor)?.state
  if (key === undefined) observer.problems.push('a successor was put to use that is not there')
  else if (state?.stage._tag === 'Held' && key.limit !== wantedOf(state.stage.key).limit)
    observer.problems.push('a successor was put to use before it had its share')
}

/** After weeks nothing is left of any rotation. */
export const checkNoRotationLeft = (observer: Observer): void => {
  for (const [name, { state }] of observer.folded)
    if (state.rotation !== null) observer.problems.push(`${name} is still being replaced (${state.rotation._tag})`)
}

/** The key that somebody means who says that the key of a name leaked: one that is being got rid of already, else the name's own. */
export const leakedKey = (observer: Observer, name: string): string | null => {
  const state = observer.folded.get(name as KeyName)?.state
  if (state === undefined) return null
  if (state.rotation?._tag === 'Retiring') return otherHash(state)
  return 'key' in state.stage ? state.stage.key.hash : null
}

/** Told that a leaked key was replaced, its owner may believe that it cannot spend any more. */
export const checkLeaked = (observer: Observer, name: string, hash: string | null): void => {
  if (hash === null || observer.meddled.has(hash) || observer.universe.counters.beyondSettle) return
  const key = observer.universe.world.account.keys.get(hash)
  if (key !== undefined && !key.disabled) observer.problems.push(`${name} is said to be replaced, and the key that leaked can spend`)
}
