import type { Output } from '../io.js'

/** A text in lines of at most `width` characters, parted at spaces; a word that is longer stays whole. */
export const wrapped = (text: string, width: number): ReadonlyArray<string> =>
  text.split(' ').reduce<ReadonlyArray<string>>((lines, word) => {
    const last = lines.at(-1)
    return last !== undefined && last.length + 1 + word.length <= width ? [...lines.slice(0, -1), `${last} ${word}`] : [...lines, word]
  }, [])

/** The same text for somebody at this terminal, whose lines are not to end within a word; as it is where there is none. */
export const forTerminal = (text: string, { columns }: Pick<Output, 'columns'>): string =>
  columns === null ? text : text.split('\n').flatMap((line) => (line.length <= columns ? [line] : wrapped(line, columns))).join('\n')
