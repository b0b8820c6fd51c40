import { playBurst } from '../test/domain/spend/burst-trial.js'
import { breaches } from '../test/domain/spend/burst-world.js'

/**
 * `npx tsx scripts/bursts.ts [--bursts 100000] [--from 0]`: spends windows in bursts and says how far beyond their limits they went,
 * measured by the stated bound; then, a tenth as often for each assumption, breaks it on purpose and counts who was told.
 */
const given = (name: string, usual: number): number => {
  const found = process.argv.indexOf(name)
  return found < 0 ? usual : Number(process.argv[found + 1])
}

const bursts = given('--bursts', 100_000)
const from = given('--from', 0)
let broken = 0
const note = (seed: number, problems: ReadonlyArray<string>): void => {
  if (problems.length === 0) return
  broken += 1
  console.log(`seed ${seed}: ${problems.join('; ')}`)
}

const sum = { share: 0, contained: 0, passes: 0 }
const began = performance.now()
for (let seed = from; seed < from + bursts; seed += 1) {
  const { problems, share, contained, passes } = playBurst(seed)
  note(seed, problems)
  sum.share = Math.max(sum.share, share)
  sum.contained += contained
  sum.passes += passes
}
const seconds = Math.round((performance.now() - began) / 1000)
console.log(
  `${bursts} bursts from seed ${from} in ${seconds} s: ${broken} problems, ${sum.passes} passes, ${sum.contained} containments, at most ${(sum.share * 100).toFixed(1)} % of the stated bound`,
)

for (const breach of breaches) {
  const trials = Array.from({ length: Math.ceil(bursts / 10) }, (_, n) => {
    const { problems, share, told } = playBurst(from + n, breach)
    note(from + n, problems)
    return { beyond: share > 1, told: told !== null }
  })
  const beyond = trials.filter((trial) => trial.beyond)
  console.log(`${breach}: ${beyond.length} of ${trials.length} beyond the stated bound, ${beyond.filter(({ told }) => told).length} of them told`)
}
process.exitCode = broken === 0 ? 0 : 1
