import type { RemovalPlan } from '../../index.js'
import { facts } from './facts.js'
import { limit, money } from './money.js'

const remoteText = (remote: RemovalPlan['remote']): string => {
  switch (remote) {
    case 'live':
      return 'live'
    case 'disabled':
      return 'there, disabled'
    case 'already-gone':
      return 'not there any more'
    case 'unreachable':
      return 'unknown: OpenRouter cannot be reached now'
    case 'unknown':
      return 'unknown'
  }
}

/** What a removal is about to do, for the person who is to confirm it. */
export const removalPlanText = (plan: RemovalPlan): string => {
  const about = facts([
    ['Name', plan.name],
    ['State', plan.state],
    ['Label', plan.label ?? 'none'],
    ['Monthly limit', limit(plan.limits.monthlySpend)],
    ['Spent this month', money(plan.spentThisMonth)],
    ['At OpenRouter', remoteText(plan.remote)],
  ])
  const steps = plan.steps.map((step, at) => `  ${at + 1}. ${step}\n`).join('')
  return `${about}\nRemoving it will:\n${steps}`
}
