import { isOff, severityIn } from '../../domain/alerts/policy.js'
import { ruleNames, ruleSeverities } from '../../domain/alerts/rule.js'
import type { AlertParts } from './alert-deps.js'
import type { RuleView } from './alerts.js'

/** Every rule with the settings in force for everything. */
export const ruleViews = ({ policy }: Pick<AlertParts, 'policy'>): ReadonlyArray<RuleView> =>
  ruleNames.map((rule) => ({
    rule,
    severity: severityIn([policy.all], rule, ruleSeverities[rule]),
    on: !isOff([policy.all], rule),
    exceptions: [...Object.values(policy.tags), ...Object.values(policy.keys)].filter(
      (settings) => isOff([settings], rule) || settings.severity?.[rule] !== undefined || (rule === 'threshold' && settings.thresholds !== undefined),
    ).length,
  }))
