import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { type Bench, openBench } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import { leaksOf, problemsOf } from './check-bench.js'
import { reconciled } from './kill-trial.js'
import { checkLinearizable, type Operation } from './linear-check.js'
import { type Asked, type Name, nameModel, type Seen, type Told, waysOf } from './linear-model.js'
import { sleep } from './run-cli.js'
import { emptyVault, forget } from './saved-vaults.js'

/** One thing that a process asked, of one name or of all. */
export interface Recorded {
  readonly asked: Asked
  readonly name: string
  readonly start: bigint
  readonly end: bigint
  readonly told: Told & { readonly all?: Readonly<Record<string, Seen>> }
}

/** How many processes ask for how long, and whether some are killed on the way. `plant`: a fault that must be found. */
export interface Plan {
  readonly processes: number
  readonly seconds: number
  readonly names: number
  readonly killEvery: number | null
  readonly plant?: 'stale-reads'
}

export interface LinearRun {
  readonly recorded: ReadonlyArray<Recorded>
  readonly kills: number
  readonly problems: ReadonlyArray<string>
}

const verbs = ['add', 'add', 'get', 'get', 'get', 'list', 'show', 'show', 'suspend', 'suspend', 'resume', 'resume', 'update-limits', 'update-limits', 'tag', 'tag', 'remove']

type Line =
  | { readonly n: number; readonly asked: Asked; readonly name: string; readonly start: string }
  | { readonly n: number; readonly end: string; readonly told: Recorded['told'] }

const linesOf = (file: string): ReadonlyArray<Line> =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((text) => {
      try {
        return [JSON.parse(text) as Line]
      } catch {
        // The last line of a process that was killed while it wrote.
        return []
      }
    })

/** What one process asked. What it was killed at ended when it did. */
const recordsIn = (file: string, diedAt: bigint): ReadonlyArray<Recorded> => {
  const lines = linesOf(file)
  return lines.flatMap((line): ReadonlyArray<Recorded> => {
    if (!('asked' in line)) return []
    const answer = lines.find((each) => each.n === line.n && 'end' in each)
    const [end, told] = answer !== undefined && 'end' in answer ? [BigInt(answer.end), answer.told] : [diedAt, { outcome: 'killed' }]
    return [{ asked: line.asked, name: line.name, start: BigInt(line.start), end, told }]
  })
}

interface Worker {
  readonly kill: () => void
  readonly ended: Promise<ReadonlyArray<Recorded>>
  readonly isRunning: () => boolean
}

const startWorker = (cli: BuiltCli, bench: Bench, folder: string, id: number, task: Readonly<Record<string, unknown>>, problems: Array<string>): Worker => {
  const file = join(folder, String(id))
  const library = pathToFileURL(join(dirname(cli.entry), '../index.js')).href
  const child = spawn(cli.node, [join(import.meta.dirname, 'linear-worker.mjs'), JSON.stringify({ ...task, library, file, id })], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...bench.env, LEAN_VAULT_HTTP_TIMEOUT_MS: '20000', LEAN_VAULT_RETRY_BUDGET_MS: '30000' },
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<ReadonlyArray<Recorded>>((resolve) => {
    child.on('close', (code, signal) => {
      const diedAt = process.hrtime.bigint()
      if (code !== 0 && signal !== 'SIGKILL') problems.push(`process ${id} exited ${String(code ?? signal)}: ${stderr}`)
      resolve(readdirSync(folder).includes(String(id)) ? recordsIn(file, diedAt) : [])
    })
  })
  return { kill: () => child.kill('SIGKILL'), ended, isRunning: () => child.exitCode === null && child.signalCode === null }
}

/** Every name's own history. Names are independent of each other, so each is judged by itself. */
const operationsOn = (name: string, recorded: ReadonlyArray<Recorded>, bornOf: (hash: string) => string | undefined): ReadonlyArray<Operation<Name>> | string => {
  const operations: Array<Operation<Name>> = []
  for (const each of recorded) {
    if (each.asked.verb !== 'list' && each.name !== name) continue
    const told: Told = each.asked.verb === 'list' ? { ...each.told, seen: each.told.all?.[name] ?? null } : each.told
    const label = `${JSON.stringify(each.asked)} of ${name} told ${JSON.stringify(told)}`
    const ways = waysOf(each.asked, told, bornOf)
    if (ways === undefined) return `not among the answers of the contract: ${label}`
    operations.push({ label, start: each.start, end: each.end, isAnswered: told.outcome !== 'killed', ways })
  }
  return operations
}

/** Which `add` each key came of, as every read of it must tell. */
const births = (recorded: ReadonlyArray<Recorded>, problems: Array<string>): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  const seen = recorded.flatMap(({ told }) => [...(told.seen === undefined || told.seen === null ? [] : [told.seen]), ...Object.values(told.all ?? {})])
  for (const { hash, born } of seen) {
    if (hash === null) continue
    if ((found.get(hash) ?? born) !== born) problems.push(`one key was seen as that of ${String(found.get(hash))} and of ${born}`)
    found.set(hash, born)
  }
  return found
}

/** What contradicts the model in a recorded history. */
export const contradictions = (recorded: ReadonlyArray<Recorded>): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const born = births(recorded, problems)
  for (const name of new Set(recorded.map((each) => each.name))) {
    const operations = operationsOn(name, recorded, (hash) => born.get(hash))
    if (typeof operations === 'string') {
      problems.push(operations)
      continue
    }
    const verdict = checkLinearizable(nameModel, operations)
    if (verdict._tag === 'Contradiction') problems.push(`not linearizable: ${verdict.at}; it was one of ${verdict.after.join(' ')}`)
  }
  return problems
}

const inTheEnd = async (bench: Bench, names: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const audit = await bench.run(['audit', 'verify', '--json'])
  return [
    ...(audit.code === 0 ? [] : [`audit verify exited ${String(audit.code)}: ${audit.stdout}${audit.stderr}`]),
    ...(await problemsOf(bench, Object.fromEntries(names.map((name) => [name, ['active', 'suspended', 'gone']])))),
  ]
}

/** Processes that ask at random of a few names of one new vault; then all is settled and read once more, as part of the history. */
export const runTogether = async (cli: BuiltCli, plan: Plan): Promise<LinearRun> => {
  const saved = await emptyVault(cli)
  const bench = await openBench(cli, saved)
  const folder = join(bench.folder, 'records')
  mkdirSync(folder)
  const problems: Array<string> = []
  const all: Array<Worker> = []
  const names = Array.from({ length: plan.names }, (_, n) => `name-${n + 1}`)
  try {
    const until = (process.hrtime.bigint() + BigInt(plan.seconds) * 1_000_000_000n).toString()
    const begin = (): number => all.push(startWorker(cli, bench, folder, all.length + 1, { names, until, verbs, plant: plan.plant ?? null }, problems))
    for (let n = 0; n < plan.processes; n += 1) begin()
    let kills = 0
    while (plan.killEvery !== null && process.hrtime.bigint() < BigInt(until)) {
      await sleep(plan.killEvery)
      const running = all.filter((worker) => worker.isRunning())
      const victim = running[Math.floor(Math.random() * running.length)]
      if (victim === undefined) break
      victim.kill()
      await victim.ended
      kills += 1
      begin()
    }
    const recorded = (await Promise.all(all.map((worker) => worker.ended))).flat()
    problems.push(...(await reconciled(bench)))
    recorded.push(...(await startWorker(cli, bench, folder, all.length + 1, { names, until: null, verbs: ['show', 'get'], plant: null }, problems).ended))
    problems.push(...contradictions(recorded))
    problems.push(...(plan.plant === undefined ? await inTheEnd(bench, names) : leaksOf(bench)))
    return { recorded, kills, problems }
  } finally {
    for (const worker of all) worker.kill()
    await bench.close()
    forget(saved)
  }
}
