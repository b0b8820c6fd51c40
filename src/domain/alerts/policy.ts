import type { Millis } from '../shared/instant.js'
import { type Picodollars } from '../shared/picodollars.js'
import type { KeyFacts } from './facts.js'
import type { Severity } from './rule.js'

/** Hours of the UTC day in which only critical alerts are delivered; from 22 to 7 goes over midnight. Minutes since midnight. */
export interface QuietHours {
  readonly from: number
  readonly to: number
}

/** What may be set for everything, for a tag or for a key; what is absent is as one level above. */
export interface RuleSettings {
  /** Whole percent of a limit, 1 to 99. At 100 the rule limit-reached speaks. */
  readonly thresholds?: ReadonlyArray<number>
  readonly off?: ReadonlyArray<string>
  readonly severity?: Readonly<Record<string, Severity>>
}

/** How alerts are raised and delivered. */
export interface AlertPolicy {
  readonly all: RuleSettings
  /** By `key=value`. */
  readonly tags: Readonly<Record<string, RuleSettings>>
  /** By name. */
  readonly keys: Readonly<Record<string, RuleSettings>>
  readonly creditLow: Picodollars
  /** How long before its expiry a key is spoken of; several. */
  readonly expiring: ReadonlyArray<Millis>
  /** How many times its baseline makes a spike. */
  readonly spikeFactor: number
  readonly quiet: QuietHours | null
  /** More alerts than this for one channel at once become one digest. */
  readonly digestAbove: number
}

const day = 86_400_000

/** What holds without any configuration. */
export const defaultPolicy: AlertPolicy = {
  all: { thresholds: [80, 95] },
  tags: {},
  keys: {},
  creditLow: 10_000_000_000_000n as Picodollars,
  expiring: [(7 * day) as Millis, day as Millis],
  spikeFactor: 5,
  quiet: null,
  digestAbove: 5,
}

/** The settings of one key, the strongest first: its own, those of its tags, those for all. */
export const settingsFor = (policy: AlertPolicy, key: Pick<KeyFacts, 'name' | 'tags'>): ReadonlyArray<RuleSettings> => {
  const own = policy.keys[key.name]
  const tagged = Object.entries(key.tags).flatMap(([tag, value]) => policy.tags[`${tag}=${value}`] ?? [])
  return [...(own === undefined ? [] : [own]), ...tagged, policy.all]
}

/** Which thresholds hold for a key, ascending: its own, else the first that a level of the policy names. */
export const thresholdsFor = (policy: AlertPolicy, key: KeyFacts): ReadonlyArray<number> => {
  const found = key.thresholds ?? settingsFor(policy, key).find(({ thresholds }) => thresholds !== undefined)?.thresholds ?? []
  return [...new Set(found)].filter((each) => each > 0 && each < 100).sort((a, b) => a - b)
}

/** Whether a rule is switched off by any of these settings. */
export const isOff = (settings: ReadonlyArray<RuleSettings>, rule: string): boolean =>
  settings.some(({ off }) => off?.includes(rule) ?? false)

/** The severity that the strongest setting names. */
export const severityIn = (settings: ReadonlyArray<RuleSettings>, rule: string, usual: Severity): Severity =>
  settings.flatMap(({ severity }) => severity?.[rule] ?? [])[0] ?? usual

const dayLength = 1440

/** Minutes since midnight UTC, as `22:00`. */
export const isQuiet = (quiet: QuietHours | null, at: number): boolean => {
  if (quiet === null || quiet.from === quiet.to) return false
  const minute = Math.floor(at / 60_000) % dayLength
  return quiet.from < quiet.to ? minute >= quiet.from && minute < quiet.to : minute >= quiet.from || minute < quiet.to
}
