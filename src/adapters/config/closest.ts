const distance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (const [row, letter] of [...a].entries()) {
    const current = [row + 1]
    for (const [column, other] of [...b].entries()) {
      const replaced = (previous[column] ?? 0) + (letter === other ? 0 : 1)
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
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
