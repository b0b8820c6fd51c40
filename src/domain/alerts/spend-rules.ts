import type { Instant } from '../shared/instant.js'
import { windowStart } from '../spend/window.js'
import type { Condition } from './condition.js'
import type { KeyFacts, WindowFacts } from './facts.js'
import { conditionOf } from './make-condition.js'
import { type AlertPolicy, measureIn, settingsFor, thresholdsFor } from './policy.js'
import { paceOf } from './spike.js'
import { age, dayOf, money, standing, standingOf } from './words.js'

const scopeOf = ({ window, start }: WindowFacts): string => `${window} ${dayOf(start)}`

/** Late data may tell of a window that is over: then nobody is refused any more. */
const isOver = ({ window, start }: WindowFacts, now: Instant): boolean => start < windowStart(window, now)

/** A window with a limit and a number can be judged; spend in a window never falls, so nothing in it is told twice. */
const limitSteps = (key: KeyFacts, window: WindowFacts, steps: ReadonlyArray<number>, now: Instant): ReadonlyArray<Condition> => {
  const { used, limit, readAt, revision } = window
  if (used === null || limit === null || readAt === null || limit === 0n) return []
  const common = { asOf: readAt, scope: scopeOf(window), revision }
  const stood = standing(window, now)
  const over = isOver(window, now) ? `That ${window.window} began on ${dayOf(window.start)} and is over; it shows only now.` : null
  const below = steps.map((step) =>
    conditionOf(key, {
      ...common,
      rule: 'threshold',
      threshold: String(step),
      standing: used * 10_000n >= limit * BigInt(Math.round(step * 100)) ? 'active' : 'between',
      text: {
        happened: `${key.name} has used ${step} percent of its limit: ${stood}.`,
        means: over ?? 'It goes on working until the limit is reached.',
        next: `Look at lean-vault show ${key.name}; lean-vault suspend ${key.name} stops it.`,
      },
    }),
  )
  const reached = conditionOf(key, {
    ...common,
    rule: 'limit-reached',
    standing: used >= limit ? 'active' : 'between',
    text: {
      happened: `${key.name} has reached its limit: ${stood}.`,
      means: over ?? `Its programs are refused, or will be soon, until the next ${window.window} begins (UTC).`,
      next: `Look at lean-vault show ${key.name}, and see whether this spend is yours.`,
    },
  })
  return [...below, reached]
}

const forecastOf = (key: KeyFacts, window: WindowFacts, now: Instant): ReadonlyArray<Condition> => {
  const { used, limit, readAt, revision, forecast } = window
  if (used === null || limit === null || readAt === null || forecast === null || limit === 0n) return []
  const active = forecast >= limit && used < limit
  return [
    conditionOf(key, {
      rule: 'forecast',
      asOf: readAt,
      scope: scopeOf(window),
      revision,
      standing: active ? 'active' : 'between',
      text: {
        happened: `${key.name} will pass its limit if it goes on like this: ${money(forecast)} by the end of the ${window.window}. It has spent ${standing(window, now)}.`,
        means: `Its programs will be refused before the ${window.window} ends (UTC).`,
        next: `Look at lean-vault show ${key.name}; let it spend less, or give it another limit.`,
      },
    }),
  ]
}

const spikeOf = (key: KeyFacts, policy: AlertPolicy, now: Instant): ReadonlyArray<Condition> => {
  const pace = paceOf(key.readings, measureIn(settingsFor(policy, key), 'spikeFactor') ?? policy.spikeFactor)
  const newest = key.readings[key.readings.length - 1]
  if (pace === null || newest === undefined) return []
  return [
    conditionOf(key, {
      rule: 'spike',
      asOf: newest.at,
      standing: pace.standing,
      rearms: true,
      text: {
        happened: `${key.name} spends ${money(pace.recent)} an hour, and usually ${money(pace.usual)} at this time when it is used (${age(newest.at, now)}). ${standingOf(key, now)}`,
        means: 'Something new uses this key: a change of yours, a loop, or somebody who should not have it.',
        next: `If it is not you: lean-vault suspend ${key.name}, at once.`,
      },
    }),
  ]
}

/** What the spend of a key gives rise to. */
export const spendConditions = (policy: AlertPolicy, key: KeyFacts, now: Instant): ReadonlyArray<Condition> => {
  const steps = thresholdsFor(policy, key)
  return [
    ...key.windows.flatMap((window) => [...limitSteps(key, window, steps, now), ...forecastOf(key, window, now)]),
    ...spikeOf(key, policy, now),
  ]
}
