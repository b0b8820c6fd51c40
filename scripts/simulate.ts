import { limitsPlanOf } from '../test/simulation/limits-plan.js'
import { planOf } from '../test/simulation/plan.js'
import { rotationPlanOf } from '../test/simulation/rotation-plan.js'
import { runPlan } from '../test/simulation/run-plan.js'
import { shrink, tell } from '../test/simulation/shrink.js'

const argument = (name: string, fallback: number): number => {
  const index = process.argv.indexOf(`--${name}`)
  return index < 0 ? fallback : Number(process.argv[index + 1])
}

// With --stories each failing run is shrunk and told; its plan goes to test/simulation/kept.
const stories = process.argv.includes('--stories')
const from = argument('from', 1)
const seeds = argument('seeds', 1_000)
const plan = process.argv.includes('--rotation') ? rotationPlanOf : process.argv.includes('--limits') ? limitsPlanOf : planOf
const begun = performance.now()
let steps = 0
let failed = 0
for (let seed = from; seed < from + seeds; seed += 1) {
  const result = await runPlan(plan(seed))
  steps += result.steps
  if (result.problems.length > 0) {
    failed += 1
    console.log(`seed ${String(seed)}: ${[...new Set(result.problems)].join('; ')}`)
    if (stories) console.log(tell(await shrink(result)))
    if (failed >= 10) break
  }
}
const seconds = (performance.now() - begun) / 1000
console.log(`${String(seeds)} seeds, ${String(steps)} steps, ${String(failed)} failed, ${seconds.toFixed(1)} s, ${(steps / seconds).toFixed(0)} steps/s`)
process.exitCode = failed === 0 ? 0 : 1
