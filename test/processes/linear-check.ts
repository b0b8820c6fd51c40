/** What an operation does at one instant within its time. `sees` changes nothing; `does` gives the next state, or null where it cannot be. */
export type Point<S> =
  | { readonly _tag: 'Sees'; readonly holds: (state: S, kept: string) => boolean }
  | { readonly _tag: 'Does'; readonly next: (state: S) => readonly [state: S, kept: string] | null }

/** One operation of a history. Times are of one clock that only goes forward. */
export interface Operation<S> {
  readonly label: string
  readonly start: bigint
  /** When its answer came, or when its process was seen to be dead. */
  readonly end: bigint
  /** False for one without an answer: any part of it may have happened before its end, or none. The dead record nothing. */
  readonly isAnswered: boolean
  /** The ways in which its answer can have come about; of each, all points in this order. */
  readonly ways: ReadonlyArray<ReadonlyArray<Point<S>>>
}

/** What is looked for in a history: a state to begin with, and the changes that may happen at any time by themselves. */
export interface Model<S> {
  readonly initial: S
  readonly ofItself: (state: S) => ReadonlyArray<S>
}

export type Verdict = { readonly _tag: 'Linearizable' } | { readonly _tag: 'Contradiction'; readonly at: string; readonly after: ReadonlyArray<string> }

/** How far an operation has come: its way, the next point of it, and what it has kept in mind. */
type Progress = readonly [way: number, point: number, kept: string]

interface Configuration<S> {
  readonly state: S
  readonly progress: ReadonlyMap<number, Progress>
}

const mostConfigurations = 200_000

const keyOf = <S>({ state, progress }: Configuration<S>): string =>
  `${JSON.stringify(state)}|${[...progress].sort(([a], [b]) => a - b).map(([id, at]) => `${id}:${at.join(',')}`).join(' ')}`

/**
 * Whether some order of all points, each within the time of its operation, explains every answer: the search of Wing and Gong,
 * taken forward through time as in Lowe's "Testing for linearizability", so that only operations that overlap are permuted.
 * https://www.cs.cmu.edu/~wing/publications/WingGong93.pdf, https://www.cs.ox.ac.uk/people/gavin.lowe/LinearizabiltyTesting/
 */
export const checkLinearizable = <S>({ initial, ofItself }: Model<S>, operations: ReadonlyArray<Operation<S>>): Verdict => {
  const open = new Set<number>()

  const isDone = ({ progress }: Configuration<S>, id: number): boolean => {
    const ways = operations[id]?.ways ?? []
    const at = progress.get(id)
    return at === undefined ? ways.some((way) => way.length === 0) : at[1] >= (ways[at[0]]?.length ?? 0)
  }

  const hasBegun = ({ progress }: Configuration<S>, id: number): boolean => progress.has(id)

  const moved = ({ state, progress }: Configuration<S>, id: number, to: Progress): Configuration<S> => ({ state, progress: new Map(progress).set(id, to) })

  /** What only looks is done as soon as it can be: that takes nothing from anybody. */
  const looked = (configuration: Configuration<S>): Configuration<S> => {
    let current = configuration
    for (const id of open) {
      const ways = operations[id]?.ways ?? []
      for (;;) {
        const [way, point, kept] = current.progress.get(id) ?? [0, 0, '']
        const next = !current.progress.has(id) && ways.length !== 1 ? undefined : ways[way]?.[point]
        if (next?._tag !== 'Sees' || !next.holds(current.state, kept)) break
        current = moved(current, id, [way, point + 1, kept])
      }
    }
    return current
  }

  const steps = (from: Configuration<S>, id: number): ReadonlyArray<Configuration<S>> => {
    const at = from.progress.get(id)
    const ways = operations[id]?.ways ?? []
    const tried: ReadonlyArray<Progress> = at === undefined ? ways.map((_, way) => [way, 0, '']) : [at]
    return tried.flatMap(([way, point, kept]) => {
      const next = ways[way]?.[point]
      if (next === undefined) return []
      if (next._tag === 'Sees') return next.holds(from.state, kept) ? [moved(from, id, [way, point + 1, kept])] : []
      const result = next.next(from.state)
      return result === null ? [] : [moved({ ...from, state: result[0] }, id, [way, point + 1, result[1]])]
    })
  }

  /** Every configuration in which this holds, by as few further points as it takes. */
  const reach = (from: ReadonlyArray<Configuration<S>>, isThere: (configuration: Configuration<S>) => boolean): ReadonlyArray<Configuration<S>> => {
    const seen = new Map<string, Configuration<S>>()
    const there: Array<Configuration<S>> = []
    const queue: Array<Configuration<S>> = []
    const meet = (raw: Configuration<S>): void => {
      const configuration = looked(raw)
      const key = keyOf(configuration)
      if (seen.has(key)) return
      seen.set(key, configuration)
      if (seen.size > mostConfigurations) throw new Error(`more than ${mostConfigurations} configurations: the history is too wide to be checked`)
      if (isThere(configuration)) there.push(configuration)
      else queue.push(configuration)
    }
    for (const each of from) meet(each)
    for (let each = queue.pop(); each !== undefined; each = queue.pop()) {
      for (const state of ofItself(each.state)) meet({ ...each, state })
      for (const id of open) for (const next of steps(each, id)) meet(next)
    }
    return there
  }

  const without = (id: number, all: ReadonlyArray<Configuration<S>>): ReadonlyArray<Configuration<S>> => {
    const kept = new Map<string, Configuration<S>>()
    for (const { state, progress } of all) {
      const rest = new Map(progress)
      rest.delete(id)
      const each = { state, progress: rest }
      kept.set(keyOf(each), each)
    }
    return [...kept.values()]
  }

  const moments = operations
    .flatMap(({ start, end }, id) => [{ at: start, id, isEnd: false }, { at: end, id, isEnd: true }])
    .sort((a, b) => (a.at === b.at ? Number(a.isEnd) - Number(b.isEnd) : a.at < b.at ? -1 : 1))
  let configurations: ReadonlyArray<Configuration<S>> = [{ state: initial, progress: new Map() }]
  for (const { id, isEnd } of moments) {
    if (!isEnd) {
      open.add(id)
      continue
    }
    const operation = operations[id]
    const found =
      operation?.isAnswered === true
        ? reach(configurations, (each) => isDone(each, id))
        : [...configurations, ...reach(configurations.filter((each) => !hasBegun(each, id)), (each) => hasBegun(each, id))]
    if (found.length === 0) return { _tag: 'Contradiction', at: operation?.label ?? '', after: [...new Set(configurations.map(({ state }) => JSON.stringify(state)))].slice(0, 8) }
    open.delete(id)
    configurations = without(id, found)
  }
  return { _tag: 'Linearizable' }
}
