// Histories of keys that are replaced again and again, with every secret in greedy hands: `npx tsx scripts/rotation-histories.ts --seeds 1000 [--from 1]`.
import { tryRotations } from '../test/application/rotation-trial.js'

const argument = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}

const from = argument('from', 1)
const seeds = argument('seeds', 1_000)
const began = performance.now()
let [rotations, charges, problems] = [0, 0, 0]
for (let seed = from; seed < from + seeds; seed += 1) {
  const trial = await tryRotations(seed)
  rotations += trial.rotations
  charges += trial.charges
  problems += trial.problems.length
  for (const problem of trial.problems) console.error(problem)
}
const seconds = ((performance.now() - began) / 1_000).toFixed(1)
console.log(`${String(seeds)} histories, ${String(rotations)} rotations, ${String(charges)} charges, ${String(problems)} windows overspent, ${seconds} s`)
if (problems > 0) process.exitCode = 1
