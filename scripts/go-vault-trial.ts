import { openBench } from '../test/processes/bench.js'
import { copyBuiltCli } from '../test/processes/built-cli.js'
import { tryDamagedGoVault } from '../test/processes/go-vault-trial.js'
import { forget, makeQuietVault } from '../test/processes/saved-vaults.js'
import { ways } from '../test/support/damaged-go-vault.js'

// Damages a vault of the Go tool in every way that test/support/damaged-go-vault.ts knows, with many seeds, and has the built
// program import it. `--seeds N` (20), `--from N` (1). Ends with 1 when one is not refused clearly, hangs or changes the old vault.
const numberAfter = (flag: string, otherwise: number): number => {
  const at = process.argv.indexOf(flag)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}
const [from, seeds] = [numberAfter('--from', 1), numberAfter('--seeds', 20)]

const cli = copyBuiltCli()
const quiet = await makeQuietVault(cli)
const bench = await openBench(cli, quiet)
const exits = new Map<string, number>()
let [trials, longest] = [0, 0]
for (let seed = from; seed < from + seeds; seed += 1) {
  for (const way of ways) {
    const { exit, milliseconds, problems } = await tryDamagedGoVault(bench, way, seed)
    trials += 1
    longest = Math.max(longest, milliseconds)
    exits.set(String(exit), (exits.get(String(exit)) ?? 0) + 1)
    for (const problem of problems) {
      console.error(`FAILED: ${problem}`)
      process.exitCode = 1
    }
  }
  console.info(`seed ${seed}: ${trials} trials, exits ${JSON.stringify(Object.fromEntries(exits))}, the longest ${Math.round(longest)} ms`)
}
await bench.close()
forget(quiet)
cli.remove()
