import { type AlertPolicy, actionIn, isOff, measureIn, type QuietHours, type RuleAction, type RuleSettings, severityIn } from '../../domain/alerts/policy.js'
import { type RuleName, ruleNames, ruleSeverities } from '../../domain/alerts/rule.js'
import { money } from '../../domain/alerts/words.js'
import { spanText } from '../span-text.js'

/** What is set otherwise for one tag or key; null where nothing is said there. */
export interface RuleException {
  readonly kind: 'tag' | 'key'
  /** Such as `team=web`, or a key's name. */
  readonly of: string
  readonly on: boolean | null
  readonly severity: 'info' | 'warning' | 'critical' | null
  readonly action: RuleAction | null
  readonly measure: string | null
  readonly from: string
}

/** One rule with the settings in force for everything, and where they come from. */
export interface RuleView {
  readonly rule: string
  readonly severity: 'info' | 'warning' | 'critical'
  readonly on: boolean
  /** `contain`: the key is contained when the rule speaks. */
  readonly action: RuleAction
  /** What it measures by, for people, such as `80, 95 percent`; null where there is nothing to set. */
  readonly measure: string | null
  /** `default`, `program`, or the file with its line. */
  readonly from: string
  /** For how many keys and tags it is set otherwise. */
  readonly exceptions: number
  readonly set: ReadonlyArray<RuleException>
}

/** When alerts are held back. */
export interface QuietView {
  /** Null: for everything. */
  readonly of: string | null
  /** UTC, such as `22:00-07:00`; null: never. */
  readonly hours: string | null
  readonly from: string
}

/** How what was raised is sent. */
export interface SendingView {
  readonly quiet: ReadonlyArray<QuietView>
  /** More alerts than this for one channel at once become one message. */
  readonly digestAbove: number
  readonly digestFrom: string
}

/** Where values of the policy come from: places by path, `program` where a program gave the policy. */
export type PolicySource = { readonly _tag: 'Program' } | { readonly _tag: 'File'; readonly places: ReadonlyArray<PolicyPlace> }

/** A value of the file: its path in the section, and the file with its line. */
export interface PolicyPlace {
  readonly path: ReadonlyArray<string>
  readonly place: string
}

const begins = (path: ReadonlyArray<string>, prefix: ReadonlyArray<string>): boolean => prefix.every((part, at) => path[at] === part)

const fromOf = (source: PolicySource, ...prefixes: ReadonlyArray<ReadonlyArray<string>>): string => {
  if (source._tag === 'Program') return 'program'
  return source.places.find(({ path }) => prefixes.some((prefix) => begins(path, prefix)))?.place ?? 'default'
}

const clock = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

const hoursText = (quiet: QuietHours | null): string | null => (quiet === null ? null : `${clock(quiet.from)}-${clock(quiet.to)}`)

const measures: Readonly<Partial<Record<RuleName, ReadonlyArray<string>>>> = {
  threshold: ['thresholds'],
  expiring: ['expiring'],
  spike: ['spikeFactor'],
  'rotation-due': ['rotateAfter', 'rotate'],
  'credit-low': ['creditLow'],
}

const measuredAt = (rule: RuleName, level: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  (measures[rule] ?? []).map((measure) => [...level, measure])

const list = (texts: ReadonlyArray<string>, unit: string): string => (texts.length === 0 ? 'none' : `${texts.join(', ')}${unit}`)

/** A setting that says one of the two says nothing of the other. */
const rotationText = ({ rotateAfter, rotate }: RuleSettings): string | null => {
  const age = rotateAfter === undefined ? [] : [rotateAfter === null ? 'at no age' : `at ${spanText(rotateAfter)}`]
  const by = rotate === undefined ? [] : [rotate ? 'rotated by the watcher' : 'not rotated by the watcher']
  return age.length + by.length === 0 ? null : [...age, ...by].join(', ')
}

/** What a rule measures by, as these settings say; null where they say nothing. */
const measureText = (rule: RuleName, settings: RuleSettings): string | null => {
  const { thresholds, expiring, spikeFactor } = settings
  if (rule === 'threshold' && thresholds !== undefined) return list(thresholds.map(String), ' percent')
  if (rule === 'expiring' && expiring !== undefined) return list(expiring.map(spanText), ' before')
  if (rule === 'spike' && spikeFactor !== undefined) return `${spikeFactor} times the usual`
  return rule === 'rotation-due' ? rotationText(settings) : null
}

const everywhere = (rule: RuleName, policy: AlertPolicy): string | null =>
  rule === 'credit-low'
    ? `at ${money(policy.creditLow)}`
    : measureText(rule, { expiring: policy.expiring, spikeFactor: policy.spikeFactor, rotateAfter: null, ...policy.all })

const exceptionOf = (
  rule: RuleName,
  source: PolicySource,
  kind: 'tag' | 'key',
  [of, settings]: readonly [string, RuleSettings],
): ReadonlyArray<RuleException> => {
  const spoken = [...(settings.on ?? []), ...(settings.off ?? [])].includes(rule)
  const found = {
    on: spoken ? !isOff([settings], rule) : null,
    severity: settings.severity?.[rule] ?? null,
    action: settings.action?.[rule] ?? null,
    measure: measureText(rule, settings),
  }
  if (Object.values(found).every((each) => each === null)) return []
  const level = [`${kind}s`, of]
  return [{ kind, of, ...found, from: fromOf(source, [...level, 'rules', rule], ...measuredAt(rule, level)) }]
}

/** Every rule as it is in force, and whence. */
export const ruleViews = (policy: AlertPolicy, source: PolicySource): ReadonlyArray<RuleView> =>
  ruleNames.map((rule) => {
    const set = [
      ...Object.entries(policy.tags).flatMap((entry) => exceptionOf(rule, source, 'tag', entry)),
      ...Object.entries(policy.keys).flatMap((entry) => exceptionOf(rule, source, 'key', entry)),
    ]
    return {
      rule,
      severity: severityIn([policy.all], rule, ruleSeverities[rule]),
      on: !isOff([policy.all], rule),
      action: actionIn([policy.all], rule),
      measure: everywhere(rule, policy),
      from: fromOf(source, ['rules', rule], ...measuredAt(rule, [])),
      exceptions: set.length,
      set,
    }
  })

/** When and how what was raised is sent, and whence. */
export const sendingView = (policy: AlertPolicy, source: PolicySource): SendingView => {
  const general = measureIn([policy.all], 'quiet')
  const ofLevel = (kind: 'tags' | 'keys') => ([of, { quiet }]: readonly [string, RuleSettings]): ReadonlyArray<QuietView> =>
    quiet === undefined ? [] : [{ of, hours: hoursText(quiet), from: fromOf(source, [kind, of, 'quietHours']) }]
  return {
    quiet: [
      { of: null, hours: hoursText(general === undefined ? policy.quiet : general), from: fromOf(source, ['quietHours']) },
      ...Object.entries(policy.tags).flatMap(ofLevel('tags')),
      ...Object.entries(policy.keys).flatMap(ofLevel('keys')),
    ],
    digestAbove: policy.digestAbove,
    digestFrom: fromOf(source, ['digestAbove']),
  }
}
