import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { type Bench, mustRun, openBench } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import { problemsOf } from './check-bench.js'
import { reconciled } from './kill-trial.js'
import { sample } from './pool.js'
import { sleep } from './run-cli.js'
import { emptyVault, forget } from './saved-vaults.js'

interface Told {
  readonly outcome: string
  readonly events?: number
  readonly sequence?: number
  readonly type?: string
}

/** What one lane of one life asked; `told` is missing where it was killed at it. */
interface Asked {
  readonly verb: string
  readonly name: string
  readonly told: Told | null
}

/** What many lives, each ended by SIGKILL, came to. */
export interface Lives {
  readonly lives: number
  /** How many of the kills struck while this command was at work. */
  readonly struck: ReadonlyMap<string, number>
  readonly acknowledged: ReadonlyMap<string, number>
  /** How many facts were acknowledged, of which none may be lost. */
  readonly facts: number
  readonly problems: ReadonlyArray<string>
}

type Line = { readonly lane: number; readonly verb: string; readonly name: string } | { readonly lane: number; readonly told: Told }

/** One document a line. The last line of a process that was killed while it wrote is none. */
const documentsIn = (file: string): ReadonlyArray<unknown> =>
  readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((text) => {
      try {
        return [JSON.parse(text) as unknown]
      } catch {
        return []
      }
    })

const askedIn = (file: string): ReadonlyArray<Asked> => {
  const open = new Map<number, { readonly verb: string; readonly name: string }>()
  const done = (documentsIn(file) as ReadonlyArray<Line>).flatMap((line): ReadonlyArray<Asked> => {
    if ('verb' in line) {
      open.set(line.lane, line)
      return []
    }
    const asked = open.get(line.lane)
    open.delete(line.lane)
    return asked === undefined ? [] : [{ verb: asked.verb, name: asked.name, told: line.told }]
  })
  return [...done, ...[...open.values()].map(({ verb, name }) => ({ verb, name, told: null }))]
}

/** Answers that say that nothing could be done now; `KeyVanished` and the like would be wrong here, for nobody else is at the account. */
const lawful = new Set([
  'added', 'removed', 'suspended', 'resumed', 'rotated', 'updated', 'unchanged', 'incomplete', 'done',
  'KeyNotFound', 'KeyNotReady', 'KeyBusy', 'KeyBeingRemoved', 'KeyBeingRotated', 'NameTaken', 'NameOwesRevocation', 'RemoteUnavailable',
])

/** Ms after a process began its work; before the end of it, it is killed. */
const longestLife = 1200

const liveOnce = async (cli: BuiltCli, bench: Bench, life: number, longest: number, problems: Array<string>): Promise<ReadonlyArray<Asked>> => {
  const file = join(bench.folder, 'records', String(life))
  const library = pathToFileURL(join(dirname(cli.entry), '../index.js')).href
  const task = { library, file, life, folder: bench.folder }
  const child = spawn(cli.node, [join(import.meta.dirname, 'lanes-worker.mjs'), JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...bench.env, LEAN_VAULT_MANAGEMENT_KEY: bench.saved.managementKey, LEAN_VAULT_HTTP_TIMEOUT_MS: '4000' },
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_code, signal) => resolve(signal)))
  const begun = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
  await Promise.race([begun, ended])
  await sleep(20 + Math.random() * longest)
  child.kill('SIGKILL')
  if ((await ended) !== 'SIGKILL') problems.push(`life ${life} ended by itself: ${stderr}`)
  return existsSync(file) ? askedIn(file) : []
}

interface Fact {
  readonly sequence: number
  readonly event: string
}

/** Whether all that was acknowledged of a name is in its history: each last fact where it was, and before it as many as were told. */
export const lostOf = (name: string, told: ReadonlyArray<Told>, history: ReadonlyArray<Fact>): ReadonlyArray<string> => {
  let [acknowledged, seen] = [0, 0]
  return told.flatMap(({ events = 0, sequence = 0, type }) => {
    acknowledged += events
    while ((history[seen]?.sequence ?? Infinity) <= sequence) seen += 1
    const last = history[seen - 1]
    const isThere = last?.sequence === sequence && last.event === type
    return isThere && seen >= acknowledged ? [] : [`lost: of ${name} ${acknowledged} facts were acknowledged up to ${sequence} (${String(type)}), and ${seen} are there`]
  })
}

const historyOf = async (bench: Bench, name: string): Promise<ReadonlyArray<Fact>> => (await mustRun(bench, ['history', name])) as ReadonlyArray<Fact>

const mostSecrets = 40

const inTheEnd = async (bench: Bench, asked: ReadonlyArray<Asked>): Promise<ReadonlyArray<string>> => {
  const names = [...new Set(asked.map(({ name }) => name).filter((name) => name !== ''))]
  const problems: Array<string> = [...(await reconciled(bench))]
  for (const name of names) {
    const told = asked.flatMap((each) => (each.name === name && each.told?.sequence !== undefined ? [each.told] : []))
    if (told.length > 0) problems.push(...lostOf(name, told, await historyOf(bench, name)))
  }
  const audit = await bench.run(['audit', 'verify', '--json'])
  if (audit.code !== 0) problems.push(`audit verify exited ${String(audit.code)}: ${audit.stdout}${audit.stderr}`)
  // Of thousands of secrets some are looked for, in all files.
  const secrets = new Set(sample(mostSecrets, [...bench.front.secrets]))
  return [...problems, ...(await problemsOf({ ...bench, front: { ...bench.front, secrets } }, Object.fromEntries(names.map((name) => [name, ['active', 'suspended', 'gone']]))))]
}

const count = (all: ReadonlyArray<Asked>, isIt: (asked: Asked) => boolean): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const each of all) if (isIt(each)) counts.set(each.verb, (counts.get(each.verb) ?? 0) + 1)
  return counts
}

/**
 * One life after another at one vault, each killed at a random moment while it does a dozen things at once, until every
 * command was struck so often, or the time is up. Then all is settled and compared with what was acknowledged.
 */
export const manyLives = async (cli: BuiltCli, kills: number, seconds: number, tell: (lives: number) => void = () => undefined): Promise<Lives> => {
  const saved = await emptyVault(cli)
  const bench = await openBench(cli, saved)
  mkdirSync(join(bench.folder, 'records'))
  const problems: Array<string> = []
  const asked: Array<Asked> = []
  const until = Date.now() + seconds * 1000
  let lives = 0
  const isStruck = ({ told }: Asked): boolean => told === null
  const fewest = (): number => {
    const struck = count(asked, isStruck)
    const all = [...count(asked, () => true).keys()]
    return all.length === 0 ? 0 : Math.min(...all.map((verb) => struck.get(verb) ?? 0))
  }
  try {
    while (Date.now() < until && problems.length === 0 && (lives % 4 !== 0 || fewest() < kills)) {
      lives += 1
      asked.push(...(await liveOnce(cli, bench, lives, longestLife, problems)))
      if (lives % 100 === 0) tell(lives)
    }
    const wrong = asked.filter(({ told }) => told !== null && !lawful.has(told.outcome)).map(({ verb, name, told }) => `${verb} ${name} was told ${String(told?.outcome)}`)
    problems.push(...new Set(wrong), ...(await inTheEnd(bench, asked)))
    const facts = asked.reduce((sum, { told }) => sum + (told?.events ?? 0), 0)
    return { lives, struck: count(asked, isStruck), acknowledged: count(asked, ({ told }) => told !== null), facts, problems }
  } finally {
    await bench.close()
    forget(saved)
  }
}
