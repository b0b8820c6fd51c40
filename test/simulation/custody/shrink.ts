import type { CustodyPlan, CustodyStep } from './plan.js'
import { type CustodyResult, runCustody } from './run.js'
import type { Custody } from './world.js'

const troubles = ['meanwhile', 'death', 'fault'] as const

const calmer = (steps: CustodyPlan['steps'], at: number, trouble: (typeof troubles)[number]): ReadonlyArray<CustodyStep> =>
  steps.map((step, n) => (n === at ? { ...step, [trouble]: null } : step))

/** What is left of a failing life when every step and every trouble that the failure does not need is taken out; each try is a whole life. */
export const shrinkCustody = async (failing: CustodyResult, custody?: Custody, mostLives = 60): Promise<CustodyResult> => {
  let smallest = failing
  let lives = 0
  const fails = async (steps: CustodyPlan['steps']): Promise<boolean> => {
    if (lives >= mostLives) return false
    lives += 1
    const tried = await runCustody({ ...smallest.plan, steps }, custody)
    if (tried.problems.length > 0) smallest = tried
    return tried.problems.length > 0
  }
  for (let count = smallest.plan.steps.length; count >= 1; count = Math.floor(count / 2))
    for (let from = 0; from < smallest.plan.steps.length; ) {
      const rest = smallest.plan.steps.filter((_, n) => n < from || n >= from + count)
      if (!(await fails(rest))) from += count
    }
  for (let at = 0; at < smallest.plan.steps.length; at += 1)
    for (const trouble of troubles) if (smallest.plan.steps[at]?.[trouble] !== null) await fails(calmer(smallest.plan.steps, at, trouble))
  return smallest
}

/** A life for people: what broke, what happened in order, and the plan to replay it with. */
export const tellCustody = ({ plan, problems, story }: CustodyResult): string =>
  [`seed ${String(plan.seed)}, a vault key in ${plan.keySource}: ${[...new Set(problems)].join('; ')}`, ...story.map((line) => `  ${line}`), JSON.stringify(plan)].join('\n')
