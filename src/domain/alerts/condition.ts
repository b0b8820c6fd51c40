import type { KeyName } from '../shared/identifiers.js'
import type { Instant } from '../shared/instant.js'
import type { AlertCase } from './identity.js'
import type { RuleAction } from './policy.js'
import type { Severity } from './rule.js'

/** The words of an alert. Together they name the key, the number, the limit, the age of the number and the next step. */
export interface AlertText {
  readonly happened: string
  readonly means: string
  readonly next: string
}

/**
 * What one rule finds in the facts. `active`: it should be known; `cleared`: so far from it that it may be told again;
 * `between`: neither, which changes nothing.
 */
export interface Condition {
  readonly case: AlertCase
  readonly standing: 'active' | 'between' | 'cleared'
  readonly severity: Severity
  readonly name: KeyName | null
  /** Conditions of one family inhibit each other: only the highest active level is told. */
  readonly family: string
  readonly level: number
  /** When what it rests on was read; what is older than the last change of a case changes nothing. */
  readonly asOf: Instant
  /** Whether it may be told again under the same identity case, once it was cleared. */
  readonly rearms: boolean
  readonly text: AlertText
  /** `contain`: once it is told, the key is contained. Absent: it is only told. */
  readonly action?: RuleAction
}
