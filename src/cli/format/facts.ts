import { plain } from './plain.js'
import { wrapped } from './wrap.js'

/** Lines of `name: value`, the values under each other, wrapped to a terminal of `most` columns; null: never wrapped. */
export const facts = (pairs: ReadonlyArray<readonly [name: string, value: string]>, most: number | null = null): string => {
  const width = Math.max(...pairs.map(([name]) => name.length)) + 2
  const valueLines = (value: string): ReadonlyArray<string> => (most === null ? [value] : wrapped(value, Math.max(1, most - width)))
  return pairs
    .flatMap(([name, value]) => valueLines(plain(value)).map((line, at) => `${(at === 0 ? `${name}:` : '').padEnd(width)}${line}\n`))
    .join('')
}
