// Histories of keys that are replaced again and again, with every secret in greedy hands: `npx tsx scripts/rotation-histories.ts --seeds 1000 [--from 1]`.
import { tryRotations } from '../test/application/rotation-trial.js'

const argument = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}

const from = argument('from', 1)
const seeds = argument('seeds', 1_000)
const began = performance.now()
const sums = { rotations: 0, charges: 0, killed: 0, faults: 0, turns: 0, problems: 0 }

const tell = (histories: number): void => {
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  const { rotations, charges, killed, faults, turns, problems } = sums
  console.log(
    `${String(histories)} histories, ${String(rotations)} rotations, ${String(charges)} charges, ${String(killed)} crashes, ${String(faults)} faults, ` +
      `${String(turns)} days turned, ${String(problems)} windows overspent or predecessors forgotten, ${seconds} s`,
  )
}

for (let seed = from; seed < from + seeds; seed += 1) {
  const trial = await tryRotations(seed)
  sums.rotations += trial.rotations
  sums.charges += trial.charges
  sums.killed += trial.killed
  sums.faults += trial.faults
  sums.turns += trial.turns
  sums.problems += trial.problems.length
  for (const problem of trial.problems) console.error(problem)
  if ((seed - from + 1) % 1_000 === 0) tell(seed - from + 1)
}
tell(seeds)
if (sums.problems > 0) process.exitCode = 1
