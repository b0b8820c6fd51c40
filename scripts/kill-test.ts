// The long form of test/processes: the built program, really killed, stopped and crowded, at every point that there is.
//
//   npm run kill-test -- [--kills 300] [--rounds 20] [--only TEXT] [--node PATH] [--width 3]
//
// `--kills`: how many kills at random moments. `--rounds`: how many rounds of concurrent adds. `--only`: just the trials whose
// label contains the text, such as "add, killed applied at request 1". `--node`: another Node to run the program under.
//
//   npm run kill-test -- --random 1000 [--minutes 60] [--only keys,vault,custody,homes] [--width 3] [--record FILE]
//
// Processes at four sites are killed at random moments while each does many things at once, until SIGKILL struck every command so
// often, or the time is up; nothing else is tried then. After each kill all that was acknowledged is looked for, and after every
// 250 lives of each the whole vault is settled, audited and searched for secrets. A SIGKILL counts for each command that was asked and had
// not come back; a fact is one event of the log that an answered command had recorded. `--record`: a file to which each vault's
// counts are added, and whose counts are gone on from.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'

import type { Saved } from '../test/processes/bench.js'
import { copyBuiltCli } from '../test/processes/built-cli.js'
import { addDifferent, addSame, changeTogether, type Crowd, reconcileTogether, removeUnderReader, stopInCommit } from '../test/processes/crowd-trial.js'
import { initCalls, initCommits, initLabel, tryKillInit } from '../test/processes/init-trial.js'
import { failingLabel, failingsOf, tryFailing } from '../test/processes/failing-disk-trial.js'
import { tryFullDisk } from '../test/processes/full-disk-trial.js'
import { labelOf, tryKill, type Where } from '../test/processes/kill-trial.js'
import { type Count, type Lives, noLives, together } from '../test/processes/lanes-records.js'
import { manyLives } from '../test/processes/lanes-run.js'
import { pointsOf, strace, systemCallsOf } from '../test/processes/points.js'
import { inPool } from '../test/processes/pool.js'
import { forget, makePendingVault, makeQuietVault, nothingYet } from '../test/processes/saved-vaults.js'
import { migrationCuts, migrationLabel, tryMigration } from '../test/processes/migration-trial.js'
import { getDuringRotation, makeRotationVault, rotations, tryKillRotation } from '../test/processes/rotation-trial.js'
import { afterReconcile, type Scenario, scenarios } from '../test/processes/scenarios.js'
import { trySignal, trySignalInPause } from '../test/processes/signal-trial.js'
import { stories, tryStop } from '../test/processes/stop-trial.js'
import { storm } from '../test/processes/storm.js'

const argument = (name: string): string | null => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? null : (process.argv[at + 1] ?? null)
}

const kills = Number(argument('kills') ?? 300)
const rounds = Number(argument('rounds') ?? 20)
const width = Number(argument('width') ?? 3)
const only = argument('only')

/** One line of the table: how often something was tried, how often it struck, and what went wrong. */
interface Row {
  readonly what: string
  readonly tried: number
  readonly struck: number
  readonly problems: ReadonlyArray<string>
}

interface Attempt {
  readonly label: string
  readonly run: () => Promise<{ readonly struck: number; readonly problems: ReadonlyArray<string> }>
}

const cli = copyBuiltCli(argument('node') ?? process.execPath)
const rows: Array<Row> = []

const section = async (what: string, attempts: ReadonlyArray<Attempt>): Promise<void> => {
  const chosen = attempts.filter(({ label }) => only === null || label.includes(only))
  if (chosen.length === 0) return
  const begun = performance.now()
  const results = await inPool(width, chosen.map(({ run }) => run))
  const row = { what, tried: chosen.length, struck: results.reduce((sum, { struck }) => sum + struck, 0), problems: results.flatMap(({ problems }) => problems) }
  rows.push(row)
  for (const problem of row.problems) console.log(`  ${problem}`)
  const seconds = ((performance.now() - begun) / 1000).toFixed(0)
  console.log(`${what}: ${row.tried} tried, ${row.struck} struck, ${row.problems.length} problems, ${seconds} s`)
}

const killing = (saved: Saved, scenario: Scenario, where: Where): Attempt => ({
  label: labelOf(scenario, where),
  run: async () => {
    const { killed, problems } = await tryKill(cli, saved, scenario, where)
    return { struck: killed ? 1 : 0, problems }
  },
})

const crowd = (label: string, run: () => Promise<Crowd>): Attempt => ({
  label,
  run: async () => {
    const { acknowledged, problems } = await run()
    return { struck: acknowledged, problems: problems.map((each) => `${label}: ${each}`) }
  },
})

const random = Number(argument('random') ?? 0)
if (random > 0) {
  const file = argument('record')
  const kept = file === null || !existsSync(file) ? [] : readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { readonly site: string; readonly lives: Lives })
  const before = kept.reduce<Readonly<Record<string, Lives>>>((sums, { site, lives }) => ({ ...sums, [site]: together(sums[site] ?? noLives, lives) }), {})
  const { lives, counts, audits, problems } = await manyLives(cli, {
    kills: random,
    seconds: Number(argument('minutes') ?? 60) * 60,
    width,
    only,
    before,
    tell: (line) => console.log(`${line}, ${process.uptime().toFixed(0)} s`),
    keep: (site, each) => {
      if (file !== null) appendFileSync(file, `${JSON.stringify({ site, lives: each })}\n`)
    },
  })
  const row = ({ kills: killed, struck, acknowledged, facts }: Count, what: string): void => console.log(`${[killed, struck, acknowledged, facts].map((each) => String(each).padStart(13)).join('')}  ${what}`)
  console.log('     SIGKILLs      struck  acknowledged       facts  command')
  for (const [verb, count] of Object.entries(counts).sort(([a], [b]) => a.localeCompare(b))) row(count, verb)
  const sum = (of: (count: Count) => number): number => Object.values(counts).reduce((total, count) => total + of(count), 0)
  row({ kills: lives, struck: sum(({ struck }) => struck), acknowledged: sum(({ acknowledged }) => acknowledged), facts: sum(({ facts }) => facts) }, 'all')
  console.log(`${lives} processes killed, ${audits} vaults settled and audited, ${problems.length} problems, ${process.uptime().toFixed(0)} s`)
  cli.remove()
  process.exit(problems.length === 0 ? 0 : 1)
}

const blank = nothingYet()
await section(
  'init, killed at commits and system calls',
  [...initCommits, ...(strace === null ? [] : initCalls)].map((point) => ({
    label: initLabel(point),
    run: async () => {
      const { killed, problems } = await tryKillInit(cli, blank, point)
      return { struck: killed ? 1 : 0, problems }
    },
  })),
)

const quiet = await makeQuietVault(cli)
const pending = await makePendingVault(cli, quiet)
const savedFor = ({ from }: Scenario): Saved => (from === 'quiet' ? quiet : pending)

for (const scenario of scenarios) {
  const saved = savedFor(scenario)
  const { requests, commits } = await pointsOf(cli, saved, scenario)
  await section(`${scenario.name}, killed at every request`, requests.map((where) => killing(saved, scenario, where)))
  await section(`${scenario.name}, killed at every commit`, commits.map((where) => killing(saved, scenario, where)))
  if (strace === null) {
    console.log(`${scenario.name}, killed at every system call: not tried, there is no strace here`)
  } else {
    const calls = await systemCallsOf(cli, saved, scenario)
    await section(`${scenario.name}, killed at every system call on the database`, calls.map((where) => killing(saved, scenario, where)))
  }
  const steps = [...new Set(requests.map((where) => (where._tag === 'Request' ? where.nth : 0)))]
  await section(
    `${scenario.name}, told to stop at every request`,
    steps.map((nth) => {
      const signal = nth % 2 === 0 ? 'SIGTERM' : 'SIGINT'
      return {
        label: `${scenario.name}, ${signal} at request ${nth}`,
        run: async () => ({ struck: 1, problems: (await trySignal(cli, saved, scenario, signal, nth)).problems }),
      }
    }),
  )
}

const rotating = await makeRotationVault(cli, quiet)
for (const scenario of [rotations.whole, ...rotations.dated, rotations.slow]) {
  if (only !== null && !only.startsWith('rotate')) break
  const { requests, commits } = await pointsOf(cli, rotating, scenario)
  await section(
    `${scenario.name}, killed at every request and commit; get is asked at once and in the end`,
    [...requests, ...commits].map((where) => ({
      label: labelOf(scenario, where),
      run: async () => {
        const { killed, problems } = await tryKillRotation(cli, rotating, scenario, where)
        return { struck: killed ? 1 : 0, problems }
      },
    })),
  )
  await section(`${scenario.name}, get asked before each request and each answer; struck: times asked`, [
    {
      label: `${scenario.name}, get meanwhile`,
      run: async () => {
        const { asked, problems } = await getDuringRotation(cli, rotating, scenario)
        return { struck: asked, problems }
      },
    },
  ])
}

if (strace !== null) {
  await section(
    'an older vault that is lifted, killed or not able to write',
    (await migrationCuts(cli)).map((cut) => ({
      label: migrationLabel(cut),
      run: async () => ({ struck: 1, problems: (await tryMigration(cli, cut)).problems }),
    })),
  )
  await section(
    'on files that cannot be written from some moment on',
    (
      await Promise.all(
        scenarios.map(async (scenario) =>
          (await failingsOf(cli, savedFor(scenario), scenario)).map((failing) => ({
            label: failingLabel(scenario, failing),
            run: async () => ({ struck: 1, problems: (await tryFailing(cli, savedFor(scenario), scenario, failing)).problems }),
          })),
        ),
      )
    ).flat(),
  )
}

await section(
  'on a disk that gets full; struck: runs on a disk that could be mounted',
  scenarios.flatMap((scenario) =>
    (['the beginning', 1, 2, 3] as const).map((from) => ({
      label: `${scenario.name}, disk full from ${from === 'the beginning' ? from : `change ${from}`}`,
      run: async () => {
        const result = await tryFullDisk(cli, savedFor(scenario), scenario, from)
        return { struck: result === null ? 0 : 1, problems: result?.problems ?? [] }
      },
    })),
  ),
)

await section(
  'told to stop while it waits or hangs',
  (['SIGINT', 'SIGTERM'] as const).flatMap((signal) =>
    [false, true].map((hang) => ({
      label: `suspend, ${signal} while it ${hang ? 'hangs' : 'waits'}`,
      run: async () => ({ struck: 1, problems: (await trySignalInPause(cli, quiet, signal, hang)).problems }),
    })),
  ),
)

await section(
  'stopped past its claim, then woken',
  stories.flatMap((story) =>
    (['timer', 'request', 'claim'] as const).map((at) => ({
      label: `${story.name} (stopped at its ${at})`,
      run: async () => ({ struck: 1, problems: (await tryStop(cli, quiet, story, at)).problems }),
    })),
  ),
)

await section('many at once; struck: acknowledged commands', [
  crowd(`eight adds of different names, ${rounds} rounds`, () => addDifferent(cli, quiet, rounds, 8)),
  crowd(`eight adds of one name, ${rounds} rounds`, () => addSame(cli, quiet, rounds, 8)),
  crowd('five suspended, resumed, removed, with readers', () => changeTogether(cli, quiet, 5)),
  crowd('four reconciles', () => reconcileTogether(cli, pending, 4, afterReconcile)),
  crowd('stopped in the middle of a commit', () => stopInCommit(cli, quiet)),
  crowd('removed while a reader holds on to the file', () => removeUnderReader(cli, quiet)),
])

// About ten kills a storm; as many storms as it takes.
let acknowledged = 0
const wanted = only === null || 'killed at random moments'.includes(only) ? kills : 0
await section(
  'killed at random moments',
  Array.from({ length: Math.ceil(wanted / 20) }, (_, n) => ({
    label: `killed at random moments ${n + 1}`,
    run: async () => {
      const result = await storm(cli, quiet, 8)
      acknowledged += result.acknowledged
      return { struck: result.kills, problems: result.problems }
    },
  })),
)
console.log(`of the commands among them that were not killed, ${acknowledged} were acknowledged and none may be lost`)

for (const saved of [blank, quiet, pending, rotating]) forget(saved)
cli.remove()

const problems = rows.flatMap((row) => row.problems)
console.log(`\n${'trials'.padStart(7)} ${'struck'.padStart(7)} ${'problems'.padStart(9)}`)
for (const { what, tried, struck, problems: found } of rows) {
  console.log(`${String(tried).padStart(7)} ${String(struck).padStart(7)} ${String(found.length).padStart(9)}  ${what}`)
}
process.exitCode = problems.length === 0 ? 0 : 1
