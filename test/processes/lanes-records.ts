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

/** What one lane of one life asked; `told` is missing where it was killed at it. */
export interface Asked {
  readonly verb: string
  readonly name: string
  readonly told: Told | null
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

/** All that one life asked, each lane in its order; last what it was killed at. */
export const askedIn = (file: string): ReadonlyArray<Asked> => {
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

/** Acknowledged facts that a log does not have where they were. */
export const lostOf = (where: string, told: ReadonlyArray<Fact>, log: ReadonlyMap<number, string>): ReadonlyArray<string> =>
  told.flatMap(([sequence, event]) => (log.get(sequence) === event ? [] : [`lost: ${where} had ${event} as fact ${sequence}, and there is ${log.get(sequence) ?? 'nothing'}`]))

/** What a key was seen to be and is no more, though nothing was asked of it since. */
export const changedOf = (name: string, seen: SeenKey, now: SeenKey): ReadonlyArray<string> => {
  const [before, after] = [JSON.stringify(seen), JSON.stringify(now)]
  return before === after ? [] : [`changed by nobody: ${name} was ${before} and is ${after}`]
}

/** What many lives, each ended by SIGKILL, came to. */
export interface Lives {
  readonly lives: number
  /** How many of the kills struck while this command was at work. */
  readonly struck: ReadonlyMap<string, number>
  readonly acknowledged: ReadonlyMap<string, number>
  /** How many facts each command's answers acknowledged, of which none may be lost. */
  readonly facts: ReadonlyMap<string, number>
  readonly audits: number
  readonly problems: ReadonlyArray<string>
}

/** One count a command. */
export const countBy = (all: ReadonlyArray<Asked>, worth: (asked: Asked) => number): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const each of all) counts.set(each.verb, (counts.get(each.verb) ?? 0) + worth(each))
  return counts
}
