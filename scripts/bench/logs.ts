import { growKeys, eventsOf, openParts, told } from './grow-vault.js'
import { median } from './measure.js'
import { atMost, type Line, type Section } from './report.js'
import { liveTemplate, type Scene, type WorkerTaken } from './scene.js'

const keys = 500
const wholes = ['verify', 'fold', 'open', 'raw-each', 'raw-together', 'nothing'] as const

type Whole = (typeof wholes)[number]

const named = (events: number): string => events.toLocaleString('en-US')

const linesOf = (events: number, runs: Readonly<Record<Whole, ReadonlyArray<WorkerTaken>>>): ReadonlyArray<Line> => {
  const ratio = (one: Whole, other: Whole, of: 'cpu' | 'wall' = 'cpu'): number =>
    median(runs[one].map((run, index) => run[of] / (runs[other][index]?.[of] ?? Number.NaN)))
  const memory = (one: Whole): string => `peak ${median(runs[one].map((run) => run.memory)).toFixed(0)} MiB, Node alone ${median(runs.nothing.map((run) => run.memory)).toFixed(0)}`
  const line = (what: string, one: Whole, other: Whole, against: string, most: number | null): Line => ({
    what: `${what}, ${named(events)} events`,
    against,
    ratio: ratio(one, other),
    more: `wall ${ratio(one, other, 'wall').toFixed(2)}; ${(median(runs[one].map((run) => run.cpu)) / 1000).toFixed(2)} s of CPU; ${memory(one)}`,
    target: most === null ? null : atMost(ratio(one, other), most),
  })
  return [
    line('`audit verify`', 'verify', 'raw-each', 'SELECT, parse and one SHA-256 a row', 3),
    line('`audit verify`', 'verify', 'raw-together', 'SELECT, parse and one SHA-256 over all rows', null),
    line('read, prove, decode and fold all', 'fold', 'raw-each', 'SELECT, parse and one SHA-256 a row', null),
    line('open, unlock and read one key', 'open', 'raw-each', 'the same of all rows', null),
  ]
}

/** Whole logs of so many events over 500 keys. */
export const measureLogs = async (scene: Scene, node: string, sizes: ReadonlyArray<number>, rounds: number): Promise<Section> => {
  const lines: Array<Line> = []
  for (const size of sizes) {
    const { home, env } = await scene.vault(`log-${size}`)
    const template = await liveTemplate(env)
    const parts = await openParts({ env })
    const events = eventsOf(template, size / keys)
    await growKeys(parts, template, Array.from({ length: keys }, (_, n) => ({ name: `key-${n}`, events })))
    await told(parts.store.log.close())
    const runs = { verify: [], fold: [], open: [], 'raw-each': [], 'raw-together': [], nothing: [] } as Record<Whole, Array<WorkerTaken>>
    // A million events take a minute a round, and as long a run bears a bad moment by itself.
    for (let round = 0; round < (size >= 1_000_000 ? 1 : rounds); round += 1) {
      for (const whole of wholes) runs[whole].push(await scene.worker(node, whole, { home, key: 'key-7' }, env))
    }
    lines.push(...linesOf(events * keys, runs))
  }
  return {
    title: 'Large logs',
    about: 'Each in a process of its own, in turns; only the work counts, not the start. 500 keys that were added, suspended and resumed over and over.',
    lines,
    notes: [],
  }
}
