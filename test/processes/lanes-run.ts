import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'

import { openBench, type Saved } from './bench.js'
import type { BuiltCli } from './built-cli.js'
import { leaksOf, problemsOf } from './check-bench.js'
import { reconciled } from './kill-trial.js'
import { auditOf, envAt, type Library, type Site, wrongAfter } from './lanes-check.js'
import { type Crew, groups, movedHomes, prepare, type SiteOf, sites, verbsOf } from './lanes-crews.js'
import { type Asked, askedIn, fewest, lifeOf, type Lives, noLives, together } from './lanes-records.js'
import { sample } from './pool.js'
import { sleep } from './run-cli.js'
import { emptyVault, forget } from './saved-vaults.js'

/** Answers that say that nothing could be done now; `KeyVanished` and the like would be wrong here, for nobody else is at the account. */
const lawful = new Set([
  'added', 'removed', 'suspended', 'resumed', 'rotated', 'updated', 'unchanged', 'incomplete', 'done',
  'KeyNotFound', 'KeyNotReady', 'KeyBusy', 'KeyBeingRemoved', 'KeyBeingRotated', 'NameTaken', 'NameOwesRevocation', 'RemoteUnavailable',
])

/**
 * Most processes are killed up to so many ms after they began, the more often the sooner; and if the command that was struck least is not at work just then,
 * anywhere in the time that it took last, which is at most so long.
 */
const shortLife = 300
const intoCommand = 100
/** Some live on, as do the first that find no keys yet, until one of their lanes, chosen at random, had up to so many answers. */
const longLives = 0.2
const mostAnswers = 6
const longestLife = 2500
const longestAim = 700

interface Run {
  readonly cli: BuiltCli
  readonly library: string
  readonly people: ReadonlyArray<string>
  readonly site: Site
  readonly crew: Crew
  readonly problems: Array<string>
  /** How long each command took last, ms. */
  readonly took: Map<string, number>
}

/** What a process has said so far, and how to be told of more. */
const listen = (child: ChildProcessByStdio<null, Readable, Readable>, took: Map<string, number>) => {
  const asked = new Map<string, number>()
  const atWork = new Map<string, number>()
  const answers = new Map<string, number>()
  let [begun, rest, heard] = [false, '', () => {}]
  const hear = (line: string): void => {
    const [what = '', ...words] = line.split(' ')
    const of = words.join(' ')
    if (what === 'begun') begun = true
    if (what === 'asks') asked.set(of, performance.now())
    if (what === 'done') took.set(of, performance.now() - (asked.get(of) ?? 0))
    if (what === 'asks' || what === 'done') atWork.set(of, Math.max(0, (atWork.get(of) ?? 0) + (what === 'asks' ? 1 : -1)))
    if (what === 'told') answers.set(of, (answers.get(of) ?? 0) + 1)
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) hear(line)
    heard()
  })
  /** Until it is so; tells nothing of why it ended. */
  const until = (isSo: () => boolean, longest: number): Promise<void> => {
    const so = new Promise<void>((resolve) => {
      heard = () => {
        if (isSo()) resolve()
      }
      heard()
    })
    return Promise.race([so, sleep(longest)])
  }
  return { begun: () => begun, isAtWork: (verb: string) => (atWork.get(verb) ?? 0) > 0, answersOf: (lane: number) => answers.get(String(lane)) ?? 0, until }
}

const liveOnce = async ({ cli, library, people, site, crew, problems, took }: Run, life: number, aim: string): Promise<ReadonlyArray<Asked>> => {
  const { folder } = site.bench
  const file = join(folder, 'records', `${crew.name.replace(' ', '-')}-${life}`)
  const lanes = crew.lanes(life)
  const task = { library, file, life, folder, people, after: Object.fromEntries(site.ends), lanes, homes: crew.homes ? true : null, pause: crew.pause }
  const child = spawn(cli.node, [join(import.meta.dirname, 'lanes-worker.mjs'), JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'], env: site.env })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_code, signal) => resolve(signal)))
  const told = listen(child, took)
  const moment = async (): Promise<void> => {
    await told.until(told.begun, 20_000)
    if (Math.random() < longLives || (life <= groups && !crew.homes)) {
      const [lane, answers] = [Math.floor(Math.random() * lanes.length), Math.floor(Math.random() * (mostAnswers + 1))]
      return await told.until(() => told.answersOf(lane) >= answers, longestLife)
    }
    await sleep(Math.random() ** 2 * shortLife)
    if (told.isAtWork(aim)) return
    await told.until(() => told.isAtWork(aim), longestAim)
    await sleep(Math.random() * Math.min(intoCommand, took.get(aim) ?? intoCommand))
  }
  await Promise.race([moment(), ended])
  child.kill('SIGKILL')
  if ((await ended) !== 'SIGKILL') problems.push(`${crew.name} ${life} ended by itself: ${stderr}`)
  return existsSync(file) ? askedIn(file) : []
}

/** Told after each life what it asked, and what is wrong. */
type Tell = (life: Lives) => void

/** Lives of one crew, one after another; two at least, however slow the machine. */
const livesOf = async (run: Run, isOver: (lives: number) => boolean, aim: () => string, tell: Tell): Promise<ReadonlyArray<string>> => {
  const { crew, site, problems } = run
  const names = new Set<string>()
  for (let lives = 1; (lives <= 2 || !isOver(lives)) && problems.length === 0; lives += 1) {
    const ofLife = await liveOnce(run, lives, aim())
    const wrong = ofLife.filter(({ told }) => told !== null && !lawful.has(told.outcome)).map(({ verb, name, told }) => `${verb} ${name} was told ${String(told?.outcome)}`)
    const found = [...new Set([...wrong, ...(await wrongAfter(site, ofLife, crew))])].map((each) => `${crew.name}, life ${lives}: ${each}`)
    problems.push(...found)
    for (const { name } of ofLife) names.add(name)
    tell({ ...lifeOf(ofLife), problems: found })
  }
  return [...names]
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

const inTheEnd = async (site: Site, asked: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const { bench } = site
  const names = [...new Set(asked)].filter((name) => /^[a-z]/.test(name))
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

/** For the crew that works at homes of its own: vaults whose keys move, one of which there are backups, and the first of them. */
const makeHomes = async (site: Site): Promise<void> => {
  const { library, bench } = site
  mkdirSync(join(bench.folder, 'homes'), { recursive: true, mode: 0o700 })
  for (const home of [...movedHomes, 'saved']) {
    const env = envAt(site, home)
    await must(library.initVault({ env, managementKey: library.secret(bench.saved.managementKey) }))
    const vault = await library.promises.openVault({ env })
    await vault.add('kept')
    await vault.close()
  }
  await must(library.backupVault({ env: envAt(site, 'saved'), file: join(bench.folder, 'backups/b000000.age'), recipients: [String(site.people[0])] }))
}

/** How many lives of each crew there are in one vault, before all of it is looked at and another one is begun. */
const livesInVault = 250

/** Many lives at one site, from a new vault to the audit of it. */
const generation = async (cli: BuiltCli, saved: Saved, { crews }: SiteOf, isOver: () => boolean, aim: () => string, tell: Tell): Promise<Lives> => {
  const bench = await openBench(cli, saved)
  const path = process.env['PATH']
  const homes = crews.some((each) => each.homes)
  try {
    const url = pathToFileURL(join(dirname(cli.entry), '../index.js')).href
    const library = (await import(url)) as Library
    const { people, env } = await prepare(bench)
    const site: Site = { bench, library, people, env, acknowledged: new Map(), ends: new Map(), hashes: new Map() }
    // A program is found by the environment of the process that runs it, and here that is this one too.
    if (homes) process.env['PATH'] = env['PATH']
    if (homes) await makeHomes(site)
    const problems: Array<string> = []
    let sum = noLives
    const count: Tell = (life) => {
      sum = together(sum, life)
      tell(life)
    }
    const ends = (lives: number): boolean => lives > livesInVault || isOver()
    const names = await Promise.all(crews.map((crew) => livesOf({ cli, library: url, people, site, crew, problems, took: new Map() }, ends, aim, count)))
    const found = [...(await audited(site, homes)), ...(homes ? leaksOf(bench) : await inTheEnd(site, names.flat()))]
    tell({ ...noLives, audits: 1, problems: found })
    return { ...sum, audits: 1, problems: [...sum.problems, ...problems.filter((each) => !sum.problems.includes(each)), ...found] }
  } finally {
    // The other sites do not look for programs, so whichever ends first must not take it away.
    if (homes && path !== undefined) process.env['PATH'] = path
    await bench.close()
  }
}

/** How lives are asked for. */
export interface Wanted {
  /** How many SIGKILLs are to strike each command. */
  readonly kills: number
  readonly seconds: number
  /** How many sites are at work at once. */
  readonly width?: number
  readonly only?: string | null
  /** What earlier runs came to, by site. */
  readonly before?: Readonly<Record<string, Lives>>
  readonly tell?: (line: string) => void
  /** Told of each vault that was looked at in the end. */
  readonly keep?: (site: string, lives: Lives) => void
}

/**
 * Lives of processes that do many things at once, each killed at a random moment, until every command was struck by so many
 * SIGKILLs, or the time is up. After each kill all that it was told is looked for; after so many of them all is settled, audited
 * and compared with it. A site at a time, or so many at once: next is the one that has the most to do.
 */
export const manyLives = async (cli: BuiltCli, { kills, seconds, width = sites.length, only = null, before = {}, tell = () => undefined, keep = () => undefined }: Wanted): Promise<Lives> => {
  const chosen = sites.filter(({ name }) => only === null || only.split(',').includes(name))
  const until = Date.now() + seconds * 1000
  const counted = new Map(chosen.map(({ name }) => [name, before[name] ?? noLives]))
  const at = (site: SiteOf): Lives => counted.get(site.name) ?? noLives
  const least = (site: SiteOf): readonly [number, string] => fewest(at(site), verbsOf(site))
  const [idle, tried] = [new Set(chosen), new Set<SiteOf>()]
  const saved = await emptyVault(cli)
  const work = async (): Promise<void> => {
    for (;;) {
      const [site] = [...idle].filter((each) => (Date.now() < until || !tried.has(each)) && least(each)[0] < kills && at(each).problems.length === 0).sort((a, b) => least(a)[0] - least(b)[0])
      if (site === undefined) return
      idle.delete(site)
      tried.add(site)
      const isOver = (): boolean => Date.now() > until || least(site)[0] >= kills
      const one: Tell = (life) => {
        counted.set(site.name, together(at(site), life))
        const { lives, problems } = at(site)
        for (const problem of life.problems) tell(`  ${problem}`)
        const [fewestKills, verb] = least(site)
        if (life.audits > 0 || lives % 50 === 0) tell(`${site.name}: ${lives} processes killed, ${verb} struck by ${fewestKills} of them, ${problems.length} problems${life.audits > 0 ? ', audited' : ''}`)
      }
      keep(site.name, await generation(cli, saved, site, isOver, () => least(site)[1], one))
      idle.add(site)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, chosen.length) }, work))
  forget(saved)
  return [...counted.values()].reduce(together, noLives)
}
