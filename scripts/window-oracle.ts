import { makePrng } from '../test/simulation/prng.js'
import { compareWindows } from '../test/support/window-oracle.js'

const count = Number(process.argv[2] ?? '1000000')
const { below } = makePrng(Number(process.argv[3] ?? '1'))
const latest = Date.UTC(2399, 11, 31)
const dayLength = 86_400_000

/** Half of them anywhere, half of them within two milliseconds of a midnight. */
const instantAt = (n: number): number =>
  n % 2 === 0 ? below(latest) : Math.max(0, below(latest / dayLength) * dayLength + below(5) - 2)

const problems = Array.from({ length: count }, (_, n) => compareWindows(instantAt(n))).filter((found) => found !== null)
for (const problem of problems.slice(0, 10)) console.log(problem)
console.log(`${String(count)} instants, ${String(problems.length)} disagreements`)
process.exitCode = problems.length === 0 ? 0 : 1
