import { readFileSync } from 'node:fs'

/** A recorded fact: its number in the log, and its type. */
export type Fact = readonly [sequence: number, event: string]

/** What a key was seen to be, right after a command on it was answered. */
export interface SeenKey {
  readonly state: string
  readonly tag: string
  readonly limit: number | null
  readonly hash: string | null
}

/** What a lane was told, and what the log had of it by then. */
export interface Told {
  readonly outcome: string
  readonly facts?: ReadonlyArray<Fact>
  readonly seen?: SeenKey
  /** Another vault that this is about, below the folder of homes. */
  readonly home?: string
  /** The hash of the key that that vault has. */
  readonly hash?: string | null
  readonly backup?: string
}

/** What one lane of one life asked. */
export interface Asked {
  readonly verb: string
  readonly name: string
  /** Null where it was killed before it had written down the answer. */
  readonly told: Told | null
  /** It was killed before the command had come back. */
  readonly struck: boolean
}

type Line =
  | { readonly lane: number; readonly verb: string; readonly name: string }
  | { readonly lane: number; readonly acted: true }
  | { readonly lane: number; readonly told: Told }

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

/** All that one life asked, each lane in its order; last what it was killed at. */
export const askedIn = (file: string): ReadonlyArray<Asked> => {
  const open = new Map<number, Asked>()
  const done = (documentsIn(file) as ReadonlyArray<Line>).flatMap((line): ReadonlyArray<Asked> => {
    const asked = open.get(line.lane)
    if ('verb' in line) open.set(line.lane, { verb: line.verb, name: line.name, told: null, struck: true })
    if ('acted' in line && asked !== undefined) open.set(line.lane, { ...asked, struck: false })
    if (!('told' in line) || asked === undefined) return []
    open.delete(line.lane)
    return [{ ...asked, told: line.told, struck: false }]
  })
  return [...done, ...open.values()]
}

/** Acknowledged facts that a log does not have where they were. */
export const lostOf = (where: string, told: ReadonlyArray<Fact>, log: ReadonlyMap<number, string>): ReadonlyArray<string> =>
  told.flatMap(([sequence, event]) => (log.get(sequence) === event ? [] : [`lost: ${where} had ${event} as fact ${sequence}, and there is ${log.get(sequence) ?? 'nothing'}`]))

/** What a key was seen to be and is no more, though nothing was asked of it since. */
export const changedOf = (name: string, seen: SeenKey, now: SeenKey): ReadonlyArray<string> => {
  const [before, after] = [JSON.stringify(seen), JSON.stringify(now)]
  return before === after ? [] : [`changed by nobody: ${name} was ${before} and is ${after}`]
}

/** What one command came to. */
export interface Count {
  /** SIGKILLs that struck it: it was asked at least once, and had not come back. */
  readonly kills: number
  /** The same, but each of its lanes by itself. */
  readonly struck: number
  readonly acknowledged: number
  /** Events of the log that its answers acknowledged, of which none may be lost. */
  readonly facts: number
}

/** What many lives, each ended by SIGKILL, came to. */
export interface Lives {
  readonly lives: number
  readonly counts: Readonly<Record<string, Count>>
  readonly audits: number
  readonly problems: ReadonlyArray<string>
}

export const noLives: Lives = { lives: 0, counts: {}, audits: 0, problems: [] }

const noCount: Count = { kills: 0, struck: 0, acknowledged: 0, facts: 0 }

const sum = (one: Count, other: Count): Count => ({
  kills: one.kills + other.kills,
  struck: one.struck + other.struck,
  acknowledged: one.acknowledged + other.acknowledged,
  facts: one.facts + other.facts,
})

const added = (counts: Lives['counts'], more: Lives['counts']): Lives['counts'] => ({
  ...counts,
  ...Object.fromEntries(Object.entries(more).map(([verb, count]) => [verb, sum(counts[verb] ?? noCount, count)])),
})

/** Both together. */
export const together = (one: Lives, other: Lives): Lives => ({
  lives: one.lives + other.lives,
  counts: added(one.counts, other.counts),
  audits: one.audits + other.audits,
  problems: [...one.problems, ...other.problems],
})

/** One life, by all that it asked. */
export const lifeOf = (asked: ReadonlyArray<Asked>): Lives => {
  const counts: Record<string, Count> = {}
  for (const { verb, told, struck } of asked) {
    const one = { kills: 0, struck: struck ? 1 : 0, acknowledged: told === null ? 0 : 1, facts: told?.facts?.length ?? 0 }
    counts[verb] = sum(counts[verb] ?? noCount, one)
  }
  return { ...noLives, lives: 1, counts: Object.fromEntries(Object.entries(counts).map(([verb, count]) => [verb, { ...count, kills: Math.min(1, count.struck) }])) }
}

/** How many SIGKILLs struck the command that was struck by the fewest of them, and which that is. */
export const fewest = ({ counts }: Lives, verbs: ReadonlyArray<string>): readonly [kills: number, verb: string] =>
  verbs.reduce<readonly [number, string]>(
    (least, verb) => {
      const kills = counts[verb]?.kills ?? 0
      return kills < least[0] ? [kills, verb] : least
    },
    [Infinity, ''],
  )
