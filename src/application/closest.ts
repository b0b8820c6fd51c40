const distance = (a: string, b: string): number => {
  const first: ReadonlyArray<number> = Array.from({ length: b.length + 1 }, (_, column) => column)
  const next = (previous: ReadonlyArray<number>, letter: string, row: number): ReadonlyArray<number> =>
    [...b].reduce<ReadonlyArray<number>>(
      (current, other, column) => {
        const replaced = (previous[column] ?? 0) + (letter === other ? 0 : 1)
        return [...current, Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1)]
      },
      [row + 1],
    )
  return [...a].reduce(next, first)[b.length] ?? 0
}

const plain = (text: string): string => text.toLowerCase().replace(/[_-]/g, '')

/** The candidate that was probably meant: at most a third of its letters differ, case and separators aside. */
export const closestOf = (text: string, candidates: ReadonlyArray<string>): string | null => {
  const [first] = candidates
    .map((candidate) => ({ candidate, far: distance(plain(text).slice(0, 64), plain(candidate)) }))
    .filter(({ candidate, far }) => far <= candidate.length / 3)
    .sort((a, b) => a.far - b.far)
  return first?.candidate ?? null
}
