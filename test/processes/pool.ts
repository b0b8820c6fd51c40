/** Runs tasks, a few at a time, in order; their results in the same order. */
export const inPool = async <A>(width: number, tasks: ReadonlyArray<() => Promise<A>>): Promise<ReadonlyArray<A>> => {
  const results: Array<A> = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let n = next++; n < tasks.length; n = next++) {
      const task = tasks[n]
      if (task !== undefined) results[n] = await task()
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, tasks.length) }, worker))
  return results
}

/** So many of them, chosen at random, in their order. */
export const sample = <A>(count: number, all: ReadonlyArray<A>): ReadonlyArray<A> => {
  const chosen = new Set(
    all
      .map((_, n) => [Math.random(), n] as const)
      .sort(([a], [b]) => a - b)
      .slice(0, count)
      .map(([, n]) => n),
  )
  return all.filter((_, n) => chosen.has(n))
}
