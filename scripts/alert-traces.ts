import { caughtAfter, kinds, told, trace, traceStart } from '../test/domain/alerts/spike-traces.js'
import { playTrace } from '../test/domain/alerts/trace-trial.js'

/**
 * `npx tsx scripts/alert-traces.ts [--traces 100000] [--from 0] [--months 1]`: plays noisy traces and says what was missed or told
 * twice; then, for each kind of key and that many months, how many spikes were told that were none, and how many were missed.
 */
const given = (name: string, usual: number): number => {
  const found = process.argv.indexOf(name)
  return found < 0 ? usual : Number(process.argv[found + 1])
}

const traces = given('--traces', 100_000)
const from = given('--from', 0)
const sum = { raised: 0, evaluations: 0, restarts: 0, conflicts: 0 }
let broken = 0
const began = performance.now()
for (let seed = from; seed < from + traces; seed += 1) {
  const trial = playTrace(seed)
  if (trial.problems.length > 0) {
    broken += 1
    console.log(`seed ${seed}: ${trial.problems.join('; ')}`)
  }
  for (const name of ['raised', 'evaluations', 'restarts', 'conflicts'] as const) sum[name] += trial[name]
}
const seconds = Math.round((performance.now() - began) / 1000)
console.log(`${traces} traces from seed ${from} in ${seconds} s: ${JSON.stringify(sum)}, ${broken} with something missed or told twice`)

const months = given('--months', 1)
const monthLength = 30 * 86_400_000
for (const [what, kind] of Object.entries(kinds)) {
  const seeds = Array.from({ length: months }, (_, seed) => seed)
  const wrong = seeds.map((seed) => told(trace(kind, seed, 45), traceStart + monthLength / 2))
  const missed = seeds.filter((seed) => caughtAfter(kind, seed) > 3)
  console.log(`${what}: false spikes a month ${wrong.join(' ')}; missed ${missed.length} of ${months}`)
  if (wrong.some((count) => count > 1) || missed.length > 0) broken += 1
}
process.exitCode = broken === 0 ? 0 : 1
