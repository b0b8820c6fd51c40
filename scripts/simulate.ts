import { custodyPlanOf } from '../test/simulation/custody/plan.js'
import { runCustody } from '../test/simulation/custody/run.js'
import { shrinkCustody, tellCustody } from '../test/simulation/custody/shrink.js'
import { limitsPlanOf } from '../test/simulation/limits-plan.js'
import { planOf } from '../test/simulation/plan.js'
import { rotationPlanOf } from '../test/simulation/rotation-plan.js'
import { runPlan } from '../test/simulation/run-plan.js'
import { shrink, tell } from '../test/simulation/shrink.js'

const argument = (name: string, fallback: number): number => {
  const index = process.argv.indexOf(`--${name}`)
  return index < 0 ? fallback : Number(process.argv[index + 1])
}

// With --stories each failing run is shrunk and told; its plan goes to test/simulation/kept, or to test/simulation/custody/kept.
const stories = process.argv.includes('--stories')
const from = argument('from', 1)
const seeds = argument('seeds', 1_000)
const plan = process.argv.includes('--rotation') ? rotationPlanOf : process.argv.includes('--limits') ? limitsPlanOf : planOf
const begun = performance.now()
const counts = new Map<string, number>()
const count = (what: string, by = 1): void => void counts.set(what, (counts.get(what) ?? 0) + by)

interface Run {
  readonly problems: ReadonlyArray<string>
  readonly told: () => Promise<string>
}

const simulation = async (seed: number): Promise<Run> => {
  const result = await runPlan(plan(seed))
  count('steps', result.steps)
  return { problems: result.problems, told: async () => tell(await shrink(result)) }
}

/** A life of the vault key and of backups, on real files; what it came to is counted by its story. */
const custody = async (seed: number): Promise<Run> => {
  const life = await runCustody(custodyPlanOf(seed))
  count('steps', life.story.length)
  for (const line of life.story) {
    if (line.includes('-> died')) count('deaths')
    if (line.includes(', a new key')) count('new vault keys')
    if (line.includes('-> sealed for')) count('backups')
    if (line.includes('-> epoch')) count('restores')
    if (line.includes('decide') && line.includes('outstanding')) count('decisions')
  }
  return { problems: life.problems, told: async () => tellCustody(await shrinkCustody(life)) }
}

const run = process.argv.includes('--custody') ? custody : simulation
let failed = 0
for (let seed = from; seed < from + seeds; seed += 1) {
  const { problems, told } = await run(seed)
  if (problems.length > 0) {
    failed += 1
    console.log(`seed ${String(seed)}: ${[...new Set(problems)].join('; ')}`)
    if (stories) console.log(await told())
    if (failed >= 10) break
  }
}
const seconds = (performance.now() - begun) / 1000
const counted = [...counts].map(([what, number]) => `${String(number)} ${what}`).join(', ')
console.log(`${String(seeds)} seeds, ${counted}, ${String(failed)} failed, ${seconds.toFixed(1)} s, ${((counts.get('steps') ?? 0) / seconds).toFixed(0)} steps/s`)
process.exitCode = failed === 0 ? 0 : 1
