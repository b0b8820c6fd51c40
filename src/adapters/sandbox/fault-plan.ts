import type { Fault } from '../simulated-openrouter/fault.js'
import type { FaultRule, When } from './fault-spec.js'

interface Target {
  readonly method: string
  readonly path: string
}

const matches = (rule: FaultRule, { method, path }: Target): boolean => {
  if (rule.method !== null && rule.method !== method) return false
  if (rule.path === '*') return true
  const wanted = rule.path.split('/')
  const given = path.split('/')
  return wanted.length === given.length && wanted.every((segment, n) => segment === '*' || segment === given[n])
}

const acts = (when: When, nth: number, fraction: () => number): boolean => {
  switch (when._tag) {
    case 'Always':
      return true
    case 'Nth':
      return nth === when.n
    case 'First':
      return nth <= when.n
    case 'Percent':
      return fraction() * 100 < when.percent
  }
}

/**
 * Which fault each request meets, by the first rule that acts on it. Every rule counts the requests that match it, also
 * those on which an earlier rule acted. `fraction` is in [0, 1).
 */
export const faultPlan = (rules: ReadonlyArray<FaultRule>, fraction: () => number): ((target: Target) => Fault | null) => {
  const seen = rules.map(() => 0)
  return (target) => {
    const acting = rules.filter((rule, n) => {
      if (!matches(rule, target)) return false
      const nth = (seen[n] ?? 0) + 1
      seen[n] = nth
      return acts(rule.when, nth, fraction)
    })
    return acting[0]?.fault ?? null
  }
}
