import { growKeys, eventsOf, openParts, told } from './grow-vault.js'
import { inTurns, type Measured, median, type Program, ratioOf } from './measure.js'
import { atMost, type Line, type Section } from './report.js'
import { liveTemplate, program, type Scene } from './scene.js'

const named = (count: number): string => count.toLocaleString('en-US')

const lineOf = (what: string, one: Measured, other: Measured, against: string, most: number | null): Line => {
  const ratio = ratioOf(one, other, 'cpu')
  const more = `wall ${ratioOf(one, other, 'wall').toFixed(2)}; median ${median(one.runs.map(({ cpu }) => cpu)).toFixed(0)} ms of CPU`
  return { what, against, ratio, more, target: most === null ? null : atMost(ratio, most) }
}

const running = (file: string, env: Readonly<Record<string, string>>, name: string, ...args: ReadonlyArray<string>): Program => ({
  name,
  file,
  args: () => [program, ...args],
  env,
})

/** How `get` and `list` grow with the number of keys. */
export const measureKeys = async (scene: Scene, node: string, counts: ReadonlyArray<number>, rounds: number): Promise<Section> => {
  const programs: Array<Program> = []
  for (const count of counts) {
    const { env } = await scene.vault(`keys-${count}`)
    const template = await liveTemplate(env)
    const parts = await openParts({ env })
    await growKeys(parts, template, Array.from({ length: count }, (_, n) => ({ name: `key-${n}`, events: template.birth.length })))
    await told(parts.store.log.close())
    programs.push(running(node, env, 'get', 'get', 'key-0'), running(node, env, 'list', 'list'))
  }
  const measured = await inTurns(programs, rounds, scene.env)
  const [get, list] = measured
  const lines = counts.flatMap((count, index): ReadonlyArray<Line> => {
    const [got, listed] = [measured[2 * index], measured[2 * index + 1]]
    if (get === undefined || list === undefined || got === undefined || listed === undefined) return []
    return [
      lineOf(`\`get\`, ${named(count)} keys`, got, get, `the same of ${named(counts[0] ?? 0)} keys`, null),
      lineOf(`\`list\`, ${named(count)} keys`, listed, got, `\`get\` of ${named(count)} keys`, null),
    ]
  })
  return { title: 'Growth with keys', about: 'Whole commands, in turns, by CPU time.', lines, notes: [] }
}

/** How `get` grows with the history of its key. */
export const measureHistory = async (scene: Scene, node: string, counts: ReadonlyArray<number>, rounds: number): Promise<Section> => {
  const programs: Array<Program> = []
  const events: Array<number> = []
  for (const count of counts) {
    const { env } = await scene.vault(`history-${count}`)
    const template = await liveTemplate(env)
    const parts = await openParts({ env })
    events.push(eventsOf(template, count))
    await growKeys(parts, template, [{ name: 'old', events: eventsOf(template, count) }])
    await told(parts.store.log.close())
    programs.push(running(node, env, 'get', 'get', 'old'))
  }
  const measured = await inTurns(programs, rounds, scene.env)
  const [first] = measured
  const lines = measured.slice(1).flatMap((one, index) =>
    first === undefined
      ? []
      : [lineOf(`\`get\` of a key with ${named(events[index + 1] ?? 0)} events`, one, first, `the same with ${named(events[0] ?? 0)} events`, events[index + 1] === Math.max(...events) ? 1.2 : null)],
  )
  return { title: 'Growth with history', about: 'Whole commands, in turns, by CPU time.', lines, notes: [] }
}
