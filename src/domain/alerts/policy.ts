import type { Schedule } from '../key/schedule.js'
import type { Millis } from '../shared/instant.js'
import { type Picodollars } from '../shared/picodollars.js'
import type { KeyFacts } from './facts.js'
import { isOwnRule, type Severity } from './rule.js'

/** Hours of the UTC day in which only critical alerts are delivered; from 22 to 7 goes over midnight. Minutes since midnight. */
export interface QuietHours {
  readonly from: number
  readonly to: number
}

/** What a rule does beside telling. `contain` makes the key unable to spend until it is resumed. */
export type RuleAction = 'tell' | 'contain'

/** What may be set for everything, for a tag or for a key; what is absent is as one level above. */
export interface RuleSettings {
  /** Whole percent of a limit, 1 to 99. At 100 the rule limit-reached speaks. */
  readonly thresholds?: ReadonlyArray<number>
  /** How long before its expiry a key is spoken of; several. */
  readonly expiring?: ReadonlyArray<Millis>
  /** How many times its baseline makes a spike. */
  readonly spikeFactor?: number
  /** How old a secret may become before its rotation is due; null: as old as it will. */
  readonly rotateAfter?: Millis | null
  /** Whether the watcher replaces a key by itself: at that age, and before it expires. Absent everywhere: it only tells. */
  readonly rotate?: boolean
  /** Null: no hours are quiet. */
  readonly quiet?: QuietHours | null
  /** Rules that are switched on here, and off one level above. */
  readonly on?: ReadonlyArray<string>
  readonly off?: ReadonlyArray<string>
  readonly severity?: Readonly<Record<string, Severity>>
  readonly action?: Readonly<Record<string, RuleAction>>
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
  spikeFactor: 8,
  quiet: null,
  digestAbove: 5,
}

/** What a key's own schedule says, of its rotation alone. */
const scheduled = ({ after, byWatcher }: Schedule): RuleSettings => ({
  ...(after === null ? {} : { rotateAfter: after === 'never' ? null : after }),
  ...(byWatcher === null ? {} : { rotate: byWatcher }),
})

/** The settings of one key, the strongest first: what is recorded of it, those of its name, those of its tags, those for all. */
export const settingsFor = (policy: AlertPolicy, key: Pick<KeyFacts, 'name' | 'tags' | 'schedule'>): ReadonlyArray<RuleSettings> => {
  const recorded = key.schedule === undefined ? [] : [scheduled(key.schedule)]
  const own = policy.keys[key.name]
  const tagged = Object.entries(key.tags).flatMap(([tag, value]) => policy.tags[`${tag}=${value}`] ?? [])
  return [...recorded, ...(own === undefined ? [] : [own]), ...tagged, policy.all]
}

type Measure = 'thresholds' | 'expiring' | 'spikeFactor' | 'rotateAfter' | 'rotate' | 'quiet'

/** The first value that a level names, the strongest level first. */
export const measureIn = <M extends Measure>(settings: ReadonlyArray<RuleSettings>, measure: M): RuleSettings[M] | undefined =>
  settings.find((each) => each[measure] !== undefined)?.[measure]

/** Which thresholds hold for a key, ascending: its own, else the first that a level of the policy names. */
export const thresholdsFor = (policy: AlertPolicy, key: KeyFacts): ReadonlyArray<number> => {
  const found = key.thresholds ?? measureIn(settingsFor(policy, key), 'thresholds') ?? []
  return [...new Set(found)].filter((each) => each > 0 && each < 100).sort((a, b) => a - b)
}

/** Whether a rule is switched off by the strongest of these settings that speaks of it. */
export const isOff = (settings: ReadonlyArray<RuleSettings>, rule: string): boolean => {
  const names = (list: ReadonlyArray<string> | undefined): boolean => list?.includes(rule) ?? false
  return names(settings.find(({ on, off }) => names(on) || names(off))?.off)
}

/** Rules that a key can be contained by: those that speak of what it spends, or of what happens to it. */
export const actingRules: ReadonlyArray<string> = ['threshold', 'limit-reached', 'forecast', 'spike', 'drift', 'no-fresh-reading', 'bound-broken']

/** What the strongest setting that speaks of a rule has it do. Rules of one's own may act too. */
export const actionIn = (settings: ReadonlyArray<RuleSettings>, rule: string): RuleAction =>
  actingRules.includes(rule) || isOwnRule(rule) ? (settings.flatMap(({ action }) => action?.[rule] ?? [])[0] ?? 'tell') : 'tell'

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

/** The quiet hours of one key, or of the account where there is none. */
export const quietFor = (policy: AlertPolicy, key: Pick<KeyFacts, 'name' | 'tags'> | null): QuietHours | null => {
  const found = measureIn(key === null ? [policy.all] : settingsFor(policy, key), 'quiet')
  return found === undefined ? policy.quiet : found
}
