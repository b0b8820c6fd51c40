import type { Branded } from '../shared/brand.js'
import type { Lineage } from '../shared/identifiers.js'

/** What an alert is about: one incarnation of a key, or the account and vault as a whole. */
export type Subject = Lineage | 'account'

/** What makes an alert the same one, without how often it has come. */
export interface AlertCase {
  readonly subject: Subject
  readonly rule: string
  /** The step of a rule that has several, such as `80`; empty for one that has none. */
  readonly threshold: string
  /** The window or the incident, such as `month 2026-11-01`; empty where the rule is about a standing value. */
  readonly scope: string
  /** Of the policy that the rule measured against. */
  readonly revision: number
}

/** One alert: its case, and the how-manieth time it came. Grows only when the case was re-armed. */
export interface AlertIdentity extends AlertCase {
  readonly occurrence: number
}

/** An alert's identity as one text; the delivery id is its hash. */
export type AlertRef = Branded<string, 'AlertRef'>

/** A case as one text. No part can hold a vertical bar: names and rules cannot, and scopes are made here. */
export const caseKey = ({ subject, rule, threshold, scope, revision }: AlertCase): string =>
  [subject, rule, threshold, scope, `r${revision}`].join('|')

export const refOf = (identity: AlertIdentity): AlertRef => `${caseKey(identity)}|${identity.occurrence}` as AlertRef
