import { between, type Instant } from '../shared/instant.js'
import type { Condition } from './condition.js'
import type { Incident, KeyFacts } from './facts.js'
import { conditionOf } from './make-condition.js'
import { type AlertPolicy, measureIn, type RuleSettings, settingsFor } from './policy.js'
import { isRotated, type RotationDate, rotationDate } from './rotation-date.js'
import type { RuleName } from './rule.js'
import { age, moment, span, standingOf } from './words.js'

interface Told {
  readonly means: string
  readonly next: string
}

const incident = (key: KeyFacts, rule: RuleName, found: Incident | null, now: Instant, told: Told): ReadonlyArray<Condition> =>
  found === null
    ? []
    : [
        conditionOf(key, {
          rule,
          asOf: now,
          scope: `since ${found.at}`,
          standing: 'active',
          text: { happened: `${key.name}: ${found.text} since ${moment(found.at)}. ${standingOf(key, now)}`, ...told },
        }),
      ]

/** The end of a containment is told once, and only where its beginning was: see `decide`. */
const lifted = (key: KeyFacts, now: Instant): ReadonlyArray<Condition> =>
  key.contained !== null
    ? []
    : [
        conditionOf(key, {
          rule: 'lifted',
          asOf: now,
          standing: 'active',
          text: {
            happened: `${key.name} may spend again. ${standingOf(key, now)}`,
            means: 'No reason to contain it is left.',
            next: `Nothing; lean-vault suspend ${key.name} stops it again.`,
          },
        }),
      ]

const hour = 3_600_000

const expiring = (policy: AlertPolicy, key: KeyFacts, now: Instant): ReadonlyArray<Condition> => {
  const { expiresAt } = key
  const settings = settingsFor(policy, key)
  const leads = measureIn(settings, 'expiring') ?? policy.expiring
  if (expiresAt === null) return []
  const left = between(now, expiresAt)
  // While the watcher has time to replace it, nobody need be told.
  const dated = isRotated(settings) ? rotationDate(settings, key) : null
  const told = dated === null ? leads : leads.filter((lead) => lead <= between(dated.at, expiresAt))
  const when = left === 0 ? `expired at ${moment(expiresAt)}` : `expires in ${span(left)}, at ${moment(expiresAt)}`
  return told.map((lead) =>
    conditionOf(key, {
      rule: 'expiring',
      asOf: now,
      threshold: String(Math.round(lead / hour)),
      scope: `at ${expiresAt}`,
      standing: left <= lead ? 'active' : 'between',
      text: {
        happened: `${key.name} ${when}. ${standingOf(key, now)}`,
        means: 'OpenRouter refuses it from then on, and an expiry cannot be moved.',
        next: `lean-vault rotate ${key.name} puts a key in its place that lives as long again; its programs fetch it by the same name.`,
      },
    }),
  )
}

/** How long the watcher has for a rotation of its own before somebody is told that it is due. */
const patience = hour

const isToldOf = (settings: ReadonlyArray<RuleSettings>, key: KeyFacts, due: Instant, now: Instant): boolean => {
  if (!isRotated(settings) || key.rotationDue !== null) return now >= due
  return now >= due + patience || (now >= due && (key.rotationFailed ?? null) !== null)
}

const meaningOf = (why: RotationDate['why'], key: KeyFacts): string =>
  why === 'expiry' && key.expiresAt !== null
    ? `OpenRouter refuses it from ${moment(key.expiresAt)} on, and its successor is not in use.`
    : 'Its secret is older than you wanted any secret to be.'

/** By the date that was set, else by the age that the policy allows, and before the expiry where the watcher rotates. */
const rotation = (policy: AlertPolicy, key: KeyFacts, now: Instant): ReadonlyArray<Condition> => {
  const settings = settingsFor(policy, key)
  const dated: RotationDate | null = key.rotationDue === null ? rotationDate(settings, key) : { at: key.rotationDue, why: 'age' }
  if (dated === null) return []
  const failed = key.rotationFailed ?? null
  const failure = failed === null ? '' : `; the last try, at ${moment(failed.at)}, came to nothing: ${failed.text}`
  return [
    conditionOf(key, {
      rule: 'rotation-due',
      asOf: now,
      scope: `at ${dated.at}`,
      standing: isToldOf(settings, key, dated.at, now) ? 'active' : 'between',
      text: {
        happened: `${key.name} was to be rotated by ${moment(dated.at)}${failure}. ${standingOf(key, now)}`,
        means: meaningOf(dated.why, key),
        next: `lean-vault rotate ${key.name} replaces it; lean-vault show ${key.name} tells its age.`,
      },
    }),
  ]
}

const silence = (key: KeyFacts, now: Instant): ReadonlyArray<Condition> => {
  const { freshFor } = key
  // A key that was never read is as old as nobody's knowledge of it.
  const readAt = key.readAt ?? key.bornAt ?? null
  if (freshFor === null || readAt === null) return []
  const old = between(readAt, now)
  return [
    conditionOf(key, {
      rule: 'no-fresh-reading',
      // What is known is as old as the reading: whoever saw a newer one knows better.
      asOf: readAt,
      rearms: true,
      standing: old > freshFor ? 'active' : old * 2 <= freshFor ? 'cleared' : 'between',
      text: {
        happened: `Nobody has read what ${key.name} spends for ${span(old)}; it is to be read every ${span(freshFor)} (${age(key.readAt, now)}). ${standingOf(key, now)}`,
        means: 'Limits that are watched here are not enforced, and no alert about its spend can come.',
        next: `See whether the watcher runs and reaches OpenRouter; lean-vault credentials check tells the latter.`,
      },
    }),
  ]
}

/** What a key gives rise to beside its spend. */
export const keyConditions = (policy: AlertPolicy, key: KeyFacts, now: Instant): ReadonlyArray<Condition> => [
  ...incident(key, 'contained', key.contained, now, {
    means: 'OpenRouter refuses it; its programs do not work.',
    next: `lean-vault show ${key.name} tells the reasons; lean-vault resume ${key.name} takes back what you asked for.`,
  }),
  ...lifted(key, now),
  ...incident(key, 'debt', key.debt, now, {
    means: 'A remote key that should be gone may still be there.',
    next: `Run lean-vault reconcile until nothing is outstanding; lean-vault show ${key.name} says why it failed.`,
  }),
  ...incident(key, 'drift', key.drift, now, {
    means: 'Somebody changed it at OpenRouter without this vault.',
    next: 'Find out who it was; lean-vault reconcile puts it back.',
  }),
  ...incident(key, 'bound-broken', key.boundBroken, now, {
    means: 'The stated bound of overshoot does not hold for this key.',
    next: `Look at lean-vault show ${key.name}, and give the key a limit that leaves more room.`,
  }),
  ...expiring(policy, key, now),
  ...rotation(policy, key, now),
  ...silence(key, now),
]
