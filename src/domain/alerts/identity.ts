import { isRight } from 'fp-ts/lib/Either.js'

import type { Branded } from '../shared/brand.js'
import { type Lineage, lineage } from '../shared/identifiers.js'

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

/** Whether a text may be a part of an identity: one line, without the bar that parts them, and no key of OpenRouter. */
export const isIdentityPart = (text: string): boolean => /^(?!.*sk-or-)[^|\p{Cc}\p{Surrogate}]{0,200}$/u.test(text)

/** Whether a case that somebody else's rule made can be recorded. */
export const isWellFormed = ({ subject, rule, threshold, scope, revision }: AlertCase): boolean =>
  (subject === 'account' || isRight(lineage(subject))) &&
  [rule, threshold, scope].every(isIdentityPart) &&
  Number.isSafeInteger(revision) &&
  revision >= 0

/** A case as one text. */
export const caseKey = ({ subject, rule, threshold, scope, revision }: AlertCase): string =>
  [subject, rule, threshold, scope, `r${revision}`].join('|')

export const refOf = (identity: AlertIdentity): AlertRef => `${caseKey(identity)}|${identity.occurrence}` as AlertRef
