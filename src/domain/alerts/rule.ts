/** Every rule, and how serious it is when it speaks. */
export const ruleSeverities = {
  threshold: 'warning',
  'limit-reached': 'critical',
  forecast: 'warning',
  spike: 'critical',
  contained: 'warning',
  lifted: 'info',
  'credit-low': 'warning',
  debt: 'critical',
  drift: 'warning',
  unheld: 'warning',
  expiring: 'warning',
  'rotation-due': 'warning',
  'no-fresh-reading': 'critical',
  'bound-broken': 'critical',
  'audit-failure': 'critical',
} as const

/** A rule by its name. Rules of library users have names of their own, see `isOwnRule`. */
export type RuleName = keyof typeof ruleSeverities

/** How much an alert matters. Quiet hours hold back everything but `critical`. */
export type Severity = 'info' | 'warning' | 'critical'

export const ruleNames: ReadonlyArray<RuleName> = [
  'threshold',
  'limit-reached',
  'forecast',
  'spike',
  'contained',
  'lifted',
  'credit-low',
  'debt',
  'drift',
  'unheld',
  'expiring',
  'rotation-due',
  'no-fresh-reading',
  'bound-broken',
  'audit-failure',
]

export const isRuleName = (text: string): text is RuleName => Object.hasOwn(ruleSeverities, text)

/** Names of rules that library users bring: a word, a colon, a word. */
export const isOwnRule = (text: string): boolean => /^[a-z][a-z0-9-]{0,31}:[a-z][a-z0-9-]{0,63}$/.test(text)
