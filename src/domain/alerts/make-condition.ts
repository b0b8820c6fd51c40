import type { Instant } from '../shared/instant.js'
import type { AlertText, Condition } from './condition.js'
import type { KeyFacts } from './facts.js'
import type { AlertCase } from './identity.js'
import { ruleSeverities, type RuleName } from './rule.js'

/** What a rule adds to what its name and key give. */
export interface Finding {
  readonly rule: RuleName
  readonly standing: Condition['standing']
  readonly asOf: Instant
  readonly text: AlertText
  readonly threshold?: string
  readonly scope?: string
  readonly revision?: number
  readonly rearms?: boolean
}

const steps: Readonly<Record<string, string>> = { threshold: 'spend', 'limit-reached': 'spend' }

/** Which cases are steps of one thing, and how high a step is: only the highest is told. */
export const stepOf = ({ rule, threshold, scope, revision }: AlertCase): Pick<Condition, 'family' | 'level'> => ({
  family: `${steps[rule] ?? rule}|${scope}|r${revision}`,
  level: rule === 'expiring' ? -Number(threshold) : rule === 'threshold' ? Number(threshold) : 100,
})

/** A finding about a key, or about the account where there is none. */
export const conditionOf = (key: Pick<KeyFacts, 'name' | 'lineage'> | null, finding: Finding): Condition => {
  const { rule, standing, asOf, text, threshold = '', scope = '', revision = 0, rearms = false } = finding
  const found: AlertCase = { subject: key?.lineage ?? 'account', rule, threshold, scope, revision }
  return {
    case: found,
    standing,
    severity: ruleSeverities[rule],
    name: key?.name ?? null,
    ...stepOf(found),
    asOf,
    rearms,
    text,
  }
}
