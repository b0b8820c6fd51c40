import type { Plan } from './plan.js'
import { honest, runPlan, type RunResult, type Tampering } from './run-plan.js'

type Part = 'actions' | 'faults' | 'births' | 'spells' | 'lapses' | 'crashes' | 'stops'

const parts: ReadonlyArray<Part> = ['faults', 'crashes', 'stops', 'spells', 'lapses', 'births', 'actions']

const without = (plan: Plan, part: Part, from: number, count: number): Plan => {
  const kept = (_: unknown, index: number): boolean => index < from || index >= from + count
  switch (part) {
    case 'actions':
      return { ...plan, actions: plan.actions.filter(kept) }
    case 'faults':
      return { ...plan, faults: plan.faults.filter(kept) }
    case 'births':
      return { ...plan, births: plan.births.filter(kept) }
    case 'spells':
      return { ...plan, spells: plan.spells.filter(kept) }
    case 'lapses':
      return { ...plan, lapses: plan.lapses.filter(kept) }
    case 'crashes':
      return { ...plan, crashes: plan.crashes.filter(kept) }
    case 'stops':
      return { ...plan, stops: plan.stops.filter(kept) }
  }
}

/** What is left of a plan when everything that its failure does not need is taken out; each try is a whole run. */
export const shrink = async (failing: RunResult, tampering: Tampering = honest, mostRuns = 400): Promise<RunResult> => {
  let smallest = failing
  let runs = 0
  for (const part of parts) {
    for (let count = Math.max(1, smallest.plan[part].length); count >= 1; count = Math.floor(count / 2)) {
      for (let from = 0; from < smallest.plan[part].length && runs < mostRuns; ) {
        runs += 1
        const tried = await runPlan(without(smallest.plan, part, from, count), tampering)
        if (tried.problems.length > 0) smallest = tried
        else from += count
      }
    }
  }
  return smallest
}

const sizes = (plan: Plan): string => parts.map((part) => `${String(plan[part].length)} ${part}`).join(', ')

/** A failing run for people: what broke, what was needed for it, and what happened in order. */
export const tell = (result: RunResult): string =>
  [
    `seed ${String(result.plan.seed)} broke: ${[...new Set(result.problems)].join('; ')}`,
    `the smallest plan has ${sizes(result.plan)}:`,
    JSON.stringify(result.plan),
    ...result.story,
  ].join('\n')
