import { tryOnce } from '../test/fuzz/fuzz.js'
import { targets } from '../test/fuzz/targets.js'

const argument = (name: string, fallback: number): number => {
  const index = process.argv.indexOf(`--${name}`)
  return index < 0 ? fallback : Number(process.argv[index + 1])
}

const from = argument('from', 1)
const inputs = argument('inputs', 100_000)
let failed = 0
for (const target of targets) {
  const begun = performance.now()
  let found = 0
  for (let seed = from; seed < from + inputs && found < 10; seed += 1) {
    const finding = tryOnce(target, seed)
    if (finding === null) continue
    found += 1
    console.log(`${target.name}, seed ${String(seed)}: ${finding.what}`)
  }
  failed += found
  console.log(`${target.name}: ${String(inputs)} inputs, ${String(found)} findings, ${((performance.now() - begun) / 1000).toFixed(1)} s`)
}
process.exitCode = failed === 0 ? 0 : 1
