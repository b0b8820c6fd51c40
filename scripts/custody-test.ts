// Changes of the vault key, backup and restore, cut short at every point: killed around each commit and before each system call
// that changes a file, and with each such call failing. The vault must open with the old or the new afterwards.
//
//   npx tsx scripts/custody-test.ts [--only TEXT] [--stride N] [--width 2]
import { copyBuiltCli } from '../test/processes/built-cli.js'
import { custodies, custodyVaults } from '../test/processes/custody-scenarios.js'
import { cutLabel, cutsOf, tryCut } from '../test/processes/custody-trial.js'
import { inPool } from '../test/processes/pool.js'
import { forget, makeQuietVault } from '../test/processes/saved-vaults.js'

const argument = (name: string): string | null => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? null : (process.argv[at + 1] ?? null)
}

const only = argument('only')
const stride = Number(argument('stride') ?? 1)
const width = Number(argument('width') ?? 2)

const cli = copyBuiltCli()
const quiet = await makeQuietVault(cli)
const { ann, vaults } = await custodyVaults(cli, quiet)
let [tried, killed, failed] = [0, 0, 0]

for (const custody of custodies(ann).filter(({ name }) => only === null || name.startsWith(only) || only.startsWith(name))) {
  const cuts = (await cutsOf(cli, vaults[custody.from], custody)).filter((cut, n) => n % stride === 0 && (only === null || cutLabel(custody, cut).includes(only)))
  const trials = await inPool(width, cuts.map((cut) => () => tryCut(cli, vaults[custody.from], custody, cut)))
  const problems = trials.flatMap((trial) => trial.problems)
  for (const problem of problems) console.log(`  ${problem}`)
  console.log(`${custody.name}: ${trials.length} tried, ${trials.filter((trial) => trial.killed).length} killed, ${problems.length} problems, ${process.uptime().toFixed(0)} s`)
  tried += trials.length
  killed += trials.filter((trial) => trial.killed).length
  failed += problems.length
}

for (const saved of [quiet, ...Object.values(vaults)]) forget(saved)
cli.remove()
console.log(`${tried} tried, ${killed} killed, ${tried - killed} with a call that failed or after their end, ${failed} problems`)
process.exitCode = failed === 0 ? 0 : 1
