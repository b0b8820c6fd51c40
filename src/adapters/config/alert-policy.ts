import { type AlertPolicy, defaultPolicy, type QuietHours, type RuleAction, type RuleSettings } from '../../domain/alerts/policy.js'
import type { Severity } from '../../domain/alerts/rule.js'
import type { Millis } from '../../domain/shared/instant.js'
import type { Picodollars } from '../../domain/shared/picodollars.js'
import type { AlertEntry } from './alerts-section.js'

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

const spanOf = (text: unknown): Millis => (parseInt(String(text), 10) * (units[String(text).slice(-1)] ?? 0)) as Millis

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))

const quietOf = (text: unknown): QuietHours | null =>
  text === 'off' ? null : { from: minutesOf(String(text).slice(0, 5)), to: minutesOf(String(text).slice(6)) }

const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

const withRule = (settings: RuleSettings, [rule = '', field]: ReadonlyArray<string>, value: unknown): RuleSettings => {
  const { on = [], off = [] } = settings
  if (field === 'severity') return { ...settings, severity: { ...settings.severity, [rule]: value as Severity } }
  if (field === 'action') return { ...settings, action: { ...settings.action, [rule]: value as RuleAction } }
  return value === true || value === 'on' ? { ...settings, on: [...on, rule] } : { ...settings, off: [...off, rule] }
}

/** Every value was checked by its shape before it comes here. */
const withEntry = (settings: RuleSettings, [field, ...rest]: ReadonlyArray<string>, value: unknown): RuleSettings => {
  switch (field) {
    case 'rules':
      return withRule(settings, rest, value)
    case 'thresholds':
      return { ...settings, thresholds: listOf(value).map(Number) }
    case 'expiring':
      return { ...settings, expiring: listOf(value).map(spanOf) }
    case 'spikeFactor':
      return { ...settings, spikeFactor: Number(value) }
    case 'rotateAfter':
      return { ...settings, rotateAfter: value === 'off' ? null : spanOf(value) }
    case 'rotate':
      return { ...settings, rotate: value === 'on' }
    case 'quietHours':
      return { ...settings, quiet: quietOf(value) }
    case undefined:
    default:
      return settings
  }
}

const micro = 1_000_000

const withOne = (policy: AlertPolicy, { path, value }: AlertEntry): AlertPolicy => {
  const [first = '', second = '', ...rest] = path
  switch (first) {
    case 'creditLow':
      return { ...policy, creditLow: (BigInt(Math.round(Number(value) * micro)) * BigInt(micro)) as Picodollars }
    case 'digestAbove':
      return { ...policy, digestAbove: Number(value) }
    case 'tags':
      return { ...policy, tags: { ...policy.tags, [second]: withEntry(policy.tags[second] ?? {}, rest, value) } }
    case 'keys':
      return { ...policy, keys: { ...policy.keys, [second]: withEntry(policy.keys[second] ?? {}, rest, value) } }
    default:
      return { ...policy, all: withEntry(policy.all, path, value) }
  }
}

/** The policy that the `alerts` section of `config.yaml` makes of the usual one. */
export const alertPolicyOf = (entries: ReadonlyArray<AlertEntry>): AlertPolicy => entries.reduce(withOne, defaultPolicy)
