import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { openBench, type Saved } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import { leaksOf, problemsOf } from './check-bench.js'
import { reconciled } from './kill-trial.js'
import { auditOf, envAt, type Library, type Site, wrongAfter } from './lanes-check.js'
import { type Crew, crews, prepare } from './lanes-crews.js'
import { type Asked, askedIn, countBy, type Lives } from './lanes-records.js'
import { sample } from './pool.js'
import { sleep } from './run-cli.js'
import { emptyVault, forget } from './saved-vaults.js'

/** Answers that say that nothing could be done now; `KeyVanished` and the like would be wrong here, for nobody else is at the account. */
const lawful = new Set([
  'added', 'removed', 'suspended', 'resumed', 'rotated', 'updated', 'unchanged', 'incomplete', 'done',
  'KeyNotFound', 'KeyNotReady', 'KeyBusy', 'KeyBeingRemoved', 'KeyBeingRotated', 'NameTaken', 'NameOwesRevocation', 'RemoteUnavailable',
])

/** A process is killed so many ms after one of its lanes, chosen at random, had up to so many answers, or all had enough. */
const longestWait = 15
const mostAnswers = 6
const enoughAnswers = 160

interface Run {
  readonly cli: BuiltCli
  readonly library: string
  readonly people: ReadonlyArray<string>
  readonly site: Site
  readonly crew: Crew
  readonly problems: Array<string>
}

const liveOnce = async ({ cli, library, people, site, crew, problems }: Run, life: number): Promise<ReadonlyArray<Asked>> => {
  const { folder } = site.bench
  const file = join(folder, 'records', `${crew.name.replace(' ', '-')}-${life}`)
  const task = { library, file, life, folder, people, after: site.ends.get('') ?? 0, lanes: crew.lanes(life), homes: crew.homes ? true : null }
  const child = spawn(cli.node, [join(import.meta.dirname, 'lanes-worker.mjs'), JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'], env: site.env })
  let [stdout, stderr] = ['', '']
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_code, signal) => resolve(signal)))
  const [chosen, answers] = [String(Math.floor(Math.random() * task.lanes.length)), Math.floor(Math.random() * (mostAnswers + 1))]
  const enough = new Promise<void>((resolve) =>
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      if (!stdout.includes('begun\n')) return
      const answered = stdout.slice(stdout.indexOf('\n') + 1).split(' ')
      if (answered.filter((lane) => lane === chosen).length >= answers || answered.length > enoughAnswers) resolve()
    }),
  )
  await Promise.race([enough, ended, sleep(20_000)])
  await sleep(Math.random() * longestWait)
  child.kill('SIGKILL')
  if ((await ended) !== 'SIGKILL') problems.push(`${crew.name} ${life} ended by itself: ${stderr}`)
  return existsSync(file) ? askedIn(file) : []
}

/** Told after each life what it asked, and what is wrong. */
type Tell = (asked: ReadonlyArray<Asked>, problems: ReadonlyArray<string>) => void

const fewestKills = (asked: ReadonlyArray<Asked>): number => {
  const struck = [...countBy(asked, ({ told }) => (told === null ? 1 : 0)).values()]
  return struck.length === 0 ? 0 : Math.min(...struck)
}

/** Lives of one crew, one after another; two at least, however slow the machine. */
const livesOf = async (run: Run, kills: number, isOver: () => boolean, tell: Tell): Promise<{ readonly lives: number; readonly asked: ReadonlyArray<Asked> }> => {
  const { crew, site, problems } = run
  const asked: Array<Asked> = []
  let lives = 0
  while ((lives < 2 || !isOver()) && problems.length === 0 && (lives % 10 !== 0 || fewestKills(asked) < kills)) {
    lives += 1
    const ofLife = await liveOnce(run, lives)
    asked.push(...ofLife)
    const wrong = ofLife.filter(({ told }) => told !== null && !lawful.has(told.outcome)).map(({ verb, name, told }) => `${verb} ${name} was told ${String(told?.outcome)}`)
    const found = [...new Set(wrong), ...(await wrongAfter(site, ofLife, crew))]
    problems.push(...found.map((each) => `${crew.name}, life ${lives}: ${each}`))
    tell(ofLife, found)
  }
  return { lives, asked }
}

const homesIn = ({ bench }: Site): ReadonlyArray<string> => {
  const folder = join(bench.folder, 'homes')
  return existsSync(folder) ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'vault.db')) && !name.includes('.restoring-')) : []
}

const audited = async (site: Site, homes: boolean): Promise<ReadonlyArray<string>> => {
  const problems: Array<string> = []
  const acknowledged = homesIn(site).filter((home) => site.acknowledged.has(home))
  for (const home of homes ? acknowledged : ['']) {
    const found = await auditOf(site, home).catch((error: unknown) => [`the audit of '${home}': ${error instanceof Error ? error.message : String(error)}`])
    // The crew goes on meanwhile, and clears away homes that are old.
    if (!homes || homesIn(site).includes(home)) problems.push(...found)
  }
  return problems
}

const mostSecrets = 40

const inTheEnd = async (site: Site, asked: ReadonlyArray<Asked>): Promise<ReadonlyArray<string>> => {
  const { bench } = site
  const names = [...new Set(asked.map(({ name }) => name).filter((name) => name !== ''))]
  const problems: Array<string> = [...(await reconciled(bench))]
  // A key that was made elsewhere bears no mark of ours, by which the others are looked for.
  for (const name of names.filter((each) => each.startsWith('import'))) await bench.run(['remove', name, '--yes'])
  const audit = await bench.run(['audit', 'verify', '--json'])
  if (audit.code !== 0) problems.push(`audit verify exited ${String(audit.code)}: ${audit.stdout}${audit.stderr}`)
  // Of thousands of secrets some are looked for, in all files.
  const secrets = new Set(sample(mostSecrets, [...bench.front.secrets]))
  const expected = Object.fromEntries(names.map((name) => [name, ['active', 'suspended', 'gone'] as const]))
  return [...problems, ...(await problemsOf({ ...bench, front: { ...bench.front, secrets } }, expected, sample(10, names)))]
}

const must = async (task: () => Promise<{ readonly _tag: 'Right' } | { readonly _tag: 'Left'; readonly left: { readonly _tag: string } }>): Promise<void> => {
  const done = await task()
  if (done._tag === 'Left') throw new Error(done.left._tag)
}

/** For the crew that works at homes of its own: one vault whose key moves, one of which there are backups, and the first of them. */
const makeHomes = async (site: Site): Promise<void> => {
  const { library, bench } = site
  mkdirSync(join(bench.folder, 'homes'), { recursive: true, mode: 0o700 })
  for (const home of ['moved', 'saved']) {
    const env = envAt(site, home)
    await must(library.initVault({ env, managementKey: library.secret(bench.saved.managementKey) }))
    const vault = await library.promises.openVault({ env })
    await vault.add('kept')
    await vault.close()
  }
  await must(library.backupVault({ env: envAt(site, 'saved'), file: join(bench.folder, 'backups/b000000.age'), recipients: [String(site.people[0])] }))
}

/** How many lives of one crew there are between two audits of the whole log. */
const betweenAudits = 100

const together = async (cli: BuiltCli, saved: Saved, crew: ReadonlyArray<Crew>, kills: number, seconds: number, tell: Tell): Promise<Omit<Lives, 'struck' | 'acknowledged' | 'facts'> & { readonly asked: ReadonlyArray<Asked> }> => {
  const bench = await openBench(cli, saved)
  const path = process.env['PATH']
  try {
    const url = pathToFileURL(join(dirname(cli.entry), '../index.js')).href
    const library = (await import(url)) as Library
    const { people, env } = await prepare(bench)
    const site: Site = { bench, library, people, env, acknowledged: new Map(), ends: new Map() }
    const homes = crew.some((each) => each.homes)
    // A program is found by the environment of the process that runs it, and here that is this one too.
    if (homes) process.env['PATH'] = env['PATH']
    if (homes) await makeHomes(site)
    const problems: Array<string> = []
    const until = Date.now() + seconds * 1000
    let [lives, audits] = [0, 0]
    let audit: Promise<void> = Promise.resolve()
    const count: Tell = (asked, found) => {
      lives += 1
      tell(asked, found)
      if (lives % betweenAudits !== 0) return
      audits += 1
      audit = audit.then(async () => void problems.push(...(await audited(site, homes))))
    }
    const all = await Promise.all(crew.map((each) => livesOf({ cli, library: url, people, site, crew: each, problems }, kills, () => Date.now() > until, count)))
    await audit
    const asked = all.flatMap((each) => each.asked)
    problems.push(...(await audited(site, homes)), ...(homes ? leaksOf(bench) : await inTheEnd(site, asked)))
    return { lives, asked, audits: audits + 1, problems }
  } finally {
    // The other sites do not look for programs, so whichever ends first must not take it away.
    if (crew.some((each) => each.homes) && path !== undefined) process.env['PATH'] = path
    await bench.close()
  }
}

/**
 * Lives of processes that do many things at once, each killed at a random moment, until every command was struck so often, or
 * the time is up. After each kill all that it was told is looked for; in the end all is settled and compared with it.
 */
export const manyLives = async (cli: BuiltCli, kills: number, seconds: number, tell: (line: string) => void = () => undefined, only: string | null = null): Promise<Lives> => {
  let [lives, struckAll, factsAll] = [0, 0, 0]
  const one: Tell = (asked, problems) => {
    lives += 1
    struckAll += asked.filter(({ told }) => told === null).length
    factsAll += asked.reduce((sum, { told }) => sum + (told?.facts?.length ?? 0), 0)
    for (const problem of problems) tell(`  ${problem}`)
    if (lives % 50 === 0) tell(`${lives} processes killed at ${struckAll} commands, ${factsAll} facts acknowledged`)
  }
  const saved = await emptyVault(cli)
  const all = await Promise.all(crews.filter((crew) => only === null || crew.some(({ name }) => name.includes(only))).map((crew) => together(cli, saved, crew, kills, seconds, one)))
  forget(saved)
  const asked = all.flatMap((each) => each.asked)
  return {
    lives,
    struck: countBy(asked, ({ told }) => (told === null ? 1 : 0)),
    acknowledged: countBy(asked, ({ told }) => (told === null ? 0 : 1)),
    facts: countBy(asked, ({ told }) => told?.facts?.length ?? 0),
    audits: all.reduce((sum, each) => sum + each.audits, 0),
    problems: all.flatMap((each) => each.problems),
  }
}
