// Many real processes at one vault for a while, some of them killed: is what they were told linearizable against a small model?
//
//   npx tsx scripts/linear-test.ts [--processes 2,8,32] [--seconds 60] [--names 8] [--kill-every 1500]
//
// Needs a build. Ends with 1 where an answer contradicts the model, the log does not prove itself, or anything is lost or leaked.
import { copyBuiltCli } from '../test/processes/built-cli.js'
import { runTogether } from '../test/processes/linear-run.js'

const argument = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise)
}

const seconds = Number(argument('seconds', '60'))
const names = Number(argument('names', '8'))
const killEvery = Number(argument('kill-every', '1500'))

const cli = copyBuiltCli()
for (const processes of argument('processes', '2,8,32').split(',').map(Number)) {
  const begun = performance.now()
  const { recorded, kills, problems } = await runTogether(cli, { processes, seconds, names, killEvery: killEvery > 0 ? killEvery : null })
  for (const problem of problems) console.log(`  ${problem}`)
  const outcomes = new Map<string, number>()
  for (const { asked, told } of recorded) {
    const what = `${asked.verb} ${told.outcome}`
    outcomes.set(what, (outcomes.get(what) ?? 0) + 1)
  }
  const figures = [...outcomes].sort(([a], [b]) => a.localeCompare(b)).map(([what, count]) => `${what} ${count}`)
  console.log(`  ${figures.join(', ')}`)
  const took = ((performance.now() - begun) / 1000).toFixed(0)
  console.log(`${processes} processes for ${seconds} s: ${recorded.length} operations on ${names} names, ${kills} kills, ${problems.length} problems, ${took} s`)
  if (problems.length > 0) process.exitCode = 1
}
cli.remove()
