import type { Effect, KeyEvent } from './event.js'
import { type RemotePolicy, samePolicy } from './remote-policy.js'
import { isGuarded } from './guard.js'
import type { HeldKey, PendingChange, Underway } from './state.js'
import type { Instant } from '../shared/instant.js'
import { containedOf, isConverged, wantedOf } from './wanted.js'

/** What a change under this effect sends; `null` is a deletion. */
export const sentBy = (effect: Effect, key: HeldKey): RemotePolicy | null => {
  switch (effect) {
    case 'delete':
    case 'guard':
      return null
    case 'contain':
      return containedOf(key)
    case 'activate':
    case 'converge':
    case 'restore':
      return wantedOf(key)
  }
}

const wouldChange = (key: HeldKey, { policy }: Underway): boolean => policy === null || !samePolicy(policy, wantedOf(key))

/** Until when a change of ours that was given up for lost could still take the key from where we want it. `null`: none can. */
export const unsettledUntil = (key: HeldKey): Instant | null =>
  key.underway
    .filter((each) => wouldChange(key, each))
    .reduce<Instant | null>((latest, { until }) => (latest === null || until > latest ? until : latest), null)

/** The policy on the key itself is as we want it and stays so. */
export const isPolicySettled = (key: HeldKey): boolean => isConverged(key) && unsettledUntil(key) === null

/** The key is as we want it and nothing of ours that may still arrive can change that. Only then is anything "done", or "as before". */
export const isSettled = (key: HeldKey): boolean => isPolicySettled(key) && isGuarded(key)

/** What was asked for is there: containing and lifting are a matter of the key itself, limits of its guardrail too. */
export const isDone = (change: PendingChange, key: HeldKey): boolean => (change.kind === 'limits' ? isSettled(key) : isPolicySettled(key))

const policiesOf = (underway: ReadonlyArray<Underway>): ReadonlyArray<RemotePolicy> =>
  underway.flatMap(({ policy }) => (policy === null ? [] : [policy]))

const without = (policies: ReadonlyArray<RemotePolicy>, policy: RemotePolicy): ReadonlyArray<RemotePolicy> =>
  policies.filter((each) => !samePolicy(each, policy))

/** A change that has arrived is not lost any more. */
export const arrived = (key: HeldKey, policy: RemotePolicy): HeldKey =>
  key.lost.length === 0 ? key : { ...key, lost: without(key.lost, policy) }

/** Whether a policy that was found may be a lost change of our own that arrived after all. */
export const isOurs = (key: HeldKey, policy: RemotePolicy): boolean =>
  key.remote._tag === 'Unknown' || [...key.lost, ...policiesOf(key.underway)].some((each) => samePolicy(each, policy))

/** A read that was sent at `asOf` shows whatever was to arrive before. */
export const afterReading = (key: HeldKey, asOf: Instant): HeldKey =>
  key.underway
    .filter(({ until }) => until <= asOf)
    .reduce<HeldKey>(
      (rest, ended) => ({
        ...rest,
        underway: rest.underway.filter((each) => each !== ended),
        lost: ended.policy === null ? rest.lost : [...without(rest.lost, ended.policy), ended.policy],
      }),
      key,
    )

/** The fact that lost changes can arrive no more, where a read that was sent at `asOf` settles any. */
export const arrivalsEnded = (key: HeldKey, asOf: Instant, at: Instant): ReadonlyArray<KeyEvent> =>
  key.underway.some((each) => each.until <= asOf) ? [{ type: 'LateChangesRuledOut', asOf, at }] : []
