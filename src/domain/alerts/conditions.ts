import { accountConditions } from './account-rules.js'
import type { Condition } from './condition.js'
import type { AlertFacts, KeyFacts } from './facts.js'
import { isWellFormed } from './identity.js'
import { keyConditions } from './key-rules.js'
import { actionIn, type AlertPolicy, isOff, type RuleSettings, settingsFor, severityIn } from './policy.js'
import { isOwnRule } from './rule.js'
import { spendConditions } from './spend-rules.js'

/** A rule that a library user brings: facts in, conditions out, and nothing else. Its names are `word:word`. */
export type OwnRule = (facts: AlertFacts) => ReadonlyArray<Condition>

/** What a policy has a rule do about a key is said with it. */
const acting = (settings: ReadonlyArray<RuleSettings>, condition: Condition): Condition => {
  const { name, text } = condition
  if (name === null || actionIn(settings, condition.case.rule) !== 'contain') return condition
  const next = `${text.next} This rule contains the key; lean-vault resume ${name} lets it go.`
  return { ...condition, action: 'contain', text: { ...text, next } }
}

const obeying = (settings: ReadonlyArray<RuleSettings>, conditions: ReadonlyArray<Condition>): ReadonlyArray<Condition> =>
  conditions.flatMap((condition) => {
    const { rule } = condition.case
    return isOff(settings, rule) ? [] : [acting(settings, { ...condition, severity: severityIn(settings, rule, condition.severity) })]
  })

/** Everything that the rules find in the facts, each rule by the settings of its key. */
export const conditionsOf = (policy: AlertPolicy, facts: AlertFacts, own: ReadonlyArray<OwnRule> = []): ReadonlyArray<Condition> => {
  const { now, keys, account } = facts
  const ofKey = (key: KeyFacts): ReadonlyArray<Condition> =>
    obeying(settingsFor(policy, key), [...spendConditions(policy, key, now), ...keyConditions(policy, key, now)])
  return [
    ...keys.flatMap(ofKey),
    ...(account === null ? [] : obeying([policy.all], accountConditions(policy, account, now))),
    ...obeying([policy.all], own.flatMap((rule) => rule(facts))).filter((each) => isOwnRule(each.case.rule) && isWellFormed(each.case)),
  ]
}
